#include <fmt/format.h>

#include "base/hex.h"
#include "base/text.h"
#include "base/uri.h"
#include "base/version.h"
#include "crypto/digest.h"
#include "webhook/body.h"
#include "webhook/caller_impl.h"

namespace step::webhook {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20U;
constexpr int kMaxRedirects = 10;
constexpr int kTries = 2;
constexpr std::size_t kMaxUrl = 8192;

Error refused(std::string detail, std::string cause = "") {
    return {.code = Code::kForbidden, .detail = std::move(detail), .cause = std::move(cause)};
}

/// What a client hears of a call that came to nothing, and what the log says.
Error no_answer(const Error& why, const std::string& url) {
    const std::string cause = fmt::format("Post {}: {}", quote(url), why.detail);
    if (why.code == Code::kTooLarge) {
        return refused("webhook server sent too large an answer", cause);
    }
    return refused(why.detail == "context deadline exceeded"
                       ? "webhook server did not answer in time"
                       : "webhook server could not be reached",
                   cause);
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Where a redirect leads, if that is on the same host: kForbidden otherwise.
Result<std::string> redirected(const std::string& from, std::string_view location) {
    STEP_ASSIGN(const Uri uri, parse_uri(from));
    const std::string origin = uri.scheme + "://" + uri.host;
    std::string to(location);
    if (to.starts_with("/") && !to.starts_with("//")) {
        to.insert(0, origin);
    }
    const Result<Uri> target = parse_uri(to);
    if (!target || target->scheme != uri.scheme || !equal_fold(target->host, uri.host)) {
        return refused("webhook server redirected to another host",
                       fmt::format("{} redirected to {}", from, quote(location)));
    }
    return to;
}

}  // namespace

Result<Target> Target::make(Webhook config, Credentials credentials) {
    Target target(std::move(config), std::move(credentials));
    if (target.config_.url.find("{{") != std::string::npos) {
        STEP_ASSIGN(target.template_,
                    tmpl::Template::parse("url", target.config_.url, url_functions()));
    }
    return target;
}

Result<std::string> Target::url(const tmpl::Value& data, const tmpl::Surroundings& around) const {
    if (!template_) {
        return config_.url;
    }
    const Result<std::string> url = template_->execute(data, around);
    if (!url) {
        return refused("webhook url is invalid", url.error().detail);
    }
    if (url->size() > kMaxUrl) {
        return refused("webhook url is invalid", "it is too long");
    }
    const Status good = check_url(*url);
    if (!good) {
        return refused(good.error().detail, quote(*url));
    }
    return *url;
}

Result<Answer> Caller::call(const Target& target, const std::string& url, std::string_view rest,
                            const std::string& request_id) {
    http::Outgoing request{.method = "POST", .url = url, .max_body = kMaxAnswer};
    request.body = stamp(clock_.now(), rest);
    request.repeatable = true;
    const ByteView key = target.credentials().signing_key.view();
    request.headers = {{"User-Agent", fmt::format("{}/{}", kProduct, kVersion)},
                       {"Content-Type", "application/json"},
                       {"X-Smallstep-Signature",
                        encode_hex(crypto::hmac(crypto::Hash::kSha256, key, request.body))},
                       {"X-Smallstep-Webhook-ID", target.config().id}};
    if (!request_id.empty()) {
        request.headers.emplace_back("X-Request-Id", request_id);
    }
    if (!target.credentials().authorization.empty()) {
        request.headers.emplace_back("Authorization", target.credentials().authorization.view());
    }

    const std::chrono::nanoseconds end = clock_.monotonic() + patience_.in_all;
    Result<http::Incoming> incoming = exchange(target, request, end);
    for (int tries = 1; tries < kTries; ++tries) {
        const bool failed = !incoming && incoming.error().code == Code::kUnavailable &&
                            incoming.error().detail != "context deadline exceeded";
        if (!(failed || (incoming && incoming->status >= 500)) || !pause()) {
            break;
        }
        incoming = exchange(target, request, end);
    }
    if (!incoming) {
        return incoming.error().code == Code::kForbidden ? incoming.error()
                                                         : no_answer(incoming.error(), url);
    }
    if (incoming->status >= 400) {
        return refused(fmt::format("Webhook server responded with {}", incoming->status), url);
    }
    Result<Answer> answer = parse_answer(incoming->body);
    return answer ? std::move(answer) : refused(answer.error().detail, url);
}

Result<http::Incoming> Caller::exchange(const Target& target, http::Outgoing request,
                                        std::chrono::nanoseconds end) {
    for (int redirects = 0;; ++redirects) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock_.monotonic());
        if (left.count() <= 0) {
            return Error{.code = Code::kUnavailable, .detail = "context deadline exceeded"};
        }
        request.timeout = left;
        STEP_ASSIGN(http::Incoming incoming,
                    connections_.send(request, !target.config().disable_tls_client_auth));
        const std::string_view location = http::find_header(incoming.headers, "Location");
        if (!is_redirect(incoming.status) || location.empty()) {
            return incoming;
        }
        if (redirects == kMaxRedirects) {
            return refused("webhook server redirected too often", request.url);
        }
        STEP_ASSIGN(request.url, redirected(request.url, location));
        if (incoming.status < 307) {  // As browsers and Go do.
            request.method = "GET";
            request.body.clear();
        }
    }
}

bool Caller::pause() {
    std::unique_lock lock(mutex_);
    return !hurried_.wait_for(lock, patience_.before_retry, [this] { return hurry_; });
}

void Caller::hurry() {
    const std::scoped_lock lock(mutex_);
    hurry_ = true;
    hurried_.notify_all();
}

}  // namespace step::webhook
