#include "commands/foreign_flags.h"

#include <fmt/format.h>

namespace step::commands {

Flags foreign_flags(std::span<const ForeignFlag> rows) {
    Flags flags;
    for (const ForeignFlag& row : rows) {
        flags.push_back({.name = row.name, .type = row.type, .help = row.needs, .hidden = true});
    }
    return flags;
}

Status refuse_foreign_flags(const cli::Args& args, std::span<const ForeignFlag> rows) {
    for (const ForeignFlag& row : rows) {
        const std::string_view name = row.name.substr(0, row.name.find('/'));
        if (args.source(name) == cli::Source::kCommandLine) {
            return Error{.code = Code::kUnsupported,
                         .detail = fmt::format("flag '--{}' needs {}, which is not supported yet",
                                               name, row.needs)};
        }
    }
    return ok();
}

}  // namespace step::commands
