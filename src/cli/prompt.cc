#include "cli/prompt.h"

#include <fmt/format.h>

#include "base/text.h"

namespace step::cli {
namespace {

constexpr std::size_t kVisibleItems = 10;
constexpr const char* kQuestion = "\x1b[34m?\x1b[0m";
constexpr const char* kGood = "\x1b[32m✔\x1b[0m";
constexpr const char* kBad = "\x1b[31m✗\x1b[0m";

Error given_up(Key key) {
    return {
        .code = Code::kInvalidArgument,
        .detail = fmt::format("error running prompt: {}", key == Key::kInterrupt ? "^C" : "^D")};
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Columns a text takes: one per character, none for escapes. Wide characters count as one; a
/// redraw of such a line may then leave a remnant, nothing worse.
std::size_t columns_of(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
            i = std::min(text.find('m', i), text.size());
        } else if (!is_continuation(text[i])) {
            ++count;
        }
    }
    return count;
}

/// Lines that replace each other on the screen.
class Canvas {
public:
    explicit Canvas(Screen& screen) : screen_(screen) {}

    /// Draws `lines` where the last ones stood; the cursor stays at the end of the last line,
    /// `back` columns to the left.
    void show(const std::vector<std::string>& lines, std::size_t back = 0) {
        std::string out = erase();
        const std::size_t columns = std::max<std::size_t>(screen_.columns(), 20);
        rows_ = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            out += lines[i];
            const std::size_t width = columns_of(lines[i]);
            rows_ += width == 0 ? 0 : (width - 1) / columns;
            if (i + 1 < lines.size()) {
                out += "\n";
                ++rows_;
            }
        }
        if (back > 0) {
            out += fmt::format("\x1b[{}D", back);
        }
        screen_.draw(out);
    }
    void clear() {
        screen_.draw(erase());
        rows_ = 0;
    }
    void end() { screen_.draw("\n"); }

private:
    std::string erase() const {
        return (rows_ > 0 ? fmt::format("\x1b[{}A", rows_) : std::string()) + "\r\x1b[J";
    }
    Screen& screen_;
    std::size_t rows_ = 0;
};

/// One line of text and a cursor in it, in octets, always between characters.
class Line {
public:
    explicit Line(std::string_view initial) : text_(initial), cursor_(initial.size()) {}
    ~Line() { wipe(text_); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    const std::string& text() const { return text_; }
    std::size_t columns_after_cursor() const {
        return columns_of(std::string_view(text_).substr(cursor_));
    }

    void press(const KeyPress& press) {
        switch (press.key) {
            case Key::kText:
                text_.insert(cursor_, press.text);
                cursor_ += press.text.size();
                break;
            case Key::kBackspace:
                erase(before(), cursor_);
                break;
            case Key::kDelete:
                erase(cursor_, after());
                break;
            case Key::kLeft:
                cursor_ = before();
                break;
            case Key::kRight:
                cursor_ = after();
                break;
            case Key::kHome:
                cursor_ = 0;
                break;
            case Key::kEnd:
                cursor_ = text_.size();
                break;
            case Key::kClearLine:
                erase(0, cursor_);
                break;
            case Key::kDeleteWord: {
                std::size_t start = cursor_;
                while (start > 0 && text_[start - 1] == ' ') {
                    --start;
                }
                while (start > 0 && text_[start - 1] != ' ') {
                    --start;
                }
                erase(start, cursor_);
                break;
            }
            default:
                break;
        }
    }

private:
    std::size_t before() const {
        std::size_t at = cursor_ > 0 ? cursor_ - 1 : 0;
        while (at > 0 && is_continuation(text_[at])) {
            --at;
        }
        return at;
    }
    std::size_t after() const {
        std::size_t at = std::min(cursor_ + 1, text_.size());
        while (at < text_.size() && is_continuation(text_[at])) {
            ++at;
        }
        return at;
    }
    void erase(std::size_t from, std::size_t to) {
        text_.erase(from, to - from);
        cursor_ = from;
    }

    Bytes text_;
    std::size_t cursor_;
};

Status check(const Console::Validate& validate, std::string_view text) {
    return validate ? validate(text) : ok();
}

/// The items that contain `needle`, by index.
std::vector<std::size_t> matches(const std::vector<std::string>& items, std::string_view needle) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (to_lower(items[i]).find(to_lower(needle)) != std::string::npos) {
            found.push_back(i);
        }
    }
    return found;
}

}  // namespace

Result<std::string> ask_line(Screen& screen, std::string_view label,
                             const Console::Validate& validate, std::string_view initial) {
    Canvas canvas(screen);
    Line line(initial);
    std::string complaint;
    for (;;) {
        std::vector<std::string> lines;
        if (!complaint.empty()) {
            lines.push_back(fmt::format("{} {}", kBad, printable(complaint)));
        }
        lines.push_back(fmt::format("{} {}: {}", kQuestion, label, line.text()));
        canvas.show(lines, line.columns_after_cursor());
        const KeyPress press = screen.read();
        if (press.key == Key::kInterrupt || press.key == Key::kEof) {
            canvas.end();
            return given_up(press.key);
        }
        if (press.key != Key::kEnter) {
            line.press(press);
            continue;
        }
        if (const Status status = check(validate, line.text()); !status) {
            complaint = status.error().detail;
            continue;
        }
        canvas.show({fmt::format("{} {}: {}", kGood, label, line.text())});
        canvas.end();
        return line.text();
    }
}

Result<Secret> ask_hidden(Screen& screen, std::string_view label,
                          const Console::Validate& validate) {
    Canvas canvas(screen);
    Line line("");
    std::string complaint;
    for (;;) {
        std::vector<std::string> lines;
        if (!complaint.empty()) {
            lines.push_back(fmt::format("{} {}", kBad, printable(complaint)));
        }
        lines.push_back(fmt::format("{}: ", label));
        canvas.show(lines);
        KeyPress press = screen.read();
        while (press.key != Key::kEnter && press.key != Key::kInterrupt && press.key != Key::kEof) {
            line.press(press);
            wipe(press.text);
            press = screen.read();
        }
        if (press.key != Key::kEnter) {
            canvas.end();
            return Error{.code = Code::kInvalidArgument,
                         .detail = fmt::format("error reading password: {}",
                                               press.key == Key::kInterrupt ? "^C" : "^D")};
        }
        const std::string_view text = trim_right(line.text());
        if (const Status status = check(validate, text); !status) {
            complaint = status.error().detail;
            continue;
        }
        canvas.end();
        return Secret(Bytes(text));
    }
}

Result<bool> ask_yes_no(Screen& screen, std::string_view label) {
    const auto meaning = [](std::string_view text) -> std::optional<bool> {
        const std::string answer = to_lower(trim(text));
        if (answer == "y" || answer == "yes") {
            return true;
        }
        if (answer == "n" || answer == "no") {
            return false;
        }
        return std::nullopt;
    };
    const auto validate = [&](std::string_view text) -> Status {
        return meaning(text) ? ok()
                             : Error{.code = Code::kInvalidArgument, .detail = "answer y or n"};
    };
    STEP_ASSIGN(const std::string answer, ask_line(screen, label, validate, {}));
    return meaning(answer).value_or(false);
}

Result<std::size_t> choose_item(Screen& screen, std::string_view label,
                                const std::vector<std::string>& items) {
    Canvas canvas(screen);
    std::string needle;
    bool searching = false;
    std::size_t current = 0, top = 0;
    for (;;) {
        const std::vector<std::size_t> shown = matches(items, needle);
        current = shown.empty() ? 0 : std::min(current, shown.size() - 1);
        top = std::min(top, current);
        if (current >= top + kVisibleItems) {
            top = current + 1 - kVisibleItems;
        }
        std::vector<std::string> lines{
            fmt::format("{} {} (arrows move, / searches)", kQuestion, label)};
        if (searching) {
            lines.push_back(fmt::format("  search: {}", printable(needle)));
        }
        for (std::size_t i = top; i < shown.size() && i < top + kVisibleItems; ++i) {
            const std::string item = printable(items[shown[i]]);
            lines.push_back(i == current ? fmt::format("\x1b[1m▸ {}\x1b[0m", item)
                                         : fmt::format("  {}", item));
        }
        if (shown.empty()) {
            lines.emplace_back("  nothing matches");
        }
        canvas.show(lines);

        const KeyPress press = screen.read();
        const bool letter = press.key == Key::kText && !searching;
        if (press.key == Key::kInterrupt || press.key == Key::kEof) {
            canvas.clear();
            return given_up(press.key);
        }
        if (press.key == Key::kEnter && !shown.empty()) {
            canvas.clear();
            return shown[current];
        }
        if (press.key == Key::kUp || (letter && press.text == "k")) {
            current -= current > 0 ? 1 : 0;
        } else if (press.key == Key::kDown || (letter && press.text == "j")) {
            ++current;
        } else if (letter && press.text == "/") {
            searching = true;
        } else if (searching && press.key == Key::kText) {
            needle += press.text;
        } else if (searching && press.key == Key::kBackspace && !needle.empty()) {
            while (is_continuation(needle.back())) {
                needle.pop_back();
            }
            needle.pop_back();
        } else if (press.key == Key::kEscape || (searching && press.key == Key::kBackspace)) {
            searching = false;
            needle.clear();
        }
    }
}

}  // namespace step::cli
