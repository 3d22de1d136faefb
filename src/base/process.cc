#include "base/process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

/// Descriptors for the program's standard streams; -1: ours.
struct Streams {
    int input = -1, output = -1;
};

[[noreturn]] void become(const std::vector<char*>& arguments, const KeyboardIgnored& ignored,
                         const Streams& streams, int report) {
    ignored.restore();
    // What a daemon holds back for itself is not held back for what it runs.
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
    if ((streams.input < 0 || ::dup2(streams.input, STDIN_FILENO) >= 0) &&
        (streams.output < 0 || (::dup2(streams.output, STDOUT_FILENO) >= 0 &&
                                ::dup2(streams.output, STDERR_FILENO) >= 0))) {
        ::execvp(arguments[0], arguments.data());
    }
    const int code = errno;
    (void)!::write(report, &code, sizeof code);
    ::_exit(127);
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

Result<pid_t> start(const std::vector<std::string>& words, const KeyboardIgnored& ignored,
                    const Streams& streams) {
    STEP_CHECK(!words.empty());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);

    int report[2] = {};  // Closed by a successful exec; else it brings the reason.
    if (::pipe2(report, O_CLOEXEC) != 0) {
        return cannot_start(errno);
    }
    const pid_t child = ::fork();
    const int fork_error = errno;
    if (child == 0) {
        become(arguments, ignored, streams, report[1]);
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
    if (got == static_cast<ssize_t>(sizeof code)) {
        (void)wait_for(child);
        return cannot_start(code);
    }
    return child;
}

/// A descriptor that is closed in the end.
class Handle {
public:
    explicit Handle(int value) : value_(value) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { close(); }
    int get() const { return value_; }
    void close() {
        if (value_ >= 0) {
            ::close(value_);
            value_ = -1;
        }
    }

private:
    int value_;
};

/// A file without a name that holds `input`, at its beginning: unlike a pipe, nobody need feed it.
int input_of(ByteView input) {
    const int file = ::memfd_create("input", MFD_CLOEXEC);
    while (file >= 0 && !input.empty()) {
        const ssize_t written = ::write(file, input.data(), input.size());
        if (written <= 0) {
            ::close(file);
            return -1;
        }
        input.remove_prefix(static_cast<std::size_t>(written));
    }
    (void)::lseek(file, 0, SEEK_SET);
    return file;
}

Bytes read_all(int descriptor) {
    constexpr std::size_t kMost = std::size_t{1} << 20;
    Bytes output;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return output;
        }
        output.append(buffer.data(),
                      std::min(static_cast<std::size_t>(got), kMost - output.size()));
    }
}

}  // namespace

Result<int> run_process(const std::vector<std::string>& words, Keyboard keyboard) {
    const KeyboardIgnored ignored(keyboard == Keyboard::kProgram);
    STEP_ASSIGN(const pid_t child, start(words, ignored, {}));
    return wait_for(child);
}

Result<Finished> run_captured(const std::vector<std::string>& words, ByteView input) {
    const Handle file(input_of(input));
    int ends[2] = {};
    if (file.get() < 0 || ::pipe2(ends, O_CLOEXEC) != 0) {
        return cannot_start(errno);
    }
    const Handle ours(ends[0]);
    Handle theirs(ends[1]);
    STEP_ASSIGN(const pid_t child, start(words, KeyboardIgnored(false),
                                         {.input = file.get(), .output = theirs.get()}));
    theirs.close();
    Finished finished;
    finished.output = read_all(ours.get());
    finished.code = wait_for(child);
    return finished;
}

void forbid_core_dumps() {
    (void)::prctl(PR_SET_DUMPABLE, 0);  // Fails only for values that are none.
}

}  // namespace step
