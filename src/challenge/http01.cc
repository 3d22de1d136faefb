#include "base/text.h"
#include "base/version.h"
#include "challenge/outside_impl.h"
#include "challenge/place.h"
#include "http/client.h"

namespace step::challenge {
namespace {

constexpr int kMostRedirects = 10;
constexpr std::size_t kMostBody = 4096;  // A key authorization has 76 to 300 octets.

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<http::Incoming> get(const Place& place, const Outside& outside) {
    return outside.at_each_address<http::Incoming>(place.host, [&](const std::string& address,
                                                                   std::chrono::milliseconds time) {
        const Outside::Parts& parts = outside.parts();
        // No proxy: it would look the name up again. A connection of its own for each answer.
        const auto client = http::Client::make({.tls = parts.tls});
        return client->send(
            {.url = place.url(),
             .headers = {{"User-Agent", fmt::format("{}/{} (ACME http-01)", kProduct, kVersion)},
                         {"Accept", "*/*"},
                         {"Connection", "close"}},
             .max_body = kMostBody,
             .timeout = time,
             .address = address,
             .drop_large_body = true,
             .stop_fd = parts.stop_fd});
    });
}

/// Of an answer that is no redirect.
Outcome judge(const http::Incoming& answer, const Place& place, const Request& request) {
    if (answer.status / 100 != 2) {
        return retry("connection",
                     fmt::format("{} answered with status code {}", place.origin(), answer.status));
    }
    if (answer.body_dropped) {
        return invalid(
            fmt::format("the answer of {} is larger than {} bytes", place.origin(), kMostBody));
    }
    if (trim(answer.body) != request.key_authorization) {
        return invalid(
            fmt::format("the answer of {} is not the key authorization", place.origin()));
    }
    return valid();
}

}  // namespace

Outcome http01(const Request& request, const Outside& outside) {
    const Settings& settings = outside.parts().settings;
    const std::uint16_t ports[] = {80, 443, settings.http_port, settings.tls_port};
    Place place{.host = request.value,
                .port = settings.http_port,
                .target = "/.well-known/acme-challenge/" + request.token};
    for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
        if (outside.left() <= std::chrono::milliseconds(0)) {
            return retry("connection", place.origin() + ": no time left");
        }
        const auto answer = get(place, outside);
        if (!answer) {
            return not_reached(
                {.code = answer.error().code,
                 .detail = fmt::format("GET {}: {}", place.origin(), answer.error().detail)});
        }
        if (!is_redirect(answer->status)) {
            return judge(*answer, place, request);
        }
        auto next = follow(place, http::find_header(answer->headers, "Location"), ports);
        if (!next) {
            return not_reached(
                {.code = next.error().code,
                 .detail = fmt::format("GET {}: {}", place.origin(), next.error().detail)});
        }
        place = *std::move(next);
    }
    return retry("connection", fmt::format("stopped after {} redirects", kMostRedirects));
}

}  // namespace step::challenge
