#include "commands/ca/team.h"

#include <fmt/format.h>

#include "base/hex.h"
#include "base/text.h"
#include "base/uri.h"
#include "client/ca_client.h"
#include "commands/errors.h"
#include "commands/fetch.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::commands {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20;

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
    STEP_ASSIGN(const std::string url, team_url(context.args));
    Fetcher fetcher(context, /*roots=*/"");
    const auto answer = fetcher.send({.url = url, .max_body = kMaxAnswer});
    if (!answer) {
        return failed(answer.error().detail);
    }
    if (answer->status == 404) {
        return failed("authority not found");
    }
    if (answer->status != 200) {
        return failed(message_of(*answer));
    }
    return parse_team_authority(answer->body);
}

}  // namespace step::commands
