#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "base/time.h"
#include "json/value.h"

namespace step::jose {

/// The registered claims (RFC 7519 4.1) and the whole payload beside them. Times may have
/// fractions; they are cut to seconds as go-jose does.
struct Claims {
    std::string issuer{}, subject{}, id{};
    std::vector<std::string> audience{};
    std::optional<SysSeconds> expires{}, not_before{}, issued_at{};
    json::Value all{};  ///< The payload object.
};
/// Fails with kInvalidArgument if the payload is no JSON object or a claim has a wrong type.
Result<Claims> parse_claims(std::string_view payload);

/// Reads a NumericDate (RFC 7519 2) as those above; absent or null leaves `out` alone. Fails with
/// kInvalidArgument.
Status get_date(const json::Value& object, std::string_view name, std::optional<SysSeconds>& out);

/// Checks issuer (if not empty), exp, nbf and iat (each only if present) with `leeway`. Fails
/// with kUnauthenticated and go-jose's words: "validation failed, token is expired (exp)",
/// "… token not valid yet (nbf)", "… token issued in the future (iat)", "… invalid issuer
/// claim (iss)".
Status check_claims(const Claims& claims, std::string_view issuer, SysTime now,
                    Duration leeway = std::chrono::seconds(60));

}  // namespace step::jose
