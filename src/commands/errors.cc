#include "commands/errors.h"

#include <fmt/format.h>

namespace step::commands {

Error invalid(std::string message) {
    return {.code = Code::kInvalidArgument, .detail = std::move(message)};
}

Error invalid_flag(std::string_view flag, std::string_view value, std::string_view message) {
    const std::string what =
        value.empty() ? "missing value" : fmt::format("invalid value '{}'", value);
    return invalid(
        fmt::format("{} for flag '--{}'{}{}", what, flag, message.empty() ? "" : "; ", message));
}

Error needs_flag(std::string_view flag, std::string_view other) {
    return invalid(fmt::format("flag '--{}' requires the '--{}' flag", flag, other));
}

Error incompatible(std::string_view flag, std::string_view other) {
    return invalid(fmt::format("flag '--{}' is incompatible with '--{}'", flag, other));
}

Error flag_incompatible(std::string_view flag, std::string_view other) {
    return invalid(fmt::format("flag '--{}' is incompatible with '{}'", flag, other));
}

Error flag_incompatible_value(std::string_view flag, std::string_view other,
                              std::string_view value) {
    return invalid(
        fmt::format("flag '--{}' is incompatible with flag '--{} {}'", flag, other, value));
}

Error value_requires(std::string_view flag, std::string_view value, std::string_view needed) {
    return invalid(fmt::format("'--{} {}' requires the '--{}' flag", flag, value, needed));
}

Error flag_too_small(std::string_view flag, unsigned least) {
    return invalid(fmt::format(
        "flag '--{}' requires at least {} unless '--insecure' flag is provided", flag, least));
}

Error flag_negative(std::string_view flag) {
    return invalid(fmt::format("flag '--{}' must be greater than or equal to 0", flag));
}

Error equal_positionals(std::string_view a, std::string_view b, std::string_view usage) {
    return invalid(
        fmt::format("positional arguments <{}> and <{}> cannot be equal in '{}'", a, b, usage));
}

Error exclusive(std::string_view flag, std::string_view other) {
    return invalid(fmt::format("flag '--{}' and flag '--{}' are mutually exclusive", flag, other));
}

std::string reason_of(const Error& error) {
    constexpr std::string_view kMark = " failed: ";
    const std::size_t at = error.detail.rfind(kMark);
    return at == std::string::npos ? error.detail : error.detail.substr(at + kMark.size());
}

Error reading_open(const std::string& file, const Error& error) {
    const std::string_view doing = error.detail.starts_with("read ") ? "read" : "open";
    return {
        .code = error.code,
        .detail = fmt::format("error reading {}: {} {}: {}", file, doing, file, reason_of(error))};
}

Error reading_quoted(const std::string& file, const Error& error) {
    return {.code = error.code,
            .detail = fmt::format("error reading \"{}\": {}", file, reason_of(error))};
}

Error without_failed(Error error) {
    constexpr std::string_view kFailed = " failed: ";
    const std::size_t at = error.detail.rfind(kFailed);
    if (at != std::string::npos) {
        error.detail.replace(at, kFailed.size(), ": ");
    }
    return error;
}

Error explain(Error error, std::string_view prefix) {
    if (error.has_reason(client::kAnsweredByCa)) {
        error.reason = cli::kMoreWithDebug;
        error.cause.insert(0, prefix);
    } else {
        error.detail.insert(0, prefix);
    }
    return error;
}

}  // namespace step::commands
