#include "commands/ca/team.h"

#include <fmt/format.h>

#include "base/hex.h"
#include "base/text.h"
#include "base/uri.h"
#include "client/ca_client.h"
#include "client/proxy.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "http/client.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::commands {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20;
constexpr int kMostRedirections = 5;

Error failed(std::string_view why) {
    return invalid(fmt::format("error getting authority data: {}", why));
}

Result<std::string> team_url(const cli::Args& args) {
    const std::string team = path_escape(args.get("team"));
    std::string url = args.get("team-url");
    if (url.empty()) {
        return fmt::format("https://api.smallstep.com/v1/teams/{}/authorities/{}", team,
                           path_escape(team_authority_name(args)));
    }
    url = replace_all(std::move(url), "<>", team);
    const auto parsed = parse_uri(url);
    if (!parsed) {
        return invalid(fmt::format("error parsing {}: {}", url, parsed.error().detail));
    }
    if ((parsed->scheme != "https" && parsed->scheme != "http") || parsed->host.empty()) {
        return invalid_flag("team-url", args.get("team-url"), "must have https or http scheme");
    }
    return url;
}

Result<http::Incoming> get(const cli::Context& context, const std::string& url,
                           const http::TlsContextPtr& tls) {
    STEP_ASSIGN(std::string proxy, client::proxy_for(url, context.environment));
    const auto client = http::Client::make({.tls = tls, .proxy = std::move(proxy)});
    return client->send({.url = url, .headers = {}, .max_body = kMaxAnswer});
}

/// Where an answer sends us, if it does.
Result<std::string> redirection(const http::Incoming& answer, const std::string& from) {
    const bool moved = answer.status == 301 || answer.status == 302 || answer.status == 303 ||
                       answer.status == 307 || answer.status == 308;
    if (!moved) {
        return std::string();
    }
    std::string to(http::find_header(answer.headers, "Location"));
    if (to.starts_with('/') && !to.starts_with("//")) {
        STEP_ASSIGN(const Uri base, parse_uri(from));
        to = fmt::format("{}://{}{}", base.scheme, base.host, to);
    }
    if (!to.starts_with("https://") &&
        !(to.starts_with("http://") && from.starts_with("http://"))) {
        return failed(fmt::format("the server redirects to {}", quote(to)));
    }
    return to;
}

Result<http::TlsContextPtr> system_trust(cli::Context& context) {
    STEP_ASSIGN(const std::vector<x509::Certificate> roots, read_roots(context, ""));
    http::ClientTls options;
    for (const x509::Certificate& root : roots) {
        options.roots.push_back(root.der);
    }
    return http::make_client_tls(options);
}

std::string message_of(const http::Incoming& answer) {
    const auto body = json::parse(answer.body);
    std::string message;
    if (body && body->as_object() != nullptr) {
        json::Fields fields(*body, "");
        fields.get("message", message);
    }
    return message.empty() ? fmt::format("the server answers {}", answer.status) : message;
}

}  // namespace

std::string team_authority_name(const cli::Args& args) {
    const std::string name = args.get("team-authority");
    return name.empty() ? "ssh" : name;
}

Result<TeamAuthority> parse_team_authority(std::string_view body) {
    const auto value = json::parse(body);
    if (!value) {
        return failed(value.error().detail);
    }
    if (value->as_object() == nullptr) {
        return failed("the answer is no JSON object");
    }
    TeamAuthority authority;
    std::string url;
    json::Fields fields(*value, "");
    fields.get("url", url)
        .get("fingerprint", authority.fingerprint)
        .get("redirect-url", authority.redirect_url)
        .get("provisioner", authority.provisioner)
        .get("min-password-length", authority.min_password_length);
    if (const Status status = fields.status(); !status) {
        return failed(status.error().detail);
    }
    auto ca_url = client::parse_ca_url(url);
    if (!ca_url || url.empty()) {
        return failed(fmt::format("the answer has no https address of a CA, but {}", quote(url)));
    }
    authority.ca_url = *std::move(ca_url);
    authority.fingerprint = to_lower(replace_all(std::move(authority.fingerprint), "-", ""));
    const auto digest = parse_hex(authority.fingerprint);
    if (!digest || digest->size() != 32) {
        return failed("the answer has no SHA-256 fingerprint");
    }
    return authority;
}

Result<TeamAuthority> find_team_authority(cli::Context& context) {
    STEP_ASSIGN(std::string url, team_url(context.args));
    http::TlsContextPtr tls;
    for (int i = 0; i <= kMostRedirections; ++i) {
        if (!tls && url.starts_with("https://")) {
            STEP_ASSIGN(tls, system_trust(context));
        }
        const auto answer = get(context, url, tls);
        if (!answer) {
            return failed(fmt::format("Get {}: {}", quote(url), answer.error().detail));
        }
        STEP_ASSIGN(std::string next, redirection(*answer, url));
        if (!next.empty()) {
            url = std::move(next);
            continue;
        }
        if (answer->status == 404) {
            return failed("authority not found");
        }
        if (answer->status != 200) {
            return failed(message_of(*answer));
        }
        return parse_team_authority(answer->body);
    }
    return failed("too many redirections");
}

}  // namespace step::commands
