#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"
#include "client/ca_client.h"

namespace step::commands {

// The wordings that errors of flags and files share; scripts match them (cli.md 2.11).

/// "invalid value 'v' for flag '--f'" and, if there is a message, "; message".
Error invalid_flag(std::string_view flag, std::string_view value, std::string_view message = {});
/// "flag '--a' requires the '--b' flag"
Error needs_flag(std::string_view flag, std::string_view other);
/// "flag '--a' is incompatible with '--b'"
Error incompatible(std::string_view flag, std::string_view other);
/// "flag '--a' and flag '--b' are mutually exclusive"
Error exclusive(std::string_view flag, std::string_view other);
Error invalid(std::string message);

/// What went wrong with a file, in the two other forms of the original; `error` is read_file's:
/// "error reading F: open F: no such file or directory"
Error reading_open(const std::string& file, const Error& error);
/// `error reading "F": no such file or directory`
Error reading_quoted(const std::string& file, const Error& error);

/// Prefixes the detail. What the CA itself answered and needs no prefix is followed by the hint
/// to run again with STEPDEBUG=1.
Error explain(Error error, std::string_view prefix = {});
template <class T>
Result<T> explained(Result<T> result, std::string_view prefix = {}) {
    return result ? std::move(result) : Result<T>(explain(std::move(result).error(), prefix));
}

}  // namespace step::commands
