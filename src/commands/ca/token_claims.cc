#include "commands/ca/token_claims.h"

#include <fmt/format.h>

#include "base/hex.h"
#include "base/text.h"
#include "base/time.h"
#include "commands/errors.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "json/write.h"

namespace step::commands {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTokenIdBytes = 32;

Result<std::pair<SysSeconds, SysSeconds>> validity(const TokenRequest& request, SysTime now) {
    const SysTime start = request.not_before.value_or(now);
    const SysTime end = request.not_after.value_or(start + 5min);
    const auto text = [](auto duration) { return format_duration(duration); };
    if (end < start) {
        return invalid(
            fmt::format("nbf < exp: nbf={}, exp={}", format_go_time(start), format_go_time(end)));
    }
    if (start - now > 30min) {
        return invalid(
            fmt::format("requested validity delay is too long: 'requested validity delay'={}, "
                        "'max validity delay'=30m0s",
                        text(start - now)));
    }
    if (end - start < 10s) {
        return invalid(
            fmt::format("requested token validity is too short: 'requested token validity'={}, "
                        "'minimum token validity'=10s",
                        text(end - start)));
    }
    if (end - start > 1h) {
        return invalid(
            fmt::format("requested token validity is too long: 'requested token validity'={}, "
                        "'maximum token validity'=1h0m0s",
                        text(end - start)));
    }
    return std::pair(std::chrono::floor<std::chrono::seconds>(start),
                     std::chrono::floor<std::chrono::seconds>(end));
}

std::int64_t unix_time(SysSeconds time) {
    return time.time_since_epoch().count();
}

json::Value array_of(const std::vector<std::string>& texts) {
    json::Array array;
    for (const std::string& text : texts) {
        array.emplace_back(text);
    }
    return array;
}

json::Value ssh_claim(const TokenRequest& request) {
    const SshClaims& ssh = request.ssh;
    return json::Object{
        {.name = "ssh",
         .value = json::Object{{.name = "certType", .value = ssh.host ? "host" : "user"},
                               {.name = "keyID", .value = request.subject},
                               {.name = "principals", .value = array_of(ssh.principals)},
                               {.name = "validAfter", .value = ssh.valid_after},
                               {.name = "validBefore", .value = ssh.valid_before}}}};
}

std::string text_claim(const jose::Claims& claims, std::string_view name) {
    const json::Value* value = claims.all.find_exact(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
}

}  // namespace

std::string_view path_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::kSign:
            return "/sign";
        case Purpose::kRevoke:
            return "/revoke";
        case Purpose::kSshSign:
            return "/ssh/sign";
        case Purpose::kSshRevoke:
            return "/ssh/revoke";
        case Purpose::kSshRenew:
            return "/ssh/renew";
        case Purpose::kSshRekey:
            return "/ssh/rekey";
    }
    return {};
}

Result<std::string> token_payload(const TokenRequest& request, const std::string& issuer,
                                  const std::string& audience, const std::string& root_digest,
                                  SysTime now, Random& random) {
    STEP_ASSIGN(const auto times, validity(request, now));
    const bool sign = request.purpose == Purpose::kSign;
    const bool ssh_sign = request.purpose == Purpose::kSshSign;
    json::Object claims;
    const auto add = [&](const char* name, json::Value value) {
        claims.push_back({.name = name, .value = std::move(value)});
    };
    add("aud", audience);
    if (sign && !request.confirmation.empty()) {
        add("cnf", json::Object{{.name = "x5rt#S256", .value = request.confirmation}});
    }
    add("exp", unix_time(times.second));
    add("iat", unix_time(std::chrono::floor<std::chrono::seconds>(now)));
    add("iss", issuer);
    add("jti", encode_hex(random.bytes(kTokenIdBytes)));
    add("nbf", unix_time(times.first));
    if (sign) {
        add("sans", array_of(request.names.empty() ? std::vector{request.subject} : request.names));
    }
    add("sha", root_digest);
    if (ssh_sign) {
        add("step", ssh_claim(request));
    }
    add("sub", request.subject);
    if ((sign || ssh_sign) && !request.user.is_null()) {
        add("user", request.user);
    }
    return json::encode(json::Value(std::move(claims)));
}

Result<TokenFacts> read_token(const std::string& token) {
    const auto jws = jose::parse_jws(token);
    if (!jws) {
        return explain(jws.error(), "error parsing token: go-jose/go-jose: ");
    }
    const auto claims = jose::parse_claims(jws->payload);
    if (!claims) {
        return explain(claims.error(), "error parsing token: ");
    }
    TokenFacts facts{.subject = claims->subject,
                     .audience = claims->audience.empty() ? "" : claims->audience.front(),
                     .root_digest = to_lower(text_claim(*claims, "sha"))};
    auto vm = client::read_cloud_vm(claims->all);
    if (!vm) {
        return explain(std::move(vm).error(), "error parsing token: ");
    }
    facts.vm = *std::move(vm);
    const json::Value* sans = claims->all.find_exact("sans");
    facts.has_names = sans != nullptr;
    if (sans != nullptr && sans->as_array() != nullptr) {
        for (const json::Value& name : *sans->as_array()) {
            if (name.as_string() != nullptr) {
                facts.names.push_back(*name.as_string());
            }
        }
    }
    return facts;
}

}  // namespace step::commands
