#include "commands/crypto/signing.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/files.h"
#include "base/text.h"
#include "commands/crypto/jose_key.h"
#include "commands/crypto/jwk_rules.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "json/write.h"
#include "x509/certificate.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr std::size_t kMaxInput = std::size_t{8} << 20;

/// --x5c-cert or --x5t-cert; `key` is the alias that goes with it.
struct CertificateFlag {
    const char* flag = "";
    const char* key = "";
};
constexpr CertificateFlag kX5c{"x5c-cert", "x5c-key"}, kX5t{"x5t-cert", "x5t-key"};

Status check_certificate_flag(const cli::Args& args, const CertificateFlag& mine,
                              const CertificateFlag& other) {
    if (args.get(mine.flag).empty()) {
        return ok();
    }
    if (args.get("key").empty()) {
        return invalid(fmt::format("one of flag --key or --{} is required with flag --{}", mine.key,
                                   mine.flag));
    }
    if (!args.get(other.flag).empty()) {
        return exclusive(mine.flag, other.flag);
    }
    if (args.declared("jwk") && args.is_set("jwk")) {
        return exclusive(mine.flag, "jwk");
    }
    return args.get("jwks").empty() ? ok() : Status(exclusive(mine.flag, "jwks"));
}

/// The certificates of a file, the first of which must be the key's and allow signatures.
Result<std::vector<x509::Certificate>> read_own_chain(cli::Context& context,
                                                      const CertificateFlag& with,
                                                      const jose::Jwk& key) {
    const auto fails = [&](std::string_view why) {
        const bool chain = std::string_view(with.flag) == kX5c.flag;
        return invalid(fmt::format("error validating {} and key for use in {} header: {}{}",
                                   chain ? "x5c certificate chain" : "x5t certificate",
                                   chain ? "x5c" : "x5t",
                                   chain ? "ValidateX5C: " : "ValidateX5T: ", why));
    };
    const std::string file = context.args.get(with.flag);
    STEP_ASSIGN(const Bytes text, read_file_quoted(context, file));
    auto chain = x509::parse_certificates_pem(text);
    if (!chain) {
        return invalid(fmt::format("error reading {}: {}", file, chain.error().detail));
    }
    const auto own = chain->front().public_key();
    if (!own || !key.public_key || !(*own == *key.public_key)) {
        return fails("error verifying certificate and key: private key does not match public key");
    }
    if ((chain->front().key_usage.value_or(0) & x509::key_usage::kDigitalSignature) == 0) {
        return fails(
            "certificate/private-key pair used to sign token is not approved for digital "
            "signature");
    }
    return std::move(*chain);
}

KeyWish wish_of(const cli::Args& args) {
    return {.use = "sig",
            .alg = args.get("alg"),
            .kid = args.get("kid"),
            .subtle = args.declared("subtle") && args.flag("subtle"),
            .password_file = args.declared("password-file") ? args.get("password-file") : ""};
}

Result<jose::Jwk> read_named_key(cli::Context& context, const KeyWish& wish) {
    const std::string file = context.args.get("key");
    return file.empty() ? read_key_of_set(context, context.args.get("jwks"), wish)
                        : read_key(context, file, wish);
}

Status check_usable(const jose::Jwk& key) {
    if (key.alg.empty()) {
        return invalid("flag '--alg' is required with the given key");
    }
    return validate_jwk(key);
}

Flags key_choice_flags() {
    return {{.name = "alg/algorithm",
             .value = "algorithm",
             .help = "how to sign; must fit the key",
             .values = "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 "
                       "EdDSA"},
            {.name = "jwks", .value = "file", .help = "take the key of this set (file or URL)"},
            {.name = "kid", .value = "id", .help = "the key's identifier"}};
}

}  // namespace

Flags signing_flags() {
    return join_flags(
        {key_choice_flags(),
         {{.name = "key/x5c-key/x5t-key", .value = "file", .help = "the key to sign with"},
          {.name = "no-kid",
           .type = FlagType::kBool,
           .help = "leave the key ID out",
           .hidden = true},
          {.name = "x5c-cert", .value = "file", .help = "put this chain into the header"},
          {.name = "x5t-cert", .value = "file", .help = "put this certificate's SHA-1 there"},
          {.name = "subtle",
           .type = FlagType::kBool,
           .help = "do not insist on good practice",
           .hidden = true}},
         password_file_flag()});
}

Flags verifying_flags() {
    return join_flags({key_choice_flags(),
                       {{.name = "key", .value = "file", .help = "the key to verify with"},
                        {.name = "subtle",
                         .type = FlagType::kBool,
                         .help = "do not insist on good practice",
                         .hidden = true},
                        {.name = "insecure",
                         .type = FlagType::kBool,
                         .help = "guess an algorithm that the key does not settle",
                         .hidden = true}}});
}

Result<SigningKey> read_signing_key(cli::Context& context, std::string_view x5c_name) {
    const cli::Args& args = context.args;
    STEP_TRY(check_certificate_flag(args, kX5c, kX5t));
    STEP_TRY(check_certificate_flag(args, kX5t, kX5c));
    const bool x5c = !args.get("x5c-cert").empty(), x5t = !args.get("x5t-cert").empty();
    if (!x5c && !x5t) {
        STEP_TRY(check_key_flags(args, /*kid_elsewhere=*/false));
    }
    SigningKey out;
    STEP_ASSIGN(out.key, read_named_key(context, wish_of(args)));
    if (out.key.is_public()) {
        return invalid("cannot use a public key for signing");
    }
    if (out.key.use != "sig" && !out.key.use.empty()) {
        return invalid(
            fmt::format("invalid jwk use: found '{}', expecting 'sig' (signature)", out.key.use));
    }
    STEP_TRY(check_usable(out.key));
    if (!args.flag("no-kid") && !out.key.kid.empty()) {
        out.header.push_back({.name = "kid", .value = out.key.kid});
    }
    if (x5c) {
        STEP_ASSIGN(const auto chain, read_own_chain(context, kX5c, out.key));
        json::Array list;
        for (const x509::Certificate& certificate : chain) {
            list.emplace_back(encode_base64(certificate.der));
        }
        out.header.push_back({.name = std::string(x5c_name), .value = std::move(list)});
    }
    if (x5t) {
        STEP_ASSIGN(const auto chain, read_own_chain(context, kX5t, out.key));
        // With padding, unlike RFC 7515 4.1.7 would have it: so it is in every token out there.
        out.header.push_back(
            {.name = "x5t", .value = encode_base64(crypto::sha1(chain.front().der), Base64::kUrl)});
    }
    return out;
}

Result<jose::Jwk> read_verifying_key(cli::Context& context, const jose::SignedMessage& message) {
    const cli::Args& args = context.args;
    KeyWish wish = wish_of(args);
    wish.no_defaults = !args.flag("insecure");
    const std::string own_id =
        message.signatures.empty() ? "" : message.signatures.front().text("kid");
    STEP_TRY(check_key_flags(args, !own_id.empty()));
    if (!args.get("jwks").empty() && wish.kid.empty()) {
        wish.kid = own_id;
    }
    STEP_ASSIGN(jose::Jwk key, read_named_key(context, wish));
    STEP_TRY(check_usable(key));
    return key;
}

Result<std::string> read_token_line(cli::Context& context) {
    STEP_ASSIGN(const Bytes text, context.console.read_stdin(kMaxInput));
    return std::string(trim(std::string_view(text).substr(0, text.find('\n'))));
}

Result<jose::SignedMessage> parse_token(std::string_view text) {
    auto message = jose::parse_signed(text);
    if (!message) {
        return invalid("error parsing token: " + message.error().detail);
    }
    return message;
}

Result<std::string> describe(const jose::SignedMessage& message, Payload payload) {
    auto compact = jose::encode_compact(message);
    if (!compact) {
        return invalid("error serializing token: " + compact.error().detail);
    }
    const std::vector<std::string> parts = split(*compact, '.');
    json::Value shown_payload(parts[1]);
    if (payload == Payload::kJson) {
        auto parsed = json::parse(message.payload);
        if (!parsed) {
            return invalid(
                "error marshaling token data: json: error calling MarshalJSON for type "
                "json.RawMessage: " +
                parsed.error().detail);
        }
        shown_payload = *std::move(parsed);
    }
    // The original's header went through a map: its members come out sorted, what is in them not.
    json::Value header = message.signatures.front().protected_header;
    std::ranges::stable_sort(*header.as_object(), {}, &json::Member::name);
    const json::Value shown(json::Object{{.name = "header", .value = std::move(header)},
                                         {.name = "payload", .value = std::move(shown_payload)},
                                         {.name = "signature", .value = parts[2]}});
    return json::encode_indent(shown, "  ") + "\n";
}

Result<cli::ExitCode> print_jws(cli::Context& context, const jose::SignedMessage& message) {
    if (!context.args.flag("json")) {
        context.console.out(message.payload);
        return 0;
    }
    STEP_ASSIGN(const std::string shown, describe(message, Payload::kBase64));
    context.console.out(shown);
    return 0;
}

Status check_alg(std::string_view alg, const jose::SignedMessage& message, std::string_view what) {
    const std::string own = message.signatures.front().text("alg");
    return alg.empty() || own.empty() || alg == own
               ? ok()
               : Status(invalid(
                     fmt::format("alg {} does not match the alg on {} ({})", alg, what, own)));
}

Status check_shape(const jose::SignedMessage& message) {
    if (message.signatures.size() > 1) {
        return invalid("validation failed: multiple signatures are not supported");
    }
    if (message.signatures.empty()) {
        return invalid("validation failed: invalid signature");
    }
    return message.signatures.front().find("crit") == nullptr
               ? ok()
               : Status(invalid("validation failed: unrecognized critical headers (crit)"));
}

}  // namespace step::commands
