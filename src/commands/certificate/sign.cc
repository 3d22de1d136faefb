#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/making.h"
#include "commands/certificate/source.h"
#include "commands/certificate/templating.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/input_file.h"
#include "commands/key_files.h"
#include "profile/builtin.h"
#include "x509/csr.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/sign.md.inc"
    ;

/// One request in PEM with nothing else in the file, or in DER.
Result<Bytes> request_der(ByteView bytes, const std::string& path) {
    if (!bytes.starts_with("-----BEGIN ")) {
        return Bytes(bytes);
    }
    auto first = next_pem(bytes);
    if (!first) {
        return invalid(fmt::format("error decoding {}: not a valid PEM encoded block", path));
    }
    if (first->rest != bytes.size()) {
        return invalid(
            fmt::format("error decoding {}: contains more than one PEM encoded block", path));
    }
    if (!first->block.type.ends_with("CERTIFICATE REQUEST")) {
        return invalid(fmt::format(
            "error decoding PEM: file '{}' does not contain a certificate request", path));
    }
    return std::move(first->block.bytes);
}

Error unsigned_request(const Error& cause, const Bytes& der) {
    std::string why = cause.detail;
    const auto request = x509::parse_csr_unchecked(der);
    if (const auto key = request ? crypto::PublicKey::from_spki(request->spki)
                                 : Result<crypto::PublicKey>(cause)) {
        // Go's words for a signature that is not good.
        switch (key->kind()) {
            case crypto::KeyKind::kRsa:
                why = "crypto/rsa: verification error";
                break;
            case crypto::KeyKind::kEd25519:
                why = "x509: Ed25519 verification failure";
                break;
            default:
                why = "x509: ECDSA verification failure";
        }
    }
    return invalid("certificate request has invalid signature: " + why);
}

Result<x509::Csr> read_request(cli::Context& context, const std::string& path) {
    STEP_ASSIGN(const Bytes bytes, read_file_quoted(context, path));
    STEP_ASSIGN(const Bytes der, request_der(bytes, path));
    auto request = x509::parse_csr(der);
    if (request) {
        return request;
    }
    if (request.error().has_reason(x509::kCsrBadSignature)) {
        return unsigned_request(request.error(), der);
    }
    return invalid(fmt::format(
        "error parsing {}: {}{}", path,
        bytes.starts_with("-----BEGIN ") ? "" : "error parsing certificate request as DER format: ",
        request.error().detail));
}

struct Issuer {
    std::vector<x509::Certificate> chain{};  ///< All of the file; the first signs.
    crypto::PrivateKey key;

    const x509::Certificate& certificate() const { return chain.front(); }
};

/// RSA, Ed25519, or the first of the curves for any of them.
crypto::KeyKind family(crypto::KeyKind kind) {
    return kind == crypto::KeyKind::kRsa || kind == crypto::KeyKind::kEd25519
               ? kind
               : crypto::KeyKind::kEcP256;
}

Result<Issuer> read_issuer(cli::Context& context) {
    const cli::Args& args = context.args;
    const std::string file = args.positional(1);
    auto chain = read_bundle(context, file);
    if (!chain) {
        return explain(std::move(chain).error(),
                       fmt::format("file {} does not contain a valid certificate: ", file));
    }
    STEP_ASSIGN(crypto::PrivateKey key,
                read_private_key(context, args.positional(2), args.get("password-file")));
    Issuer issuer{.chain = *std::move(chain), .key = std::move(key)};
    const auto public_key = issuer.certificate().public_key();
    if (public_key && family(public_key->kind()) != family(issuer.key.kind())) {
        return invalid("private key type does not match issuer public key type");
    }
    if (!public_key || !(*public_key == issuer.key.public_key())) {
        return invalid("private key does not match issuer public key");
    }
    if (!issuer.certificate().is_ca()) {
        return invalid("issuer certificate is not a certificate authority");
    }
    if ((issuer.certificate().key_usage.value_or(0) & x509::key_usage::kCertSign) == 0) {
        return invalid("issuer certificate does not have the keyCertSign usage");
    }
    return issuer;
}

/// RFC 5280 4.2.1.9, seen from the issuer. -1 asks for no limit.
Result<std::optional<std::uint32_t>> path_length(std::int64_t wanted,
                                                 const x509::Certificate& issuer) {
    const std::optional<std::uint32_t> limit = issuer.basic_constraints->path_length;
    if (limit && *limit == 0) {
        return invalid("issuer certificate cannot sign an intermediate-ca: pathLenConstraint is 0");
    }
    // No limit below a limit is more than the limit allows, too.
    if (limit && (wanted < 0 || wanted >= *limit)) {
        return invalid(fmt::format(
            "issuer certificate cannot sign an intermediate-ca: pathLenConstraint is {}, want at "
            "most {}",
            *limit, *limit - 1));
    }
    return wanted < 0 ? std::optional<std::uint32_t>()
                      : std::optional(static_cast<std::uint32_t>(wanted));
}

/// The names of the request; its common name if there are none, unless --omit-cn-san says
/// otherwise.
Result<x509::AltNames> names_of(const cli::Args& args, const x509::Csr& request) {
    const std::string common_name = request.subject.common_name();
    if (request.names.empty() && request.other_names.empty() && !common_name.empty() &&
        !args.flag("omit-cn-san")) {
        return x509::classify_names({common_name});
    }
    return request.names;
}

Result<profile::CertificatePlan> leaf_plan(const cli::Args& args, const x509::Csr& request) {
    STEP_ASSIGN(x509::AltNames names, names_of(args, request));
    STEP_ASSIGN(profile::CertificatePlan plan,
                profile::builtin_plan(profile::Builtin::kLeaf, {.names = std::move(names)},
                                      request.key, nullptr));
    plan.raw_subject = request.subject_der;
    return plan;
}

Result<profile::CertificatePlan> profile_plan(const cli::Args& args, const x509::Csr& request,
                                              const Issuer& issuer) {
    const std::string profile = args.get("profile");
    if (profile == "leaf") {
        return leaf_plan(args, request);
    }
    if (profile == "intermediate-ca") {
        STEP_ASSIGN(const std::optional<std::uint32_t> length,
                    path_length(args.integer("path-len"), issuer.certificate()));
        STEP_ASSIGN(
            profile::CertificatePlan plan,
            profile::builtin_plan(profile::Builtin::kIntermediate, {}, request.key, nullptr));
        plan.raw_subject = request.subject_der;
        plan.basic_constraints->path_length = length;
        return plan;
    }
    if (profile == "csr") {
        return profile::CertificatePlan{.raw_subject = request.subject_der,
                                        .extensions = request.extensions};
    }
    return invalid_flag("profile", profile, "options are leaf, intermediate-ca, csr");
}

Result<profile::CertificatePlan> template_plan(cli::Context& context, const TemplateFlags& flags,
                                               const x509::Csr& request) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const x509::AltNames names, names_of(args, request));
    profile::TemplateData data;
    profile::set_names(data, x509::to_subject(request.subject), names);
    data.set("MaxPathLen", tmpl::Value::integer(args.integer("path-len")));
    data.set_insecure("CR", profile::request_value(std::make_shared<const x509::Csr>(request)));
    return render_plan(context, flags, data);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(3));
    STEP_ASSIGN(const std::optional<TemplateFlags> flags, template_flags(context));
    STEP_TRY(refuse_key_stores(args));
    STEP_ASSIGN(const x509::Csr request, read_request(context, args.positional(0)));
    STEP_ASSIGN(const Issuer issuer, read_issuer(context));
    const std::int64_t wanted = args.integer("path-len");
    if (wanted < -1 || wanted > INT32_MAX) {
        return invalid_flag("path-len", args.get("path-len"), "path-len must be -1 or greater");
    }
    STEP_ASSIGN(const Validity validity, parse_validity(context));
    STEP_ASSIGN(const profile::CertificatePlan plan, flags ? template_plan(context, *flags, request)
                                                           : profile_plan(args, request, issuer));
    const bool ca = args.get("profile") == "intermediate-ca";
    STEP_ASSIGN(const Bytes der,
                sign_plan(context, plan, request.key,
                          {.certificate = &issuer.certificate(), .key = &issuer.key}, validity,
                          ca ? kCaLifetime : kLeafLifetime));
    std::string pem = x509::encode_certificate_pem(der);
    if (args.flag("bundle")) {
        for (const x509::Certificate& above : issuer.chain) {
            pem += x509::encode_certificate_pem(above.der);
        }
    }
    context.console.out(pem);
    return 0;
}

std::vector<cli::Flag> sign_flags() {
    return join_flags(
        {{{.name = "profile",
           .value = "profile",
           .help = "leaf, intermediate-ca or csr",
           .fallback = "leaf",
           .values = "leaf intermediate-ca csr"},
          {.name = "template",
           .value = "file",
           .help = "a certificate template, in place of --profile"},
          {.name = "kms", .value = "uri", .help = "a key store for the key; not supported yet"},
          {.name = "omit-cn-san",
           .type = cli::FlagType::kBool,
           .help = "do not make a name of the common name"},
          {.name = "password-file",
           .value = "file",
           .help = "the password that opens the issuer's key"},
          {.name = "path-len",
           .type = cli::FlagType::kInt,
           .value = "number",
           .help = "how many CAs an intermediate may have below it; -1: any number",
           .fallback = "0"},
          {.name = "bundle",
           .type = cli::FlagType::kBool,
           .help = "print the issuer's certificates behind the new one"}},
         validity_flags(),
         template_data_flags()});
}

}  // namespace

cli::Command certificate_sign() {
    return {.path = "certificate sign",
            .brief = "make a certificate for a signing request",
            .usage = "<csr-file> <crt-file> <key-file>",
            .manual = kManual,
            .flags = sign_flags(),
            .run = run};
}

}  // namespace step::commands
