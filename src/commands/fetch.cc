#include "commands/fetch.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/uri.h"
#include "client/proxy.h"
#include "commands/certificate/source.h"

namespace step::commands {
namespace {

constexpr int kMostRedirections = 5;

Error unavailable(std::string detail) {
    return {.code = Code::kUnavailable, .detail = std::move(detail)};
}

/// Where an answer sends us; "" if it does not. A POST is sent again only where HTTP says so.
Result<std::string> redirection(const http::Incoming& answer, const std::string& from, bool post) {
    const bool same_method = answer.status == 307 || answer.status == 308;
    const bool moved = answer.status == 301 || answer.status == 302 || answer.status == 303;
    if (!same_method && (post || !moved)) {
        return std::string();
    }
    std::string to(http::find_header(answer.headers, "Location"));
    if (to.starts_with('/') && !to.starts_with("//")) {
        STEP_ASSIGN(const Uri base, parse_uri(from));
        to = fmt::format("{}://{}{}", base.scheme, base.host, to);
    }
    const bool secure = to_lower(to).starts_with("https://");
    if (!secure &&
        !(to_lower(to).starts_with("http://") && to_lower(from).starts_with("http://"))) {
        return unavailable(fmt::format("the server redirects to {}", quote(to)));
    }
    return to;
}

}  // namespace

Status Fetcher::load_roots() {
    STEP_ASSIGN(const std::vector<x509::Certificate> roots, read_roots(context_, roots_));
    http::ClientTls options;
    for (const x509::Certificate& root : roots) {
        options.roots.push_back(root.der);
    }
    STEP_ASSIGN(tls_, http::make_client_tls(options));
    return ok();
}

Result<http::Incoming> Fetcher::send_once(const Request& request, const std::string& url) {
    if (!tls_ && to_lower(url).starts_with("https://")) {
        STEP_TRY(load_roots());
    }
    STEP_ASSIGN(std::string proxy, client::proxy_for(url, context_.environment));
    http::Outgoing outgoing{.url = url,
                            .headers = {},
                            .body = request.body,
                            .max_body = request.max_body,
                            .timeout = request.timeout};
    if (!request.body.empty()) {
        outgoing.method = "POST";
        outgoing.headers.emplace_back("Content-Type", request.content_type);
    }
    return http::Client::make({.tls = tls_, .proxy = std::move(proxy)})->send(outgoing);
}

Result<http::Incoming> Fetcher::send(const Request& request) {
    const bool post = !request.body.empty();
    std::string url = request.url;
    const auto failed = [&](Error error) {
        error.detail = fmt::format("{} {}: {}", post ? "Post" : "Get", quote(url), error.detail);
        return error;
    };
    for (int i = 0; i <= kMostRedirections; ++i) {
        auto answer = send_once(request, url);
        if (!answer) {
            return failed(std::move(answer).error());
        }
        auto next = redirection(*answer, url, post);
        if (!next) {
            return failed(std::move(next).error());
        }
        if (next->empty()) {
            return answer;
        }
        url = *std::move(next);
    }
    return failed(unavailable("too many redirections"));
}

}  // namespace step::commands
