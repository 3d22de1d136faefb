#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/command.h"
#include "client/ca_client.h"

namespace step::commands {

// The wordings that errors of flags and files share; scripts match them. Flag names
// come without dashes.

/// "invalid value 'v' for flag '--f'", or "missing value for flag '--f'" if it is empty, and, if
/// there is a message, "; message".
Error invalid_flag(std::string_view flag, std::string_view value, std::string_view message = {});
/// "flag '--a' requires the '--b' flag"
Error needs_flag(std::string_view flag, std::string_view other);
/// "'--profile leaf' requires the '--ca' flag"
Error value_requires(std::string_view flag, std::string_view value, std::string_view needed);
/// "flag '--a' is incompatible with '--b'"
Error incompatible(std::string_view flag, std::string_view other);
/// The same with `other` quoted as it stands.
Error flag_incompatible(std::string_view flag, std::string_view other);
/// "flag '--size' is incompatible with flag '--kty EC'"
Error flag_incompatible_value(std::string_view flag, std::string_view other,
                              std::string_view value);
/// "flag '--a' and flag '--b' are mutually exclusive"
Error exclusive(std::string_view flag, std::string_view other);
/// "flag '--size' requires at least 2048 unless '--insecure' flag is provided"
Error flag_too_small(std::string_view flag, unsigned least);
/// "flag '--size' must be greater than or equal to 0"
Error flag_negative(std::string_view flag);
/// "positional arguments <a> and <b> cannot be equal in 'usage'"
Error equal_positionals(std::string_view a, std::string_view b, std::string_view usage);
Error invalid(std::string message);

/// "no such file or directory" of read_file's "open F failed: no such file or directory".
std::string reason_of(const Error& error);

/// What went wrong with a file, in the two other forms of the original; `error` is read_file's:
/// "error reading F: open F: no such file or directory"
Error reading_open(const std::string& file, const Error& error);
/// `error reading "F": no such file or directory`
Error reading_quoted(const std::string& file, const Error& error);

/// "open F: no such file or directory" of read_file's or write_file's "open F failed: …".
Error without_failed(Error error);
inline Status without_failed(Status status) {
    return status ? std::move(status) : Status(without_failed(std::move(status).error()));
}

/// Prefixes the detail. Of what the CA itself answered people read the CA's words alone and the
/// hint to run again with STEPDEBUG=1, which shows the prefix and the request.
Error explain(Error error, std::string_view prefix = {});
template <class T>
Result<T> explained(Result<T> result, std::string_view prefix = {}) {
    return result ? std::move(result) : Result<T>(explain(std::move(result).error(), prefix));
}

}  // namespace step::commands
