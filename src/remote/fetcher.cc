#include "remote/fetcher.h"

#include <mutex>

#include <fmt/core.h>

#include "base/text.h"

namespace step::remote {
namespace {

class HttpFetcher final : public Fetcher {
public:
    explicit HttpFetcher(Surroundings surroundings) : surroundings_(std::move(surroundings)) {}

    Result<http::Incoming> fetch(const http::Outgoing& request, Route route) override {
        http::Client::Options options;
        if (request.url.starts_with("https:")) {
            STEP_ASSIGN(options.tls, context());
        }
        if (route == Route::kByProxy && surroundings_.proxy) {
            STEP_ASSIGN(options.proxy, surroundings_.proxy(request.url));
        }
        Result<http::Incoming> got = http::Client::make(std::move(options))->send(request);
        if (!got) {
            // The machine may trust others by the next time.
            const std::scoped_lock lock(mutex_);
            context_ = nullptr;
        }
        return got;
    }

private:
    Result<http::TlsContextPtr> context() {
        const std::scoped_lock lock(mutex_);
        if (context_ == nullptr) {
            STEP_ASSIGN(context_, http::make_client_tls({.roots = surroundings_.roots()}));
        }
        return context_;
    }

    Surroundings surroundings_;
    std::mutex mutex_{};
    http::TlsContextPtr context_{};
};

}  // namespace

std::unique_ptr<Fetcher> make_fetcher(Surroundings surroundings) {
    return std::make_unique<HttpFetcher>(std::move(surroundings));
}

Result<http::Incoming> fetch_ok(Fetcher& fetcher, const http::Outgoing& request, Route route) {
    Result<http::Incoming> got = fetcher.fetch(request, route);
    if (!got) {
        const bool too_large = got.error().code == Code::kTooLarge;
        return Error{
            .code = Code::kUnavailable,
            .detail = fmt::format("{} {}: {}", too_large ? "error reading" : "failed to connect to",
                                  request.url, got.error().detail)};
    }
    constexpr int kOk = 200;
    if (got->status != kOk) {
        return Error{
            .code = Code::kUnavailable,
            .detail = fmt::format("error reading {}: status {}", request.url, got->status)};
    }
    return got;
}

}  // namespace step::remote
