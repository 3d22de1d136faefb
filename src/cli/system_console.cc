#include "cli/system_console.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/prompt.h"
#include "cli/terminal.h"

namespace step::cli {
namespace {

int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::write(descriptor, text.data(), text.size());
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return errno;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return 0;
}

}  // namespace

SystemConsole::SystemConsole()
    : out_terminal_(::isatty(STDOUT_FILENO) == 1), err_terminal_(::isatty(STDERR_FILENO) == 1) {}

void SystemConsole::out(std::string_view text) {
    if (out_error_ == 0) {
        out_error_ = write_all(STDOUT_FILENO, text);
    }
}

void SystemConsole::err(std::string_view text) {
    (void)write_all(STDERR_FILENO, text);  // Nobody is left to tell.
}

Result<Bytes> SystemConsole::read_stdin(std::size_t max_bytes) {
    Bytes bytes;
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return Error{.code = Code::kUnavailable,
                         .detail = fmt::format("error reading stdin: {}", errno_text(errno))};
        }
        if (got == 0) {
            return bytes;
        }
        bytes.append(buffer, static_cast<std::size_t>(got));
        if (bytes.size() > max_bytes) {
            return Error{.code = Code::kTooLarge, .detail = "error reading stdin: too large"};
        }
    }
}

bool SystemConsole::has_input() const {
    struct stat info{};
    return ::fstat(STDIN_FILENO, &info) == 0 && (info.st_size > 0 || S_ISFIFO(info.st_mode));
}

Result<std::string> SystemConsole::ask(std::string_view label, const Validate& validate,
                                       std::string_view initial) {
    STEP_ASSIGN(const auto screen, open_terminal());
    return ask_line(*screen, label, validate, initial);
}

Result<Secret> SystemConsole::ask_password(std::string_view label, const Validate& validate) {
    STEP_ASSIGN(const auto screen, open_terminal());
    return ask_hidden(*screen, label, validate);
}

Result<bool> SystemConsole::ask_yes_no(std::string_view label) {
    STEP_ASSIGN(const auto screen, open_terminal());
    return cli::ask_yes_no(*screen, label);
}

Result<std::size_t> SystemConsole::choose(std::string_view label,
                                          const std::vector<std::string>& items) {
    STEP_ASSIGN(const auto screen, open_terminal());
    return choose_item(*screen, label, items);
}

}  // namespace step::cli
