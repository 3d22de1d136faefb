#include "commands/ca/token_flow.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/cloud_token.h"
#include "commands/ca/provisioner_file.h"
#include "commands/errors.h"
#include "commands/key_files.h"
#include "crypto/digest.h"
#include "crypto/pem_key.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "json/parse.h"

namespace step::commands {
namespace {

constexpr int kPasswordTries = 3;

bool is_type(const json::Value& provisioner, std::string_view type) {
    return equal_fold(text_member(provisioner, "type"), type);
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

Result<json::Value> choose_provisioner(cli::Context& context, const TokenSource& source) {
    STEP_ASSIGN(std::vector<json::Value> list, explained(source.provisioners()));
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
               (is_type(item, "OIDC") && text_member(item, "clientID") == kid);
    }));
    STEP_TRY(narrow(list, "provisioner", name,
                    [&](const json::Value& item) { return text_member(item, "name") == name; }));
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
        STEP_ASSIGN(const Secret password, read_password_flag(context, file));
        return jose::decrypt_with_password(jwe, password.view());
    }
    for (int attempt = 1;; ++attempt) {
        STEP_ASSIGN(const Secret password, context.console.ask_password(label, {}));
        auto plain = jose::decrypt_with_password(jwe, password.view());
        if (plain || plain.error().code != Code::kUnauthenticated || attempt == kPasswordTries) {
            return plain;
        }
    }
}

Result<jose::Jwk> provisioner_key(cli::Context& context, const TokenSource& source,
                                  const json::Value& provisioner) {
    if (const std::string file = context.args.declared("key") ? context.args.get("key") : "";
        !file.empty()) {
        return read_jwk(context, file);
    }
    STEP_ASSIGN(const std::string jwe, explained(source.encrypted_key(provisioner)));
    STEP_ASSIGN(const Secret plain,
                open_jwe(context, jwe, "Please enter the password to decrypt the provisioner key"));
    return jose::parse_jwk(plain.view());
}

/// Who signs: what the token says of it, and the key.
struct Signer {
    std::string name{}, key_id{};
    jose::Jwk key{};
};

Result<std::string> sign_token(cli::Context& context, const TokenSource& source,
                               const TokenRequest& request, const Signer& signer) {
    if (!signer.key.private_key) {
        return invalid("the provisioner key is not a private key");
    }
    const std::string audience = source.audience + std::string(path_of(request.purpose));
    STEP_ASSIGN(const std::string payload,
                token_payload(request, signer.name, audience, source.root_digest,
                              context.clock.now(), context.random));
    const std::string algorithm =
        signer.key.alg.empty() ? jose::default_algorithm(signer.key.private_key->public_key())
                               : signer.key.alg;
    return jose::sign_jws(
        payload, algorithm,
        {{.name = "kid", .value = signer.key_id}, {.name = "typ", .value = "JWT"}},
        *signer.key.private_key);
}

/// Errors for what this program has no token for.
Status check_type(const json::Value& provisioner) {
    if (is_type(provisioner, "JWK")) {
        return ok();
    }
    const std::string type = text_member(provisioner, "type");
    if (is_type(provisioner, "ACME")) {
        Error error = invalid("step ACME provisioners do not support token auth flows");
        error.reason = kAcmeProvisioner;
        return error;
    }
    return Error{.code = Code::kUnsupported,
                 .detail = fmt::format("provisioners of type '{}' are not supported yet", type)};
}

}  // namespace

std::string key_id_of(const json::Value& provisioner) {
    const json::Value* key = provisioner.find("key");
    return key != nullptr ? text_member(*key, "kid") : std::string();
}

std::string provisioner_label(const json::Value& provisioner) {
    const std::string name = text_member(provisioner, "name"),
                      type = text_member(provisioner, "type");
    if (is_type(provisioner, "JWK")) {
        return fmt::format("{} (JWK) [kid: {}]", name, key_id_of(provisioner));
    }
    if (is_type(provisioner, "OIDC")) {
        return fmt::format("{} (OIDC) [client: {}]", name, text_member(provisioner, "clientID"));
    }
    if (is_type(provisioner, "Azure")) {
        return fmt::format("{} (Azure) [tenant: {}]", name, text_member(provisioner, "tenantID"));
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

TokenSource tokens_of(client::CaClient& ca, const Bytes& root) {
    return {.audience = ca.url() + "/1.0",
            .root_digest = encode_hex(crypto::sha256(root)),
            .provisioners = [&ca]() { return ca.provisioners(); },
            .encrypted_key =
                [&ca](const json::Value& provisioner) {
                    return ca.encrypted_key(key_id_of(provisioner));
                }};
}

Result<std::string> new_token(cli::Context& context, const TokenSource& source,
                              TokenRequest& request) {
    STEP_ASSIGN(const json::Value provisioner, choose_provisioner(context, source));
    request.provisioner = text_member(provisioner, "name");
    if (request.subject.empty()) {
        const auto not_empty = [](std::string_view text) {
            return text.empty() ? Status(invalid("value is empty")) : ok();
        };
        const bool user = request.purpose == Purpose::kSshSign && !request.ssh.host;
        STEP_ASSIGN(
            request.subject,
            context.console.ask(user ? "What user principal would you like to use? (e.g. alice)"
                                     : "What DNS names or IP addresses would you like to use? "
                                       "(e.g. internal.smallstep.com)",
                                not_empty));
    }
    if (is_cloud_provisioner(provisioner)) {
        return cloud_token(context, provisioner, source.audience, request);
    }
    STEP_TRY(check_type(provisioner));
    STEP_ASSIGN(jose::Jwk key, provisioner_key(context, source, provisioner));
    return sign_token(context, source, request,
                      {.name = text_member(provisioner, "name"),
                       .key_id = key_id_of(provisioner),
                       .key = std::move(key)});
}

Result<std::string> new_token_by_flags(cli::Context& context, const TokenSource& source,
                                       const TokenRequest& request) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(jose::Jwk key, read_jwk(context, args.get("key")));
    std::string key_id = args.get("kid");
    if (key_id.empty() && key.public_key) {
        key_id = jose::thumbprint(*key.public_key);
    }
    return sign_token(
        context, source, request,
        {.name = args.get("provisioner"), .key_id = std::move(key_id), .key = std::move(key)});
}
}  // namespace step::commands
