#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/jwk_rules.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "commands/key_files.h"
#include "commands/random_text.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "jose/jwe.h"
#include "json/write.h"
#include "x509/certificate.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/crypto/jwk_create.md.inc"
    ;

constexpr std::int64_t kLeastRsa = 2048, kMostRsa = 16'384;
constexpr std::int64_t kLeastOct = 16, kDefaultOct = 32, kMostOct = 65'536;

Error invalid_jwk(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

Status check_size(const cli::Args& args, std::int64_t least) {
    if (!args.is_set("size")) {
        return ok();
    }
    const std::int64_t size = args.integer("size");
    if (size < least && !args.flag("insecure")) {
        return flag_too_small("size", static_cast<unsigned>(least));
    }
    return size <= 0 ? Status(flag_negative("size")) : ok();
}

Status check_flags(const cli::Args& args) {
    const std::string kty = args.get("kty");
    if (kty == "EC" || kty == "OKP") {
        return args.is_set("size") ? Status(flag_incompatible("size", "--kty " + kty)) : ok();
    }
    if (kty != "RSA" && kty != "oct") {
        return invalid_flag("kty", kty, "options are EC, RSA, OKP, or oct");
    }
    if (args.is_set("crv")) {
        return flag_incompatible("crv", "--kty " + kty);
    }
    return check_size(args, kty == "RSA" ? kLeastRsa : kLeastOct);
}

/// Letters and digits, as the original makes its symmetric keys; each has 5.95 bits.
Result<Secret> make_symmetric(const cli::Args& args, Random& random) {
    const std::int64_t size = args.is_set("size") ? args.integer("size") : kDefaultOct;
    if (size > kMostOct) {
        return invalid_flag("size", std::to_string(size), "options are 1 to 65536");
    }
    return Secret(random_text(random, kAlphanumeric, static_cast<std::size_t>(size)));
}

Result<crypto::PrivateKey> make_asymmetric(const cli::Args& args) {
    const std::string kty = args.get("kty"), curve = args.get("crv");
    if (kty == "EC") {
        if (curve.empty() || curve == "P-256") {
            return crypto::generate_key(crypto::KeyKind::kEcP256);
        }
        if (curve == "P-384" || curve == "P-521") {
            return crypto::generate_key(curve == "P-384" ? crypto::KeyKind::kEcP384
                                                         : crypto::KeyKind::kEcP521);
        }
        return invalid_jwk(fmt::format("invalid value for argument crv (crv: '{}')", curve));
    }
    if (kty == "OKP") {
        if (curve == "X25519") {
            return invalid_jwk("alg 'XEdDSA' is not compatible with the given key");
        }
        if (!curve.empty() && curve != "Ed25519") {
            return invalid_jwk(
                fmt::format("missing or invalid value for argument 'crv'. expected "
                            "'Ed25519' or 'X25519', but got '{}'",
                            curve));
        }
        return crypto::generate_key(crypto::KeyKind::kEd25519);
    }
    const std::int64_t size = args.is_set("size") ? args.integer("size") : kLeastRsa;
    if (size < kLeastRsa) {  // --insecure does not help, here as in the original.
        return invalid_jwk("the size of the RSA key should be at least 2048 bits");
    }
    if (size > kMostRsa) {
        return invalid_flag("size", std::to_string(size), "options are 2048 to 16384");
    }
    return crypto::generate_key(crypto::KeyKind::kRsa, static_cast<unsigned>(size));
}

Result<jose::Jwk> generate(cli::Context& context) {
    const cli::Args& args = context.args;
    jose::Jwk made;
    if (args.get("kty") == "oct") {
        STEP_ASSIGN(made.symmetric, make_symmetric(args, context.random));
    } else {
        if (args.get("kty") == "OKP" && args.get("use") == "enc" && args.get("crv") != "X25519") {
            return invalid_jwk("invalid algorithm: Ed25519 cannot be used for encryption");
        }
        STEP_ASSIGN(crypto::PrivateKey key, make_asymmetric(args));
        made.public_key = key.public_key();
        made.private_key = std::move(key);
    }
    made.alg = args.get("alg");
    if (made.alg.empty()) {
        made.alg = guess_algorithm(made, args.get("use"));
    }
    return made;
}

/// A certificate's key usage must say what the key is for, and only one thing.
Status check_usage(const x509::Certificate& certificate) {
    namespace usage = x509::key_usage;
    const std::uint32_t bits = certificate.key_usage.value_or(0);
    const bool signs = (bits & (usage::kDigitalSignature | usage::kContentCommitment |
                                usage::kCertSign | usage::kCrlSign)) != 0;
    const bool enciphers =
        (bits & (usage::kKeyEncipherment | usage::kDataEncipherment | usage::kKeyAgreement |
                 usage::kEncipherOnly | usage::kDecipherOnly)) != 0;
    if (signs && enciphers) {
        return invalid_jwk(
            "jose/generate: certificate's key usage is ambiguous, it should be for signature or "
            "encipherment, but not both (use --subtle to ignore usage field)");
    }
    if (!signs && !enciphers) {
        return invalid_jwk(
            "jose/generate: certificate doesn't contain any key usage (use --subtle to ignore "
            "usage field)");
    }
    return ok();
}

/// --from-pem: a private key, a public key or a certificate.
Result<jose::Jwk> import_pem(cli::Context& context) {
    const cli::Args& args = context.args;
    const std::string path = args.get("from-pem");
    STEP_ASSIGN(Bytes bytes, read_file_quoted(context, path));
    const Secret text(std::move(bytes));
    const ByteView pem = text.view();
    const auto block = next_pem(pem);
    const std::string type = block ? block->block.type : "";
    jose::Jwk made;
    if (type == "CERTIFICATE") {
        STEP_ASSIGN(const x509::Certificate certificate,
                    x509::parse_certificate(block->block.bytes));
        if (!args.flag("subtle")) {
            STEP_TRY(check_usage(certificate));
        }
        STEP_ASSIGN(made.public_key, certificate.public_key());
        made.chain.push_back(certificate.der);
    } else if (type.ends_with("CERTIFICATE REQUEST")) {
        return invalid_jwk(
            fmt::format("error parsing {}: unsupported key type '*x509.CertificateRequest'", path));
    } else if (type.ends_with("PUBLIC KEY")) {
        STEP_ASSIGN(made.public_key, crypto::parse_public_key(pem));
    } else {
        // Its password is asked for: --password-file is that of the new file.
        STEP_ASSIGN(AnyKey key, read_pem_key(context, pem, path, ""));
        made.public_key = std::move(key.public_key);
        made.private_key = std::move(key.private_key);
    }
    const bool rsa = made.public_key->kind() == crypto::KeyKind::kRsa;
    made.alg = rsa ? args.get("alg") : jose::default_algorithm(*made.public_key);
    return made;
}

Result<Secret> ask_for_password(cli::Context& context) {
    const auto not_empty = [](std::string_view password) {
        return password.empty() ? Status(invalid_jwk("value cannot be empty")) : ok();
    };
    const std::string file = context.args.get("password-file");
    if (file.empty()) {
        auto password = context.console.ask_password(
            "Please enter the password to encrypt the private JWK", not_empty);
        if (!password) {
            Error error = std::move(password).error();
            error.detail = "error reading password: " + error.detail;
            return error;
        }
        return password;
    }
    STEP_ASSIGN(Secret password, cli::read_password_file(file));
    if (password.empty()) {
        return invalid_jwk(fmt::format("the password file {} is empty", file));
    }
    return password;
}

/// The JSON form of a compact JWE, spread over lines.
std::string spread_jwe(const std::string& compact) {
    constexpr std::string_view kNames[] = {"protected", "encrypted_key", "iv", "ciphertext", "tag"};
    const std::vector<std::string> parts = split(compact, '.');
    json::Object members;
    for (std::size_t i = 0; i < std::size(kNames) && i < parts.size(); ++i) {
        members.push_back({.name = std::string(kNames[i]), .value = parts[i]});
    }
    return json::encode_indent(std::move(members), "  ");
}

/// The private file's contents: a JWE, or the key in clear with --no-password.
Result<Secret> private_text(cli::Context& context, const json::Value& value) {
    if (context.args.flag("no-password")) {
        return Secret(json::encode_indent(value, "  "));
    }
    STEP_ASSIGN(const Secret password, ask_for_password(context));
    const Secret plain(json::encode(value));
    STEP_ASSIGN(const std::string jwe, jose::encrypt_with_password(plain.view(), password.view(),
                                                                   "jwk+json", context.random));
    return Secret(spread_jwe(jwe));
}

Status check_passwords(const cli::Args& args) {
    if (!args.flag("no-password")) {
        return ok();
    }
    if (!args.get("password-file").empty()) {
        return flag_incompatible("no-password", "password-file");
    }
    return args.flag("insecure") ? ok() : Status(needs_flag("no-password", "insecure"));
}

Status write_files(cli::Context& context, const jose::Jwk& made) {
    constexpr unsigned kMode = 0600;
    const std::string public_file = context.args.positional(0);
    const std::string private_file = context.args.positional(1);
    const bool symmetric = !made.public_key;
    json::Value shown = symmetric ? jose::private_jwk(made) : jose::public_jwk(made);
    // A symmetric key has no public part: this file holds the secret, as the original's does.
    const Secret shown_text(json::encode_indent(shown, "  "));
    const bool has_private = symmetric || made.private_key;
    Secret hidden;
    if (has_private) {
        STEP_ASSIGN(hidden, private_text(context, jose::private_jwk(made)));
    }
    STEP_TRY(check_no_folder(public_file));
    STEP_TRY(check_no_folder(has_private ? private_file : ""));
    STEP_TRY(cli::write_output(context, public_file, shown_text.view(), kMode,
                               symmetric ? Mode::kExact : Mode::kKeep));
    if (has_private) {
        STEP_TRY(cli::write_output(context, private_file, hidden.view(), kMode, Mode::kExact));
    }
    context.console.err(fmt::format("Your public key has been saved in {}.\n", public_file));
    context.console.err(has_private
                            ? fmt::format("Your private key has been saved in {}.\n", private_file)
                            : "Only the public JWK was generated.\n"
                              "Cannot retrieve a private key from a public one.\n");
    return ok();
}

Result<cli::ExitCode> run_jwk_create(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_TRY(check_passwords(args));
    if (args.positional(0) == args.positional(1)) {
        return equal_positionals("public-jwk-file", "private-jwk-file", args.usage());
    }
    STEP_TRY(check_flags(args));
    STEP_ASSIGN(jose::Jwk made,
                args.get("from-pem").empty() ? generate(context) : import_pem(context));
    if (args.is_set("kid")) {
        made.kid = args.get("kid");
    } else if (args.get("kty") != "oct" && made.public_key) {
        made.kid = jose::thumbprint(*made.public_key);
    }
    made.use = args.get("use");
    STEP_TRY(validate_jwk(made));
    STEP_TRY(write_files(context, made));
    return 0;
}

std::vector<cli::Flag> jwk_flags() {
    constexpr cli::FlagType kSwitch = cli::FlagType::kBool;
    return {{.name = "kty/type",
             .value = "type",
             .help = "the kind of key: EC, RSA, OKP or oct",
             .fallback = "EC",
             .values = "EC OKP RSA oct"},
            {.name = "size",
             .type = cli::FlagType::kInt,
             .value = "size",
             .help = "bits of an RSA key (2048) or octets of a symmetric key (32)"},
            {.name = "crv/curve",
             .value = "curve",
             .help = "P-256, P-384 or P-521 for EC, Ed25519 for OKP",
             .values = "P-256 P-384 P-521 Ed25519"},
            {.name = "alg/algorithm",
             .value = "algorithm",
             .help = "what the key will be used with; by default what suits it"},
            {.name = "use",
             .value = "use",
             .help = "sig for signatures, enc for encryption",
             .fallback = "sig",
             .values = "sig enc"},
            {.name = "kid",
             .value = "id",
             .help = "the key's identifier; by default its thumbprint (RFC 7638)"},
            {.name = "from-pem",
             .value = "file",
             .help = "take the key of this PEM file: private, public or a certificate"},
            {.name = "password-file",
             .value = "file",
             .help = "the password that encrypts the private key"},
            {.name = "no-password",
             .type = kSwitch,
             .help = "write the private key in clear; needs --insecure"},
            {.name = "f/force", .type = kSwitch, .help = "replace files without asking"},
            {.name = "subtle",
             .type = kSwitch,
             .help = "do not look at the key usage of a certificate"},
            {.name = "insecure",
             .type = kSwitch,
             .help = "allow --no-password and short symmetric keys"}};
}

}  // namespace

cli::Command crypto_jwk_create() {
    return {.path = "crypto jwk create",
            .brief = "make a JSON Web Key",
            .usage = "<public-jwk-file> <private-jwk-file>",
            .manual = kManual,
            .flags = jwk_flags(),
            .run = run_jwk_create};
}

}  // namespace step::commands
