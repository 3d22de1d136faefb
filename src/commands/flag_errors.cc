#include "commands/flag_errors.h"

#include <fmt/format.h>

namespace step::commands {

namespace {

Error invalid(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

}  // namespace

Error flag_requires(std::string_view flag, std::string_view needed) {
    return invalid(fmt::format("flag '--{}' requires the '--{}' flag", flag, needed));
}

Error value_requires(std::string_view flag, std::string_view value, std::string_view needed) {
    return invalid(fmt::format("'--{} {}' requires the '--{}' flag", flag, value, needed));
}

Error flag_incompatible(std::string_view flag, std::string_view other) {
    return invalid(fmt::format("flag '--{}' is incompatible with '{}'", flag, other));
}

Error flag_incompatible_value(std::string_view flag, std::string_view other,
                              std::string_view value) {
    return invalid(
        fmt::format("flag '--{}' is incompatible with flag '--{} {}'", flag, other, value));
}

Error invalid_flag_value(std::string_view flag, std::string_view value, std::string_view options) {
    return invalid(fmt::format("invalid value '{}' for flag '--{}'{}{}", value, flag,
                               options.empty() ? "" : "; options are ", options));
}

Error equal_positionals(std::string_view a, std::string_view b, std::string_view usage) {
    return invalid(
        fmt::format("positional arguments <{}> and <{}> cannot be equal in '{}'", a, b, usage));
}

Error flag_too_small(std::string_view flag, unsigned least) {
    return invalid(fmt::format(
        "flag '--{}' requires at least {} unless '--insecure' flag is provided", flag, least));
}

Error flag_negative(std::string_view flag) {
    return invalid(fmt::format("flag '--{}' must be greater than or equal to 0", flag));
}

}  // namespace step::commands
