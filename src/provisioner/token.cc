#include "provisioner/token.h"

#include <algorithm>

#include "base/uri.h"
#include "json/decode.h"

namespace step::provisioner {
namespace {

Error nobody(const Error& why) {
    return {.code = Code::kUnauthenticated, .cause = words_of(why)};
}

}  // namespace

std::string words_of(const Error& error) {
    const bool both = !error.detail.empty() && !error.cause.empty();
    return error.detail + (both ? ": " : "") + error.cause;
}

Result<Token> parse_token(std::string_view compact) {
    Result<jose::Jws> jws = jose::parse_jws(compact);
    if (!jws) {
        return nobody(jws.error());
    }
    Result<jose::Claims> claims = jose::parse_claims(jws->payload);
    if (!claims) {
        return nobody(claims.error());
    }
    Token token{.jws = *std::move(jws), .claims = *std::move(claims)};
    json::Fields fields(token.claims.all, "");
    if (Status read = fields.get("email", token.email).status(); !read) {
        return nobody(read.error());
    }
    fields.get("azp", token.azp).get("tid", token.tid);
    token.party_readable = static_cast<bool>(fields.status());
    return token;
}

Audiences make_audiences(const std::vector<std::string>& dns_names) {
    constexpr const char* kOurselves = "step-certificate-authority";
    Audiences all{.sign = {kOurselves}, .revoke = {kOurselves}};
    for (const std::string& name : dns_names) {
        const bool v6 = name.find(':') != std::string::npos && name.front() != '[';
        const std::string base = "https://" + (v6 ? "[" + name + "]" : name);
        const auto add = [&base](std::vector<std::string>& list, std::string_view path) {
            list.push_back(strip_port(base + "/1.0" + std::string(path)));
            list.push_back(strip_port(base + std::string(path)));
        };
        add(all.sign, "/sign");
        add(all.sign, "/ssh/sign");
        add(all.renew, "/renew");
        add(all.revoke, "/revoke");
        add(all.ssh_revoke, "/ssh/revoke");
        add(all.ssh_renew, "/ssh/renew");
        add(all.ssh_rekey, "/ssh/rekey");
    }
    return all;
}

bool audience_matches(const std::vector<std::string>& got, const std::vector<std::string>& want,
                      std::string_view fragment) {
    const auto names_it = [fragment](std::string_view text) {
        const Result<std::string> decoded = percent_decode(text);
        return decoded && *decoded == fragment;
    };
    return std::any_of(got.begin(), got.end(), [&](std::string_view one) {
        if (!fragment.empty()) {
            const std::size_t mark = one.find('#');
            if (mark == std::string_view::npos || !names_it(one.substr(mark + 1))) {
                return false;
            }
            one = one.substr(0, mark);
        }
        return std::find(want.begin(), want.end(), strip_port(one)) != want.end();
    });
}

std::string audience_fragment(const std::vector<std::string>& audience) {
    for (const std::string& one : audience) {
        if (one.find('#') == std::string::npos) {
            continue;
        }
        const Result<Uri> uri = parse_uri(one);
        if (uri && !uri->fragment.empty()) {
            return uri->fragment;
        }
    }
    return {};
}

std::string strip_port(std::string_view audience) {
    constexpr std::string_view kSeparator = "://";
    const std::size_t scheme = audience.find(kSeparator);
    if (scheme == std::string_view::npos) {
        return std::string(audience);
    }
    const std::size_t host = scheme + kSeparator.size();
    const std::size_t end = std::min(audience.find_first_of("/?#", host), audience.size());
    const std::string_view authority = audience.substr(host, end - host);
    const std::size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos ||
        authority.find_first_not_of("0123456789", colon + 1) != std::string_view::npos) {
        return std::string(audience);
    }
    return std::string(audience.substr(0, host + colon)).append(audience.substr(end));
}

}  // namespace step::provisioner
