#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jose/jws.h"
#include "jose/jwt.h"

namespace step::provisioner {

/// A one-time token taken apart. Nothing in it is proven until a provisioner has checked the
/// signature.
struct Token {
    jose::Jws jws{};
    jose::Claims claims{};
    std::string email{}, azp{}, tid{};  ///< What the provisioner look-up also reads,
    bool party_readable = false;        ///< if the last two are texts.
};
/// Detail and cause in one, for the log.
std::string words_of(const Error& error);

/// Fails with kUnauthenticated: who cannot show a token is nobody.
Result<Token> parse_token(std::string_view compact);

/// What this CA answers to, one list per operation, without ports.
struct Audiences {
    std::vector<std::string> sign{}, renew{}, revoke{}, ssh_revoke{}, ssh_renew{}, ssh_rekey{};
};
/// https://HOST/1.0/sign and so on for each of `dns_names`, as the original counts them.
Audiences make_audiences(const std::vector<std::string>& dns_names);

/// True if one of `got` is one of `want`, ports not counting; `want` has none (Audiences).
/// `fragment`, if not empty, must follow as "#fragment", in whatever way it is escaped.
bool audience_matches(const std::vector<std::string>& got, const std::vector<std::string>& want,
                      std::string_view fragment = {});
/// The fragment of the first audience that is a URL with one; "" if none.
std::string audience_fragment(const std::vector<std::string>& audience);
/// "https://ca:9000/sign" -> "https://ca/sign"; text that is no URL with a port is unchanged.
std::string strip_port(std::string_view audience);

}  // namespace step::provisioner
