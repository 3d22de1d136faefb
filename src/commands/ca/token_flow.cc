#include "commands/ca/token_flow.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/files.h"
#include "commands/errors.h"
#include "crypto/digest.h"
#include "crypto/pem_key.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::commands {
namespace {

using namespace std::chrono_literals;

constexpr int kPasswordTries = 3;
constexpr std::size_t kTokenIdBytes = 32;

std::string member(const json::Value& value, std::string_view name) {
    const json::Value* found = value.find(name);
    return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string();
}

std::string key_id_of(const json::Value& provisioner) {
    const json::Value* key = provisioner.find("key");
    return key != nullptr ? member(*key, "kid") : std::string();
}

bool is_type(const json::Value& provisioner, std::string_view type) {
    return equal_fold(member(provisioner, "type"), type);
}

/// Keeps those that pass; an empty result is the fault of the flag.
template <class Keep>
Status narrow(std::vector<json::Value>& list, const std::string& flag, const std::string& value,
              Keep keep) {
    if (value.empty()) {
        return ok();
    }
    std::erase_if(list, [&](const json::Value& item) { return !keep(item); });
    return list.empty() ? Status(invalid_flag(flag, value)) : ok();
}

Result<json::Value> choose_provisioner(cli::Context& context, client::CaClient& ca) {
    STEP_ASSIGN(std::vector<json::Value> list, explained(ca.provisioners()));
    if (list.empty()) {
        return invalid(
            "cannot create a new token: the CA does not have any provisioner configured");
    }
    const cli::Args& args = context.args;
    const auto given = [&](std::string_view flag) {
        return args.declared(flag) ? args.get(flag) : std::string();
    };
    const std::string kid = given("kid"), name = given("provisioner");
    STEP_TRY(narrow(list, "kid", kid, [&](const json::Value& item) {
        return (is_type(item, "JWK") && key_id_of(item) == kid) ||
               (is_type(item, "OIDC") && member(item, "clientID") == kid);
    }));
    STEP_TRY(narrow(list, "provisioner", name,
                    [&](const json::Value& item) { return member(item, "name") == name; }));
    std::size_t index = 0;
    if (list.size() > 1) {
        std::vector<std::string> labels;
        labels.reserve(list.size());
        for (const json::Value& item : list) {
            labels.push_back(provisioner_label(item));
        }
        STEP_ASSIGN(index,
                    context.console.choose("What provisioner key do you want to use?", labels));
    }
    context.console.selected("Provisioner", provisioner_label(list[index]));
    return std::move(list[index]);
}

/// The password file that counts: the provisioner's own before the general one.
std::string password_file(const cli::Args& args) {
    for (const char* flag : {"provisioner-password-file", "password-file"}) {
        if (args.declared(flag) && !args.get(flag).empty()) {
            return args.get(flag);
        }
    }
    return {};
}

/// Opens a JWE: one try with a password file, three at a prompt.
Result<Secret> open_jwe(cli::Context& context, const std::string& jwe, const std::string& label) {
    if (const std::string file = password_file(context.args); !file.empty()) {
        const auto password = cli::read_password_file(file);
        if (!password) {
            return invalid(fmt::format("error reading {}: {}", file,
                                       reading_quoted(file, password.error()).detail));
        }
        return jose::decrypt_with_password(jwe, password->view());
    }
    for (int attempt = 1;; ++attempt) {
        STEP_ASSIGN(const Secret password, context.console.ask_password(label, {}));
        auto plain = jose::decrypt_with_password(jwe, password.view());
        if (plain || plain.error().code != Code::kUnauthenticated || attempt == kPasswordTries) {
            return plain;
        }
    }
}

Result<jose::Jwk> provisioner_key(cli::Context& context, client::CaClient& ca,
                                  const json::Value& provisioner) {
    if (const std::string file = context.args.declared("key") ? context.args.get("key") : "";
        !file.empty()) {
        return read_jwk(context, file);
    }
    STEP_ASSIGN(const std::string jwe, explained(ca.encrypted_key(key_id_of(provisioner))));
    STEP_ASSIGN(const Secret plain,
                open_jwe(context, jwe, "Please enter the password to decrypt the provisioner key"));
    return jose::parse_jwk(plain.view());
}

/// Errors for what this program has no token for.
Status check_type(const json::Value& provisioner) {
    if (is_type(provisioner, "JWK")) {
        return ok();
    }
    const std::string type = member(provisioner, "type");
    if (is_type(provisioner, "ACME")) {
        return invalid("step ACME provisioners do not support token auth flows");
    }
    return Error{.code = Code::kUnsupported,
                 .detail = fmt::format("provisioners of type '{}' are not supported yet", type)};
}

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

}  // namespace

std::string provisioner_label(const json::Value& provisioner) {
    const std::string name = member(provisioner, "name"), type = member(provisioner, "type");
    if (is_type(provisioner, "JWK")) {
        return fmt::format("{} (JWK) [kid: {}]", name, key_id_of(provisioner));
    }
    if (is_type(provisioner, "OIDC")) {
        return fmt::format("{} (OIDC) [client: {}]", name, member(provisioner, "clientID"));
    }
    if (is_type(provisioner, "Azure")) {
        return fmt::format("{} (Azure) [tenant: {}]", name, member(provisioner, "tenantID"));
    }
    return fmt::format("{} ({})", name, type);
}

Result<jose::Jwk> read_jwk(cli::Context& context, const std::string& file) {
    auto contents = read_file(file);
    if (!contents) {
        return reading_open(file, contents.error());
    }
    const Secret text(*std::move(contents));
    const std::string label = fmt::format("Please enter the password to decrypt {}", file);
    if (text.view().find("-----BEGIN ") != ByteView::npos) {
        const auto ask = [&]() -> Result<Secret> {
            const std::string name = password_file(context.args);
            return name.empty() ? context.console.ask_password(label, {})
                                : cli::read_password_file(name);
        };
        auto key = crypto::parse_private_key(text.view(), ask);
        if (!key) {
            return explain(std::move(key).error(), fmt::format("error reading {}: ", file));
        }
        jose::Jwk jwk{.public_key = key->public_key()};
        jwk.kid = jose::thumbprint(key->public_key());
        jwk.alg = jose::default_algorithm(key->public_key());
        jwk.private_key = *std::move(key);
        return jwk;
    }
    const auto parsed = json::parse(text.view());
    const bool encrypted =
        parsed ? parsed->find("ciphertext") != nullptr : std::ranges::count(text.view(), '.') == 4;
    if (!encrypted) {
        auto jwk = jose::parse_jwk(text.view());
        return jwk ? std::move(jwk)
                   : Result<jose::Jwk>(
                         explain(std::move(jwk).error(), fmt::format("error reading {}: ", file)));
    }
    STEP_ASSIGN(const Secret plain, open_jwe(context, std::string(trim(text.view())), label));
    return jose::parse_jwk(plain.view());
}

Result<std::string> token_payload(const TokenRequest& request, const std::string& issuer,
                                  const std::string& audience, const Bytes& root, SysTime now,
                                  Random& random) {
    STEP_ASSIGN(const auto times, validity(request, now));
    const bool sign = request.purpose == TokenRequest::Purpose::kSign;
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
        json::Array names;
        for (const std::string& name : request.names) {
            names.emplace_back(name);
        }
        if (names.empty()) {
            names.emplace_back(request.subject);
        }
        add("sans", std::move(names));
    }
    add("sha", encode_hex(crypto::sha256(root)));
    add("sub", request.subject);
    if (sign && !request.user.is_null()) {
        add("user", request.user);
    }
    return json::encode(json::Value(std::move(claims)));
}

Result<std::string> new_token(cli::Context& context, client::CaClient& ca, const Bytes& root,
                              TokenRequest& request) {
    STEP_ASSIGN(const json::Value provisioner, choose_provisioner(context, ca));
    if (request.subject.empty()) {
        const auto not_empty = [](std::string_view text) {
            return text.empty() ? Status(invalid("value is empty")) : ok();
        };
        STEP_ASSIGN(request.subject,
                    context.console.ask("What DNS names or IP addresses would you like to use? "
                                        "(e.g. internal.smallstep.com)",
                                        not_empty));
    }
    STEP_TRY(check_type(provisioner));
    STEP_ASSIGN(const jose::Jwk jwk, provisioner_key(context, ca, provisioner));
    if (!jwk.private_key) {
        return invalid("the provisioner key is not a private key");
    }
    const bool sign = request.purpose == TokenRequest::Purpose::kSign;
    STEP_ASSIGN(const std::string payload,
                token_payload(request, member(provisioner, "name"),
                              ca.url() + (sign ? "/1.0/sign" : "/1.0/revoke"), root,
                              context.clock.now(), context.random));
    const std::string algorithm =
        jwk.alg.empty() ? jose::default_algorithm(jwk.private_key->public_key()) : jwk.alg;
    return jose::sign_jws(
        payload, algorithm,
        {{.name = "kid", .value = key_id_of(provisioner)}, {.name = "typ", .value = "JWT"}},
        *jwk.private_key);
}

}  // namespace step::commands
