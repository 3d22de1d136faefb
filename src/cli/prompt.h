#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace step::cli {

enum class Key : unsigned char {
    kText,  ///< One character; the only key with a text.
    kEnter,
    kBackspace,
    kDelete,
    kUp,
    kDown,
    kLeft,
    kRight,
    kHome,
    kEnd,
    kClearLine,   ///< Ctrl-U
    kDeleteWord,  ///< Ctrl-W
    kEscape,
    kInterrupt,  ///< Ctrl-C
    kEof,        ///< Ctrl-D, or the terminal is gone.
    kOther,
};

struct KeyPress {
    Key key = Key::kOther;
    std::string text{};
};

/// Where prompts read keys and draw. The real one is Terminal; a test plays a script.
class Screen {
public:
    virtual ~Screen() = default;
    virtual KeyPress read() = 0;
    virtual void draw(std::string_view text) = 0;
    virtual std::size_t columns() const = 0;
};

/// The prompts of Console over a screen; same contracts.
Result<std::string> ask_line(Screen& screen, std::string_view label,
                             const Console::Validate& validate, std::string_view initial);
Result<Secret> ask_hidden(Screen& screen, std::string_view label,
                          const Console::Validate& validate);
Result<bool> ask_yes_no(Screen& screen, std::string_view label);
/// Arrows, j and k move; "/" begins a search in the items; Enter takes. Leaves nothing drawn.
Result<std::size_t> choose_item(Screen& screen, std::string_view label,
                                const std::vector<std::string>& items);

}  // namespace step::cli
