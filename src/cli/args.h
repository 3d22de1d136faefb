#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "json/value.h"

namespace step::cli {

/// Error::reason of words that do not fit the command's flags: the help text is shown.
inline constexpr const char* kUsageError = "cli.usage";

struct Parsed {
    std::unique_ptr<Args> args{};
    bool help = false;  ///< -h or --help was among the flags.
};

/// Gives every flag its value: command line, else STEP_… variable, else `defaults` (an object
/// or null), else the built-in default. Flags may stand among positionals;
/// after "--" everything is positional. An unknown flag before the first positional fails with
/// kUsageError; after it, it is a positional, which expect_positionals() takes for no name of a
/// file but fails on. `command` must outlive the result.
Result<Parsed> parse_args(const Command& command, std::span<const std::string> words,
                          const Environment& environment, const json::Value& defaults);

/// The names of a flag: "provisioner/issuer" gives both.
std::vector<std::string> names_of(const Flag& flag);

/// Go's strconv.ParseInt and ParseUint with base 0: "12", "0x1f", "0b1", "017", "1_000".
std::optional<std::int64_t> parse_go_int(std::string_view text);
/// Go's strconv.ParseBool: 1 t T TRUE true True 0 f F FALSE false False.
std::optional<bool> parse_go_bool(std::string_view text);

}  // namespace step::cli
