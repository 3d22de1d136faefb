#include "cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include <fmt/format.h>

#include "base/files.h"

namespace step::cli {
namespace {

constexpr int kEscapeWaitMs = 50;

class Terminal final : public Screen {
public:
    Terminal(int in, bool owned) : in_(in), owned_(owned) {}
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() override {
        leave();
        if (signals_ >= 0) {
            ::close(signals_);
        }
        if (owned_) {
            ::close(in_);
        }
    }

    /// False if it is no terminal after all.
    bool enter() {
        if (::tcgetattr(in_, &before_) != 0) {
            return false;
        }
        // Signals that end us must find the terminal as it was: while a prompt is open they
        // arrive through a descriptor and are raised again after leave().
        sigset_t set;
        ::sigemptyset(&set);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
            ::sigaddset(&set, signal);
        }
        ::sigprocmask(SIG_BLOCK, &set, &mask_);
        signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
        entered_ = true;
        set_raw();
        return true;
    }

    KeyPress read() override {
        const int first = next_octet(-1);
        if (first < 0) {
            return {.key = Key::kEof};
        }
        switch (first) {
            case '\r':
            case '\n':
                return {.key = Key::kEnter};
            case 0x7f:
            case 0x08:
                return {.key = Key::kBackspace};
            case 0x01:
                return {.key = Key::kHome};
            case 0x02:
                return {.key = Key::kLeft};
            case 0x03:
                return {.key = Key::kInterrupt};
            case 0x04:
                return {.key = Key::kEof};
            case 0x05:
                return {.key = Key::kEnd};
            case 0x06:
                return {.key = Key::kRight};
            case 0x0e:
                return {.key = Key::kDown};
            case 0x10:
                return {.key = Key::kUp};
            case 0x15:
                return {.key = Key::kClearLine};
            case 0x17:
                return {.key = Key::kDeleteWord};
            case 0x1b:
                return escape();
            default:
                break;
        }
        return first < 0x20 ? KeyPress{} : character(first);
    }

    void draw(std::string_view text) override {
        // Where people look: stderr, unless that is redirected.
        const int out = ::isatty(STDERR_FILENO) == 1 ? STDERR_FILENO : in_;
        while (!text.empty()) {
            const ssize_t sent = ::write(out, text.data(), text.size());
            if (sent <= 0) {
                return;
            }
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    std::size_t columns() const override {
        winsize size{};
        return ::ioctl(in_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    }

private:
    void set_raw() {
        termios raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
        raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(in_, TCSADRAIN, &raw);
    }

    void leave() {
        if (entered_) {
            entered_ = false;
            ::tcsetattr(in_, TCSADRAIN, &before_);
            ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
        }
    }

    /// The next octet, or -1 at the end of input or after `wait_ms` (-1: no limit).
    int next_octet(int wait_ms) {
        for (;;) {
            pollfd waits[2] = {{in_, POLLIN, 0}, {signals_, POLLIN, 0}};
            const int ready = ::poll(waits, 2, wait_ms);
            if (ready < 0 && errno == EINTR) {
                continue;
            }
            if (ready <= 0) {
                return -1;
            }
            if ((waits[1].revents & POLLIN) != 0) {
                take_signal();
                continue;
            }
            unsigned char octet = 0;
            const ssize_t got = ::read(in_, &octet, 1);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            return got == 1 ? octet : -1;
        }
    }

    void take_signal() {
        signalfd_siginfo info{};
        if (::read(signals_, &info, sizeof info) != sizeof info) {
            return;
        }
        const sigset_t outside = mask_;
        leave();
        (void)::raise(static_cast<int>(info.ssi_signo));
        // Still here: it was stopped and continued, or somebody ignores the signal.
        sigset_t set;
        ::sigemptyset(&set);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
            ::sigaddset(&set, signal);
        }
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        mask_ = outside;
        entered_ = true;
        set_raw();
    }

    /// What follows ESC: "[A", "OA", "[3~", or nothing.
    KeyPress escape() {
        const int kind = next_octet(kEscapeWaitMs);
        if (kind != '[' && kind != 'O') {
            return {.key = Key::kEscape};
        }
        int last = next_octet(kEscapeWaitMs);
        int parameter = 0;
        while ((last >= '0' && last <= '9') || last == ';') {
            parameter = last == ';' ? parameter : last;
            last = next_octet(kEscapeWaitMs);
        }
        switch (last) {
            case 'A':
                return {.key = Key::kUp};
            case 'B':
                return {.key = Key::kDown};
            case 'C':
                return {.key = Key::kRight};
            case 'D':
                return {.key = Key::kLeft};
            case 'H':
                return {.key = Key::kHome};
            case 'F':
                return {.key = Key::kEnd};
            case '~':
                return {.key = parameter == '3' ? Key::kDelete : Key::kOther};
            default:
                return {};
        }
    }

    KeyPress character(int first) {
        const auto lead = static_cast<unsigned>(first);
        const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
        KeyPress press{.key = Key::kText, .text = std::string(1, static_cast<char>(first))};
        for (int i = 0; i < more; ++i) {
            const int octet = next_octet(kEscapeWaitMs);
            if (octet < 0) {
                return {};
            }
            press.text += static_cast<char>(octet);
        }
        return press;
    }

    int in_;
    bool owned_;
    int signals_ = -1;
    bool entered_ = false;
    termios before_{};
    sigset_t mask_{};
};

}  // namespace

Result<std::unique_ptr<Screen>> open_terminal() {
    const bool standard = ::isatty(STDIN_FILENO) == 1 &&
                          (::isatty(STDOUT_FILENO) == 1 || ::isatty(STDERR_FILENO) == 1);
    const int in = standard ? STDIN_FILENO : ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    auto terminal = std::make_unique<Terminal>(in, !standard && in >= 0);
    if (in < 0 || !terminal->enter()) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("error allocating terminal: open /dev/tty: {}",
                                           errno_text(errno))};
    }
    return std::unique_ptr<Screen>(std::move(terminal));
}

}  // namespace step::cli
