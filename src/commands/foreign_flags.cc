#include "commands/foreign_flags.h"

#include <fmt/format.h>

namespace step::commands {
namespace {

std::string_view first_name(const ForeignFlag& row) {
    return row.name.substr(0, row.name.find('/'));
}

}  // namespace

Error foreign_flag_error(const ForeignFlag& row) {
    return {.code = Code::kUnsupported,
            .detail = fmt::format("flag '--{}' needs {}, which is not supported yet",
                                  first_name(row), row.needs)};
}

Flags foreign_flags(std::span<const ForeignFlag> rows) {
    Flags flags;
    for (const ForeignFlag& row : rows) {
        flags.push_back({.name = row.name, .type = row.type, .help = row.needs, .hidden = true});
    }
    return flags;
}

Status refuse_foreign_flags(const cli::Args& args, std::span<const ForeignFlag> rows) {
    for (const ForeignFlag& row : rows) {
        if (args.source(first_name(row)) == cli::Source::kCommandLine) {
            return foreign_flag_error(row);
        }
    }
    return ok();
}

}  // namespace step::commands
