#include <fmt/format.h>

#include "cli/command.h"

namespace step::cli {

void Console::selected(std::string_view name, std::string_view value) {
    if (colours()) {
        err(fmt::format("\x1b[32m✔\x1b[0m \x1b[1m{}:\x1b[0m {}\n", name, value));
    } else {
        err(fmt::format("✔ {}: {}\n", name, value));
    }
}

}  // namespace step::cli
