#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/acme/problem.h"
#include "json/value.h"

namespace step::client::acme {

// What an ACME server answers (RFC 8555 7.1). All of it is hostile: the readers below check every
// member that this client uses, and fail with kInternal, "error reading WHAT: …".

/// RFC 8555 7.1.1.
struct Directory {
    std::string new_nonce{}, new_account{}, new_order{};
};

/// RFC 8555 9.7.7, RFC 8738.
struct Identifier {
    std::string type{};  ///< "dns", "ip"
    std::string value{};
    bool operator==(const Identifier&) const = default;
};

/// RFC 8555 7.1.5 and 8.
struct Challenge {
    std::string type{}, url{}, status{};
    std::string token{};  ///< With http-01 never empty, of the base64url alphabet: fit for a path.
    std::optional<Problem> error{};
};

/// RFC 8555 7.1.4.
struct Authorization {
    Identifier identifier{};
    std::string status{};
    bool wildcard = false;
    std::vector<Challenge> challenges{};

    const Challenge* find(std::string_view type) const;
};

/// RFC 8555 7.1.3.
struct Order {
    std::string url{};  ///< The Location of the answer that made it; the reader leaves it empty.
    std::string status{};
    std::vector<std::string> authorizations{};
    std::string finalize{};
    std::string certificate{};  ///< Empty unless valid.
    std::optional<Problem> error{};
};

Result<Directory> read_directory(const json::Value& value);
Result<Order> read_order(const json::Value& value);
Result<Authorization> read_authorization(const json::Value& value);
Result<Challenge> read_challenge(const json::Value& value);
/// Members of the wrong kind count as absent: an error must not hide behind another one.
Problem read_problem(const json::Value& value);

/// Whether a URL from a server may be asked: whole, https (RFC 8555 6.1), at most 2,000 octets, no
/// control characters.
bool is_usable_url(std::string_view url);
/// RFC 8555 8.1: a token is of the base64url alphabet. Anything else could leave its folder.
bool is_token(std::string_view text);

}  // namespace step::client::acme
