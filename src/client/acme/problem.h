#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace step::client::acme {

/// Error::reason of what the server refused, by the type of its problem document (RFC 8555 6.7);
/// kRefused for every other type.
inline constexpr const char* kRefused = "acme.refused";
inline constexpr const char* kBadNonce = "acme.bad_nonce";
inline constexpr const char* kNoAccount = "acme.no_account";  ///< accountDoesNotExist
inline constexpr const char* kUnauthorized = "acme.unauthorized";
inline constexpr const char* kOrderNotReady = "acme.order_not_ready";

/// A problem document (RFC 7807 with RFC 8555 6.7.1), or the "error" of an order or a challenge.
struct Problem {
    std::string type{};        ///< As sent: "urn:ietf:params:acme:error:malformed".
    std::string detail{};      ///< As sent; print text().
    std::string identifier{};  ///< Whom a sub-problem is about: "a.test".
    std::vector<Problem> subproblems{};

    /// "DETAIL (malformed)", then "; a.test: DETAIL (caa)" for each sub-problem. At most a few
    /// hundred characters of each and ten sub-problems, nothing that steers a terminal.
    std::string text() const;
    bool is(std::string_view short_type) const;  ///< is("badNonce")
};

/// Reads what a server sent with `status`. Never fails: what is no problem document is shown as it
/// came, cut short.
Problem parse_problem(std::string_view body, int status);

/// With problem.text() as detail, and the reason and the code that its type stands for.
Error to_error(const Problem& problem, int status);

}  // namespace step::client::acme
