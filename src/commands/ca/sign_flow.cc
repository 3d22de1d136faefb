#include "commands/ca/sign_flow.h"

#include <fmt/format.h>

#include "base/text.h"
#include "commands/ca/connect.h"
#include "commands/ca/token_flow.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "jose/jws.h"
#include "jose/jwt.h"

namespace step::commands {
namespace {

std::string text_claim(const jose::Claims& claims, std::string_view name) {
    const json::Value* value = claims.all.find_exact(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : std::string();
}

Result<SignSession> with_token(cli::Context& context, const std::string& token) {
    const auto jws = jose::parse_jws(token);
    if (!jws) {
        return explain(jws.error(), "error parsing token: go-jose/go-jose: ");
    }
    const auto claims = jose::parse_claims(jws->payload);
    if (!claims) {
        return explain(claims.error(), "error parsing token: ");
    }
    std::vector<std::string> names;
    const json::Value* sans = claims->all.find_exact("sans");
    if (sans != nullptr && sans->as_array() != nullptr) {
        for (const json::Value& name : *sans->as_array()) {
            if (name.as_string() != nullptr) {
                names.push_back(*name.as_string());
            }
        }
    }
    const std::string digest = text_claim(*claims, "sha");
    if (digest.empty() && sans == nullptr) {
        return invalid("token is not supported");
    }
    STEP_ASSIGN(std::string url, ca_url(context));
    client::Connection connection;
    const bool has_audience =
        !claims->audience.empty() && to_lower(claims->audience.front()).starts_with("http");
    if (!digest.empty() && has_audience) {
        if (url.empty()) {
            STEP_ASSIGN(url, client::parse_ca_url(claims->audience.front()));
        }
        STEP_ASSIGN(client::CaClient anyone, connect_insecurely(context, url));
        STEP_ASSIGN(Bytes root, explained(anyone.root(to_lower(digest)),
                                          "error downloading root certificate: "));
        connection.roots = {std::move(root)};
    }
    connection.url = url;
    STEP_ASSIGN(client::CaClient ca, connect(context, std::move(connection)));
    return SignSession{
        .ca = std::move(ca), .token = token, .subject = claims->subject, .names = std::move(names)};
}

}  // namespace

Result<SignSession> begin_sign(cli::Context& context, const std::string& subject,
                               const std::vector<std::string>& names,
                               const std::string& confirmation) {
    if (const std::string token = context.args.get("token"); !token.empty()) {
        return with_token(context, token);
    }
    STEP_ASSIGN(const std::string url, ca_url(context));
    if (url.empty()) {
        return invalid("flag '--ca-url' is required unless the '--token' flag is provided");
    }
    STEP_ASSIGN(const std::vector<Bytes> roots, root_certificates(context));
    STEP_ASSIGN(client::CaClient ca, connect(context, {.url = url, .roots = roots}));
    TokenRequest request{.subject = subject, .names = names, .confirmation = confirmation};
    STEP_ASSIGN(std::string token, new_token(context, ca, roots.front(), request));
    if (request.names.empty()) {
        request.names = {request.subject};
    }
    return SignSession{.ca = std::move(ca),
                       .token = std::move(token),
                       .subject = std::move(request.subject),
                       .names = std::move(request.names)};
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
    context.console.selected("CA", session.ca.url());
    return explained(session.ca.sign(request));
}

}  // namespace step::commands
