#include "commands/ca/sign_flow.h"

#include <fmt/format.h>

#include "base/uri.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/foreign_flags.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr ForeignFlag kForeign[] = {
    {"x5c-cert", FlagType::kString, "a provisioner of type X5C"},
    {"x5c-key", FlagType::kString, "a provisioner of type X5C"},
    {"x5c-chain", FlagType::kList, "a provisioner of type X5C"},
    {"nebula-cert", FlagType::kString, "a provisioner of type Nebula"},
    {"nebula-key", FlagType::kString, "a provisioner of type Nebula"},
    {"k8ssa-token-path", FlagType::kString, "a provisioner of type K8sSA"},
    {"console", FlagType::kBool, "a provisioner of type OIDC"},
    {"kms", FlagType::kString, "a key store (KMS)"}};

/// A token of a cloud is for its VM; `subject` is what the certificate shall be for.
void use_cloud_token(SignSession& session, const client::CloudVm& vm, std::string subject,
                     bool custom_names) {
    session.from_cloud = true;
    session.subject = std::move(subject);
    session.vm_names = vm.names;
    if (custom_names && !session.subject.empty()) {
        session.vm_names.push_back(session.subject);
    }
}

Result<SignWay> with_token(cli::Context& context, const std::string& token,
                           const std::string& subject) {
    STEP_ASSIGN(TokenFacts facts, read_token(token));
    if (facts.root_digest.empty() && !facts.has_names && !facts.vm) {
        return invalid("token is not supported");
    }
    STEP_ASSIGN(client::CaClient ca, connect_for_token(context, facts));
    SignSession session{.ca = std::move(ca),
                        .token = token,
                        .subject = std::move(facts.subject),
                        .names = std::move(facts.names)};
    if (facts.vm) {
        use_cloud_token(session, *facts.vm, subject, /*custom_names=*/true);
    }
    return SignWay(std::move(session));
}

}  // namespace

Flags sign_flags() {
    return join_flags({{{.name = "token", .value = "token", .help = "one-time token to use"}},
                       validity_flags(),
                       template_data_flags(),
                       provisioner_flags(),
                       acme_flags(),
                       password_file_flag(),
                       offline_flags(),
                       foreign_flags(kForeign),
                       connection_flags(),
                       force_flag()});
}

Status check_sign_flags(const cli::Args& args) {
    STEP_TRY(refuse_foreign_flags(args, kForeign));
    return check_offline_flags(args);
}

Result<SignWay> begin_sign(cli::Context& context, const std::string& subject,
                           const std::vector<std::string>& names, const std::string& confirmation) {
    const cli::Args& args = context.args;
    if (const std::string token = args.get("token"); !token.empty()) {
        STEP_TRY(refuse_acme_flags(args, /*with_url=*/true));
        return with_token(context, token, subject);
    }
    if (!args.get("acme").empty()) {
        return SignWay(AcmeTarget{.directory = args.get("acme"), .subject = subject});
    }
    STEP_TRY(require_ca_url_or_token(context));
    STEP_ASSIGN(const CaAccess access, CaAccess::open(context));
    STEP_ASSIGN(client::CaClient ca, access.connect(context));
    STEP_ASSIGN(const TokenSource source, access.tokens(ca));
    TokenRequest request{.subject = subject, .names = names, .confirmation = confirmation};
    auto token = new_token(context, source, request);
    if (!token && token.error().has_reason(kAcmeProvisioner)) {
        return SignWay(AcmeTarget{.directory = fmt::format("{}/acme/{}/directory", access.url(),
                                                           path_escape(request.provisioner)),
                                  .subject = std::move(request.subject),
                                  .of_provisioner = true});
    }
    if (!token) {
        return std::move(token).error();
    }
    STEP_TRY(refuse_acme_flags(args, /*with_url=*/false));
    if (request.names.empty() && !request.from_cloud) {
        request.names = {request.subject};
    }
    SignSession session{.ca = std::move(ca),
                        .offline = access.offline(),
                        .token = *std::move(token),
                        .subject = request.subject,
                        .names = std::move(request.names)};
    if (request.from_cloud) {
        STEP_ASSIGN(const TokenFacts facts, read_token(session.token));
        use_cloud_token(session, facts.vm.value_or(client::CloudVm{}), std::move(request.subject),
                        request.custom_names);
    }
    return SignWay(std::move(session));
}

Result<std::string> request_certificate(cli::Context& context, SignSession& session,
                                        const std::string& csr_pem) {
    const cli::Args& args = context.args;
    const SysTime now = context.clock.now();
    STEP_TRY(time_flag(args, "not-before", now));
    STEP_TRY(time_flag(args, "not-after", now));
    client::SignRequest request{.csr_pem = csr_pem,
                                .token = session.token,
                                .not_before = args.get("not-before"),
                                .not_after = args.get("not-after")};
    STEP_ASSIGN(request.template_data, template_data(context));
    if (!session.offline) {
        context.console.selected("CA", session.ca.url());
    }
    auto chain = session.ca.sign(request);
    if (!chain && session.from_cloud &&
        chain.error().detail.starts_with("The request lacked necessary authorization")) {
        // The CA keeps its reasons to itself; this is the one that people meet.
        context.console.err(
            "A VM gets one certificate by its cloud. If this one has had it: renew it with 'step "
            "ca "
            "renew', or set disableTrustOnFirstUse in the provisioner.\n");
    }
    return explained(std::move(chain));
}

}  // namespace step::commands
