#include "base/base64.h"
#include "commands/ca/commands.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/input_file.h"
#include "crypto/keygen.h"
#include "issuance/decide.h"
#include "issuance/rules.h"
#include "json/parse.h"
#include "provisioner/provisioner.h"
#include "x509/inspect.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/template_render.md.inc"
    ;

constexpr std::size_t kSerialSize = 16;
constexpr auto kYear = std::chrono::hours(24 * 365);

/// A CA that lives as long as this command: its key signs what is shown and then is gone.
Result<std::shared_ptr<const issuance::Authority>> throwaway_authority(const Clock& clock) {
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    const Bytes name =
        x509::encode_name(x509::to_name({.common_name = "Preview, of no authority"}));
    const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
    const x509::Draft draft{.subject_der = name,
                            .not_before = now - std::chrono::hours(1),
                            .not_after = now + 100 * kYear,
                            .spki = key.public_key().spki(),
                            .key_usage = x509::key_usage::kCertSign,
                            .basic_constraints = x509::BasicConstraints{.ca = true},
                            .subject_key_id = x509::key_id(key.public_key())};
    STEP_ASSIGN(const Bytes der, x509::sign_draft(draft, "\x01", name, key,
                                                  crypto::default_scheme(key.public_key())));
    STEP_ASSIGN(x509::Certificate certificate, x509::parse_certificate(der));
    issuance::Authority authority{.key = std::move(key)};
    authority.chain.push_back(std::move(certificate));
    return std::make_shared<const issuance::Authority>(std::move(authority));
}

/// The template with its data, as a provisioner's `options.x509` would have them.
Result<std::shared_ptr<const issuance::Rules>> rules_of(cli::Context& context) {
    const cli::Args& args = context.args;
    json::Object options;
    if (const std::string file = args.get("template"); file != "-") {
        options.push_back({.name = "templateFile", .value = file});
    } else {
        STEP_ASSIGN(const Bytes text, read_input_file(context, file));
        options.push_back({.name = "template", .value = encode_base64(text)});
    }
    if (const std::string file = args.get("template-data"); !file.empty()) {
        STEP_ASSIGN(const Bytes text, read_input_file(context, file));
        auto data = json::parse(text);
        if (!data) {
            return invalid("error parsing " + file + ": " + data.error().detail + " (" +
                           data.error().cause + ")");
        }
        options.push_back({.name = "templateData", .value = *std::move(data)});
    }
    issuance::Rules rules;
    STEP_ASSIGN(rules.x509_template,
                profile::TemplateSource::make(json::Value(std::move(options)), "",
                                              profile::TemplateKind::kCertificate));
    STEP_TRY(rules.x509_template->current());
    return std::make_shared<const issuance::Rules>(std::move(rules));
}

/// What --csr holds, or a request with a key that nobody keeps.
Result<x509::Csr> request_of(cli::Context& context, const std::string& common_name) {
    if (const std::string file = context.args.get("csr"); !file.empty()) {
        STEP_ASSIGN(const Bytes pem, read_input_file(context, file));
        Result<x509::Csr> request = x509::parse_csr_pem(pem);
        return request ? std::move(request)
                       : invalid("error reading " + file + ": " + request.error().detail);
    }
    STEP_ASSIGN(const crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    STEP_ASSIGN(const Bytes der,
                x509::make_csr({.subject = x509::to_name({.common_name = common_name})}, key));
    return x509::parse_csr(der);
}

/// Who would be asking: the token without anybody having verified it, or else the request.
Result<issuance::Grant> grant_of(cli::Context& context, const std::optional<x509::Csr>& request) {
    if (const std::string text = context.args.get("token"); !text.empty()) {
        const Result<provisioner::Token> token = provisioner::parse_token(text);
        if (!token) {
            return invalid("flag '--token' is no token: " + token.error().detail);
        }
        return provisioner::unverified_grant(*token);
    }
    issuance::Grant grant{.subject = {.common_name = request->subject.common_name()}};
    grant.names = x509::name_texts(request->names);
    grant.common_names = {grant.subject.common_name};
    return grant;
}

/// In a terminal all there is to say; servers keep the cause in their log.
Error with_cause(Error error) {
    if (!error.cause.empty()) {
        error.detail += (error.detail.empty() ? "" : ": ") + std::exchange(error.cause, "");
    }
    return error;
}

Result<cli::ExitCode> render(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 0));
    if (args.get("template").empty()) {
        return invalid("'step ca template render' requires the '--template' flag");
    }
    const std::string format = args.get("format");
    if (format != "text" && format != "json" && format != "pem") {
        return invalid_flag("format", format, "options are text, json, pem");
    }
    if (args.get("token").empty() && args.get("csr").empty()) {
        return invalid("one of '--token' and '--csr' is needed: somebody has to ask");
    }
    STEP_ASSIGN(json::Value user, template_data(context));
    std::optional<x509::Csr> request;
    if (!args.get("csr").empty()) {
        STEP_ASSIGN(request, request_of(context, {}));
    }
    STEP_ASSIGN(issuance::Grant grant, grant_of(context, request));
    if (!request) {
        STEP_ASSIGN(request, request_of(context, grant.subject.common_name));
    }
    STEP_ASSIGN(grant.rules, rules_of(context));
    grant.lifetimes = {
        .min = std::chrono::seconds(1), .max = 100 * kYear, .normal = std::chrono::hours(24)};

    STEP_ASSIGN(const auto authority, throwaway_authority(context.clock));
    const issuance::Decider decider(context.clock, context.random, authority, nullptr);
    issuance::Options options;
    if (!user.is_null()) {
        options.template_data = std::move(user);
    }
    STEP_ASSIGN(const issuance::Decision decision, decider.decide(*request, grant, options));
    if (format == "json") {
        context.console.out(decision.rendered + (decision.rendered.ends_with('\n') ? "" : "\n"));
        return 0;
    }
    const Bytes serial = decision.serial ? *decision.serial : context.random.bytes(kSerialSize);
    STEP_ASSIGN(const Bytes der,
                x509::sign_draft(decision.draft, serial, authority->chain.front().subject_der,
                                 authority->key, decision.scheme));
    if (format == "pem") {
        context.console.out(x509::encode_certificate_pem(der));
        return 0;
    }
    STEP_ASSIGN(const x509::Certificate certificate, x509::parse_certificate(der));
    context.console.out(x509::inspect_text(certificate));
    return 0;
}

Result<cli::ExitCode> run(cli::Context& context) {
    Result<cli::ExitCode> done = render(context);
    return done ? std::move(done) : with_cause(std::move(done).error());
}

}  // namespace

cli::Command ca_template_render() {
    return {.path = "ca template render",
            .brief = "show what a certificate template would make of a request",
            .usage = "--template=<file> [--token=<token>] [--csr=<file>]",
            .manual = kManual,
            .flags =
                join_flags({{{.name = "template", .value = "file", .help = "the template"},
                             {.name = "template-data",
                              .value = "file",
                              .help = "JSON that the provisioner would have as templateData"},
                             {.name = "token",
                              .value = "token",
                              .help = "the one-time token of the request; it is not verified"},
                             {.name = "csr",
                              .value = "file",
                              .help = "the certificate signing request; without it one is made up"},
                             {.name = "format",
                              .value = "format",
                              .help = "text, json (what the template gives) or pem",
                              .fallback = "text"}},
                            template_data_flags()}),
            .run = run};
}

}  // namespace step::commands
