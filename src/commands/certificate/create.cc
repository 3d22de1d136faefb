#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/making.h"
#include "commands/certificate/source.h"
#include "commands/certificate/templating.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/key_files.h"
#include "crypto/pem_key.h"
#include "profile/builtin.h"
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
    profile::Builtin contents;

    bool is_ca() const { return contents != profile::Builtin::kLeaf; }
};
constexpr Profile kProfiles[] = {
    {"leaf", kLeafLifetime, true, profile::Builtin::kLeaf},
    {"intermediate-ca", kCaLifetime, true, profile::Builtin::kIntermediate},
    {"root-ca", kCaLifetime, false, profile::Builtin::kRoot},
    {"self-signed", kLeafLifetime, false, profile::Builtin::kLeaf}};

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
    STEP_ASSIGN(const Secret text, read_key_text_quoted(context, path));
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

x509::Subject subject_of(const cli::Args& args) {
    return {.common_name = args.positional(0)};
}

/// A request of which only the key is known.
x509::Csr bare_request(const crypto::PublicKey& key) {
    return {.key = key};
}

Result<profile::CertificatePlan> from_template(cli::Context& context, const TemplateFlags& flags,
                                               const x509::AltNames& names, x509::Csr request) {
    profile::TemplateData data;
    profile::set_names(data, subject_of(context.args), names);
    data.set_insecure(
        "CR", profile::request_value(std::make_shared<const x509::Csr>(std::move(request))));
    return render_plan(context, flags, data);
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

/// What a template says that a request can ask for.
Result<x509::CsrDraft> request_draft(cli::Context& context, const TemplateFlags& flags,
                                     const x509::AltNames& names, const crypto::PrivateKey& key) {
    STEP_ASSIGN(const profile::CertificatePlan plan,
                from_template(context, flags, names, bare_request(key.public_key())));
    const x509::Draft draft = profile::to_draft(plan, key.public_key());
    STEP_ASSIGN(
        const crypto::SignatureScheme scheme,
        profile::choose_scheme(plan, key.public_key(), crypto::default_scheme(key.public_key())));
    std::vector<x509::Extension> extensions = x509::usage_extensions(draft);
    extensions.insert(extensions.end(), plan.extensions.begin(), plan.extensions.end());
    return x509::CsrDraft{.subject_der = draft.subject_der,
                          .names = plan.names,
                          .extensions = std::move(extensions),
                          .scheme = scheme};
}

/// An empty file counts as no template.
bool has_text(const std::optional<TemplateFlags>& flags) {
    return flags && !flags->text.empty();
}

Status create_request(cli::Context& context, const Keys& keys,
                      const std::optional<TemplateFlags>& flags) {
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
    x509::CsrDraft draft{.subject = x509::to_name(subject_of(args)), .names = std::move(names)};
    if (has_text(flags)) {
        STEP_ASSIGN(draft, request_draft(context, *flags, draft.names, *keys.private_key));
    }
    STEP_ASSIGN(const Bytes der, x509::make_csr(draft, *keys.private_key));
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
    STEP_ASSIGN(std::vector<x509::Certificate> certificates, read_bundle(context, path));
    if (certificates.size() > 1) {
        return invalid_create(
            fmt::format("error decoding {}: contains more than one PEM encoded block", path));
    }
    STEP_ASSIGN(crypto::PrivateKey key,
                read_private_key(context, args.get("ca-key"), args.get("ca-password-file")));
    const auto public_key = certificates.front().public_key();
    if (!public_key || !(*public_key == key.public_key())) {
        return invalid_create(
            "error creating certificate: x509: provided PrivateKey doesn't match parent's "
            "PublicKey");
    }
    return Issuer{std::move(certificates.front()), std::move(key)};
}

/// --ca and --ca-key: what the profile needs; with a template both or none.
Result<std::optional<Issuer>> find_issuer(cli::Context& context, const Profile& profile,
                                          bool with_template) {
    const cli::Args& args = context.args;
    const bool certificate = !args.get("ca").empty(), key = !args.get("ca-key").empty();
    if (!with_template) {
        STEP_TRY(check_issuer_flags(args, profile));
    } else if (certificate != key) {
        return certificate ? needs_flag("ca", "ca-key") : needs_flag("ca-key", "ca");
    }
    std::optional<Issuer> issuer;
    if (certificate) {
        STEP_ASSIGN(issuer, read_issuer(context));
    }
    return issuer;
}

Result<profile::CertificatePlan> make_plan(cli::Context& context, const Profile& profile,
                                           const Keys& keys,
                                           const std::optional<TemplateFlags>& flags) {
    const bool with_template = has_text(flags);
    STEP_ASSIGN(x509::AltNames names,
                alt_names(context.args,
                          /*subject_by_default=*/with_template || !profile.is_ca()));
    if (!with_template) {
        STEP_ASSIGN(profile::CertificatePlan plan,
                    profile::builtin_plan(profile.contents,
                                          {.subject = subject_of(context.args), .names = names},
                                          keys.public_key, nullptr));
        plan.names = std::move(names);
        return plan;
    }
    if (!keys.private_key || context.args.flag("skip-csr-signature")) {
        return from_template(context, *flags, names, bare_request(keys.public_key));
    }
    STEP_ASSIGN(const Bytes der,
                x509::make_csr({.subject = x509::to_name(subject_of(context.args)), .names = names},
                               *keys.private_key));
    STEP_ASSIGN(x509::Csr request, x509::parse_csr(der));
    return from_template(context, *flags, names, std::move(request));
}

Status create_certificate(cli::Context& context, const Keys& keys, const Validity& validity,
                          const std::optional<TemplateFlags>& flags) {
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
    STEP_ASSIGN(const std::optional<Issuer> issuer,
                find_issuer(context, *profile, flags.has_value()));
    if (!issuer && !keys.private_key) {
        return invalid_create("invalid value for flag --key: a private key is required");
    }
    if (!issuer && args.flag("bundle")) {
        return needs_flag("bundle", "ca");
    }
    STEP_ASSIGN(const profile::CertificatePlan plan, make_plan(context, *profile, keys, flags));
    const Signer signer{.certificate = issuer ? &issuer->certificate : nullptr,
                        .key = issuer ? &issuer->key : &*keys.private_key};
    STEP_ASSIGN(const Bytes der,
                sign_plan(context, plan, keys.public_key, signer, validity, profile->lifetime));
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
    STEP_ASSIGN(const std::optional<TemplateFlags> flags, template_flags(context));
    STEP_TRY(refuse_key_stores(args));
    STEP_ASSIGN(const Validity validity, parse_validity(context));
    if (args.flag("csr") && args.flag("skip-csr-signature")) {
        return flag_incompatible("csr", "--skip-csr-signature");
    }
    STEP_ASSIGN(const Keys keys, obtain_keys(context));
    STEP_TRY(args.flag("csr") ? create_request(context, keys, flags)
                              : create_certificate(context, keys, validity, flags));
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
        {.name = "template",
         .value = "file",
         .help = "a certificate template, in place of --profile"},
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
