#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/making.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/key_files.h"
#include "crypto/pem_key.h"
#include "x509/csr.h"
#include "x509/draft.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/create.md.inc"
    ;

using std::chrono::hours;

/// What a profile puts into a certificate.
struct Profile {
    std::string_view name;
    hours lifetime;
    bool needs_issuer;
    std::optional<std::uint32_t> path_length;  ///< Set for a CA.
};
constexpr Profile kProfiles[] = {{"leaf", kLeafLifetime, true, {}},
                                 {"intermediate-ca", kCaLifetime, true, 0U},
                                 {"root-ca", kCaLifetime, false, 1U},
                                 {"self-signed", kLeafLifetime, false, {}}};

/// The flags that say nothing about a request, in the order in which the original looks.
constexpr std::string_view kNotForRequests[] = {"ca", "ca-key", "ca-password-file", "not-before",
                                                "not-after"};

struct Keys {
    crypto::PublicKey public_key;
    std::optional<crypto::PrivateKey> private_key{};
};

struct Issuer {
    x509::Certificate certificate{};
    crypto::PrivateKey key;
};

Error invalid_create(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

/// --key, private or public, or a fresh key.
Result<Keys> obtain_keys(cli::Context& context) {
    const cli::Args& args = context.args;
    const std::string path = args.get("key");
    if (path.empty()) {
        STEP_ASSIGN(crypto::PrivateKey key, make_key(args, args.flag("insecure")));
        crypto::PublicKey public_key = key.public_key();
        return Keys{std::move(public_key), std::move(key)};
    }
    for (const std::string_view flag : {"kty", "crv", "size"}) {
        if (args.is_set(flag)) {
            return flag_incompatible("key", flag);
        }
    }
    STEP_ASSIGN(const Secret text, read_key_text(path));
    const ByteView pem = text.view();
    const auto first = next_pem(pem);
    if (first && !first->block.type.ends_with("PRIVATE KEY") &&
        first->block.type != "EC PARAMETERS") {
        if (auto key = crypto::parse_public_key(pem)) {
            return Keys{*std::move(key)};
        }
    }
    STEP_ASSIGN(crypto::PrivateKey key, read_private_key(context, path, args.get("password-file")));
    crypto::PublicKey public_key = key.public_key();
    return Keys{std::move(public_key), std::move(key)};
}

/// The subject stands for the names where none is given; "" is no name.
Result<x509::AltNames> alt_names(const cli::Args& args, bool subject_by_default) {
    std::vector<std::string> names = args.list("san");
    if (names.empty() && subject_by_default) {
        names.push_back(args.positional(0));
    }
    std::erase(names, "");
    return x509::classify_names(names);
}

x509::Name subject_of(const cli::Args& args) {
    return x509::to_name({.common_name = args.positional(0)});
}

/// All questions before the first file is written.
Status save(cli::Context& context, const std::optional<crypto::PrivateKey>& key,
            std::string_view what, ByteView pem) {
    const std::string file = context.args.positional(1), key_file = context.args.positional(2);
    const bool with_key = !key_file.empty() && key;
    if (with_key) {
        STEP_ASSIGN(const std::optional<Secret> password, new_key_password(context));
        STEP_TRY(cli::confirm_overwrite(context, key_file));
        STEP_TRY(cli::confirm_overwrite(context, file));
        STEP_TRY(write_with_key(context, {.path = file, .bytes = pem}, key_file, *key, password));
    } else {
        STEP_TRY(cli::write_output(context, file, pem));
    }
    context.console.err(fmt::format("Your {} has been saved in {}.\n", what, file));
    if (with_key) {
        context.console.err(fmt::format("Your private key has been saved in {}.\n", key_file));
    }
    return ok();
}

Status create_request(cli::Context& context, const Keys& keys) {
    const cli::Args& args = context.args;
    if (!keys.private_key) {
        return invalid_create("invalid value for flag --key: a private key is required");
    }
    if (args.flag("bundle")) {
        return flag_incompatible("bundle", "--csr");
    }
    if (const std::string profile = args.get("profile"); !profile.empty() && profile != "leaf") {
        return flag_incompatible("profile", "--csr");
    }
    for (const std::string_view flag : kNotForRequests) {
        if (args.is_set(flag)) {
            return flag_incompatible(flag, "--csr");
        }
    }
    STEP_ASSIGN(x509::AltNames names, alt_names(args, /*subject_by_default=*/true));
    STEP_ASSIGN(const Bytes der,
                x509::make_csr({.subject = subject_of(args), .names = std::move(names)},
                               *keys.private_key));
    return save(context, keys.private_key, "certificate signing request",
                encode_pem("CERTIFICATE REQUEST", der));
}

Result<const Profile*> find_profile(const cli::Args& args) {
    const std::string name = args.get("profile");
    for (const Profile& profile : kProfiles) {
        if (profile.name == name) {
            return &profile;
        }
    }
    return invalid_flag("profile", name, "options are leaf, intermediate-ca, root-ca, self-signed");
}

/// Whether the flags about the issuer fit the profile.
Status check_issuer_flags(const cli::Args& args, const Profile& profile) {
    for (const std::string_view flag : {"ca", "ca-key"}) {
        const bool given = !args.get(flag).empty();
        if (profile.needs_issuer && !given) {
            return value_requires("profile", profile.name, flag);
        }
        if (!profile.needs_issuer && given) {
            return flag_incompatible_value(flag, "profile", profile.name);
        }
    }
    return ok();
}

Result<Issuer> read_issuer(cli::Context& context) {
    const cli::Args& args = context.args;
    const std::string path = args.get("ca");
    STEP_ASSIGN(const Bytes pem, read_file(path));
    auto certificates = x509::parse_certificates_pem(pem);
    if (!certificates) {
        return invalid_create(fmt::format(
            "error parsing {}: does not contain a valid PEM encoded certificate", path));
    }
    if (certificates->size() > 1) {
        return invalid_create(
            fmt::format("error decoding {}: contains more than one PEM encoded block", path));
    }
    STEP_ASSIGN(crypto::PrivateKey key,
                read_private_key(context, args.get("ca-key"), args.get("ca-password-file")));
    const auto public_key = certificates->front().public_key();
    if (!public_key || !(*public_key == key.public_key())) {
        return invalid_create(
            "error creating certificate: x509: provided PrivateKey doesn't match parent's "
            "PublicKey");
    }
    return Issuer{std::move(certificates->front()), std::move(key)};
}

Result<x509::Draft> make_draft(cli::Context& context, const Profile& profile,
                               const Validity& validity, const crypto::PublicKey& key) {
    const bool ca = profile.path_length.has_value();
    x509::Draft draft;
    draft.subject_der = x509::encode_name(subject_of(context.args));
    draft.spki = key.spki();
    draft.subject_key_id = x509::key_id(key);
    STEP_ASSIGN(draft.names, alt_names(context.args, /*subject_by_default=*/!ca));
    if (ca) {
        make_ca(draft, profile.path_length);
    } else {
        make_leaf(draft, key);
    }
    STEP_TRY(apply_validity(context, validity, profile.lifetime, draft));
    return draft;
}

Status create_certificate(cli::Context& context, const Keys& keys, const Validity& validity) {
    const cli::Args& args = context.args;
    const std::string name = args.get("profile");
    if (args.flag("bundle") && name != "leaf") {
        return flag_incompatible_value("bundle", "profile", name);
    }
    if (name == "self-signed" && !args.flag("subtle")) {
        return value_requires("profile", name, "subtle");
    }
    if (!keys.private_key && !args.flag("skip-csr-signature")) {
        return invalid_create("flag '--skip-csr-signature' is required with a public key");
    }
    STEP_ASSIGN(const Profile* const profile, find_profile(args));
    STEP_TRY(check_issuer_flags(args, *profile));
    std::optional<Issuer> issuer;
    if (profile->needs_issuer) {
        STEP_ASSIGN(issuer, read_issuer(context));
    } else if (!keys.private_key) {
        return invalid_create("invalid value for flag --key: a private key is required");
    }
    STEP_ASSIGN(x509::Draft draft, make_draft(context, *profile, validity, keys.public_key));
    const Bytes issuer_der = issuer ? issuer->certificate.subject_der : draft.subject_der;
    if (issuer && issuer_der != draft.subject_der) {
        draft.authority_key_id = issuer->certificate.subject_key_id.value_or("");
    }
    const crypto::PrivateKey& signer = issuer ? issuer->key : *keys.private_key;
    STEP_ASSIGN(const Bytes der,
                x509::sign_draft(draft, random_serial(context.random), issuer_der, signer,
                                 crypto::default_scheme(signer.public_key())));
    std::string pem = x509::encode_certificate_pem(der);
    if (args.flag("bundle")) {
        pem += x509::encode_certificate_pem(issuer->certificate.der);
    }
    return save(context, keys.private_key, "certificate", pem);
}

Result<cli::ExitCode> run_create(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(args.get("key").empty() ? 3 : 2, 3));
    if (args.flag("no-password") && !args.flag("insecure")) {
        return needs_flag("no-password", "insecure");
    }
    if (args.positional(1) == args.positional(2)) {
        return equal_positionals("<crt-file>", "<key-file>", args.usage());
    }
    STEP_TRY(refuse_later_flags(context));
    STEP_ASSIGN(const Validity validity, parse_validity(context));
    if (args.flag("csr") && args.flag("skip-csr-signature")) {
        return flag_incompatible("csr", "--skip-csr-signature");
    }
    STEP_ASSIGN(const Keys keys, obtain_keys(context));
    STEP_TRY(args.flag("csr") ? create_request(context, keys)
                              : create_certificate(context, keys, validity));
    return 0;
}

std::vector<cli::Flag> create_flags() {
    constexpr cli::FlagType kSwitch = cli::FlagType::kBool;
    std::vector<cli::Flag> flags = join_flags({key_flags(), template_data_flags()});
    const std::vector<cli::Flag> more = {
        {.name = "csr", .type = kSwitch, .help = "make a certificate signing request instead"},
        {.name = "profile",
         .value = "profile",
         .help = "leaf, intermediate-ca, root-ca or self-signed",
         .fallback = "leaf"},
        {.name = "template", .value = "file", .help = "a certificate template; not supported yet"},
        {.name = "kms", .value = "uri", .help = "a key store for the key; not supported yet"},
        {.name = "ca-kms",
         .value = "uri",
         .help = "a key store for the issuer's key; not supported yet"},
        {.name = "not-before",
         .value = "time",
         .help = "when it begins to be valid: RFC 3339, or a duration from now"},
        {.name = "not-after",
         .value = "time",
         .help = "when it ends to be valid: RFC 3339, or a duration from now"},
        {.name = "san",
         .type = cli::FlagType::kList,
         .value = "name",
         .help = "a DNS name, IP address, mail address or URI; may be given several times"},
        {.name = "ca", .value = "file", .help = "the issuer's certificate"},
        {.name = "ca-key", .value = "file", .help = "the issuer's private key"},
        {.name = "ca-password-file",
         .value = "file",
         .help = "the password that opens the issuer's key"},
        {.name = "key",
         .value = "file",
         .help = "use this key instead of making one; public with --skip-csr-signature"},
        {.name = "password-file",
         .value = "file",
         .help = "the password for the new key, or the one that opens --key"},
        {.name = "no-password",
         .type = kSwitch,
         .help = "write the key in clear; needs --insecure"},
        {.name = "bundle",
         .type = kSwitch,
         .help = "write the issuer's certificate behind the leaf"},
        {.name = "skip-csr-signature",
         .type = kSwitch,
         .help = "take a public key although nobody proves to hold the private one"},
        {.name = "f/force", .type = kSwitch, .help = "replace files without asking"},
        {.name = "subtle", .type = kSwitch, .help = "allow a self-signed leaf"},
        {.name = "insecure",
         .type = kSwitch,
         .help = "allow --no-password and short RSA keys",
         .hidden = true}};
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
}

}  // namespace

cli::Command certificate_create() {
    return {.path = "certificate create",
            .brief = "make a certificate or a signing request, and a key",
            .usage = "<subject> <crt-file> <key-file>",
            .manual = kManual,
            .flags = create_flags(),
            .run = run_create};
}

}  // namespace step::commands
