#include "commands/crypto/jose_key.h"

#include <fmt/format.h>

#include "base/files.h"
#include "cli/files.h"
#include "commands/crypto/jwk_rules.h"
#include "commands/errors.h"
#include "commands/fetch.h"
#include "commands/key_files.h"
#include "jose/algorithm.h"
#include "jose/jwe.h"
#include "json/parse.h"

namespace step::commands {
namespace {

constexpr std::size_t kMaxKeys = std::size_t{1} << 20;
constexpr int kPasswordTries = 3;

Result<Bytes> fetch(cli::Context& context, const std::string& url) {
    auto answer = Fetcher(context, /*roots=*/"").send({.url = url, .max_body = kMaxKeys});
    if (!answer) {
        return explain(std::move(answer).error(), fmt::format("error retrieving {}: ", url));
    }
    if (answer->status >= 400) {
        return Error{
            .code = Code::kUnavailable,
            .detail = fmt::format("error retrieving {}: status code {}", url, answer->status)};
    }
    return std::move(answer->body);
}

/// A file, the URI of a key store, or an https URL.
Result<Secret> read_key_or_fetch(cli::Context& context, const std::string& name) {
    if (name.starts_with("https://")) {
        STEP_ASSIGN(Bytes body, fetch(context, name));
        return Secret(std::move(body));
    }
    auto text = read_key_text(name, kMaxKeys);
    if (!text && text.error().code != Code::kUnsupported) {
        return reading_open(name, text.error());
    }
    return text;
}

Error unsupported_format(const std::string& name) {
    return invalid(fmt::format("error reading {}: unsupported format", name));
}

Result<jose::Jwk> parse_key(cli::Context& context, Secret text, const std::string& name,
                            const KeyWish& wish) {
    jose::Jwk key;
    if (text.view().starts_with("-----BEGIN ") && !jose::is_hmac(wish.alg)) {
        STEP_ASSIGN(AnyKey pem, read_pem_key(context, text.view(), name, wish.password_file));
        key.public_key = std::move(pem.public_key);
        key.private_key = std::move(pem.private_key);
        if (wish.kid.empty()) {
            key.kid = jose::thumbprint(key);
        }
        return key;
    }
    if (jose::is_hmac(wish.alg) && !jose::is_encrypted(text.view()) &&
        !jose::parse_jwk(text.view())) {
        key.symmetric = std::move(text);
        return key;
    }
    STEP_ASSIGN(const Secret plain,
                decrypt_text(context, std::move(text), name, wish.password_file));
    auto parsed = jose::parse_jwk(plain.view());
    return parsed ? std::move(parsed) : Result<jose::Jwk>(unsupported_format(name));
}

/// Algorithms that the key leaves no choice about; "" for others.
std::string only_algorithm(const jose::Jwk& key) {
    const bool choice = !key.public_key || key.public_key->kind() == crypto::KeyKind::kRsa;
    return choice || key.use == "enc" ? "" : jose::default_algorithm(*key.public_key);
}

Status settle_algorithm(jose::Jwk& key, const std::string& name, const KeyWish& wish) {
    if (key.alg.empty()) {
        key.alg = !wish.alg.empty()  ? wish.alg
                  : wish.no_defaults ? only_algorithm(key)
                                     : guess_algorithm(key, key.use);
    }
    if (wish.alg.empty() || wish.alg == key.alg) {
        return ok();
    }
    if (!wish.subtle) {
        return invalid(fmt::format("alg {} does not match the alg on {}", wish.alg, name));
    }
    key.alg = wish.alg;
    return ok();
}

}  // namespace

Result<Secret> decrypt_text(cli::Context& context, Secret text, const std::string& name,
                            const std::string& password_file) {
    if (!jose::is_encrypted(text.view())) {
        return text;
    }
    // Nothing of why: as the original, a JWE that does not open has a wrong password.
    const Error wrong{.code = Code::kUnauthenticated,
                      .detail = "failed to decrypt JWE: invalid password"};
    if (!password_file.empty()) {
        STEP_ASSIGN(const Secret password, cli::read_password_file(password_file));
        auto plain = jose::decrypt_with_password(text.view(), password.view());
        return plain ? std::move(plain) : Result<Secret>(wrong);
    }
    for (int attempt = 0; attempt < kPasswordTries; ++attempt) {
        STEP_ASSIGN(const Secret password, context.console.ask_password(
                                               "Please enter the password to decrypt " + name, {}));
        if (auto plain = jose::decrypt_with_password(text.view(), password.view())) {
            return plain;
        }
    }
    return wrong;
}

Result<Secret> read_maybe_encrypted(cli::Context& context, const std::string& name,
                                    const std::string& password_file) {
    STEP_ASSIGN(Secret text, read_key_or_fetch(context, name));
    return decrypt_text(context, std::move(text), name, password_file);
}

Result<jose::Jwk> read_key(cli::Context& context, const std::string& name, const KeyWish& wish) {
    STEP_ASSIGN(Secret text, read_key_or_fetch(context, name));
    STEP_ASSIGN(jose::Jwk key, parse_key(context, std::move(text), name, wish));
    if (!wish.kid.empty() && !key.kid.empty() && wish.kid != key.kid) {
        return invalid(fmt::format("kid {} does not match the kid on {}", wish.kid, name));
    }
    key.kid = key.kid.empty() ? wish.kid : key.kid;
    key.use = key.use.empty() ? wish.use : key.use;
    STEP_TRY(settle_algorithm(key, name, wish));
    return key;
}

Result<jose::Jwk> read_key_of_set(cli::Context& context, const std::string& name,
                                  const KeyWish& wish) {
    STEP_ASSIGN(const Secret text, read_maybe_encrypted(context, name, wish.password_file));
    const auto keys = jose::parse_jwk_set(text.view());
    if (!keys) {
        return unsupported_format(name);
    }
    const jose::Jwk* found = nullptr;
    for (const jose::Jwk& key : *keys) {
        if (key.kid == wish.kid && found != nullptr) {
            return invalid(
                fmt::format("multiple keys with kid {} have been found on {}", wish.kid, name));
        }
        found = key.kid == wish.kid ? &key : found;
    }
    if (found == nullptr) {
        return invalid(fmt::format("cannot find key with kid {} on {}", wish.kid, name));
    }
    jose::Jwk key = found->clone();
    STEP_TRY(settle_algorithm(key, name, wish));
    return key;
}

Result<jose::Jwk> read_piped_key(cli::Context& context) {
    STEP_ASSIGN(Bytes text, context.console.read_stdin(kMaxKeys));
    STEP_ASSIGN(const Secret plain, decrypt_text(context, Secret(std::move(text)), "the JWE", ""));
    auto key = jose::parse_jwk(plain.view());
    return key ? std::move(key) : Result<jose::Jwk>(unsupported_format("JWK"));
}

Status check_key_flags(const cli::Args& args, bool kid_elsewhere) {
    const bool key = !args.get("key").empty(), jwks = !args.get("jwks").empty();
    if (!key && !jwks) {
        return invalid("one of flag --key or --jwks is required");
    }
    if (key && jwks) {
        return exclusive("key", "jwks");
    }
    if (jwks && args.get("kid").empty() && !kid_elsewhere) {
        return needs_flag("kid", "jwks");
    }
    return ok();
}

}  // namespace step::commands
