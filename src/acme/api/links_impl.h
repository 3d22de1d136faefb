#pragma once

#include <string>
#include <string_view>

#include "acme/types.h"

namespace step::acme {

/// The addresses of one provisioner's objects, as the Host header of a request names this CA:
/// always below /acme, as the original's, whatever prefix the request came by.
class Links {
public:
    Links(std::string_view host, std::string_view provisioner_name);

    /// "directory", "new-nonce", "new-account", …
    std::string to(std::string_view what) const;
    std::string account(std::string_view id) const;
    std::string orders(std::string_view account_id) const;
    std::string order(std::string_view id) const;
    std::string finalize(std::string_view order_id) const;
    std::string authorization(std::string_view id) const;
    std::string challenge(std::string_view authorization_id, ChallengeType type) const;
    std::string certificate(std::string_view id) const;
    std::string issuer(std::string_view fingerprint) const;

    const std::string& host() const { return host_; }
    /// True if `url` is account(id), for whatever host: a CA may have several names.
    bool is_account(std::string_view url, std::string_view id) const;

private:
    std::string host_, path_;
};

/// `<url>;rel="relation"`, as the original writes it.
std::string link_header(std::string_view url, std::string_view relation);

/// True if the two paths have the same segments once %XX is decoded. A slash that is encoded is
/// none.
bool same_path(std::string_view a, std::string_view b);

/// True if `url` is https at `host`, and its path the request's; the query of the request may be
/// left out, as the original's answer to RFC 8555 6.4 has it.
bool is_request_url(std::string_view url, std::string_view host, std::string_view path,
                    std::string_view query);

}  // namespace step::acme
