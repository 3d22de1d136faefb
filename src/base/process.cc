#include "base/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/check.h"
#include "base/files.h"

namespace step {
namespace {

/// Both signals ignored here while the object lives.
class KeyboardIgnored {
public:
    explicit KeyboardIgnored(bool active) : active_(active) {
        if (active_) {
            struct sigaction ignore{};
            ignore.sa_handler = SIG_IGN;
            (void)::sigaction(SIGINT, &ignore, &interrupt_);
            (void)::sigaction(SIGQUIT, &ignore, &quit_);
        }
    }
    KeyboardIgnored(const KeyboardIgnored&) = delete;
    KeyboardIgnored& operator=(const KeyboardIgnored&) = delete;
    ~KeyboardIgnored() { restore(); }

    void restore() const {
        if (active_) {
            (void)::sigaction(SIGINT, &interrupt_, nullptr);
            (void)::sigaction(SIGQUIT, &quit_, nullptr);
        }
    }

private:
    bool active_;
    struct sigaction interrupt_{};
    struct sigaction quit_{};
};

Error cannot_start(int code) {
    return {.code = Code::kUnavailable, .detail = errno_text(code)};
}

[[noreturn]] void become(const std::vector<char*>& arguments, const KeyboardIgnored& ignored,
                         int report) {
    ignored.restore();
    // What a daemon holds back for itself is not held back for what it runs.
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvp(arguments[0], arguments.data());
    const int code = errno;
    (void)!::write(report, &code, sizeof code);
    ::_exit(127);
}

}  // namespace

Result<int> run_process(const std::vector<std::string>& words, Keyboard keyboard) {
    STEP_CHECK(!words.empty());
    std::vector<char*> arguments;
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);

    int report[2] = {};  // Closed by a successful exec; else it brings the reason.
    if (::pipe2(report, O_CLOEXEC) != 0) {
        return cannot_start(errno);
    }
    const KeyboardIgnored ignored(keyboard == Keyboard::kProgram);
    const pid_t child = ::fork();
    const int fork_error = errno;
    if (child == 0) {
        become(arguments, ignored, report[1]);
    }
    ::close(report[1]);
    int code = 0;
    ssize_t got = 0;
    while (child > 0 && (got = ::read(report[0], &code, sizeof code)) < 0 && errno == EINTR) {
    }
    ::close(report[0]);
    if (child < 0) {
        return cannot_start(fork_error);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (got == static_cast<ssize_t>(sizeof code)) {
        return cannot_start(code);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

}  // namespace step
