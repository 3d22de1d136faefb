#include <algorithm>

#include "base/uri.h"
#include "webhook/connections_impl.h"

namespace step::webhook {
namespace {

constexpr std::size_t kMostIdle = 64;
constexpr std::chrono::seconds kIdle{60};

}  // namespace

Result<http::Incoming> Connections::send(const http::Outgoing& request, bool with_identity) {
    STEP_ASSIGN(const Uri uri, parse_uri(request.url));
    STEP_ASSIGN(http::TlsContextPtr tls, context(with_identity));
    Idle one{.tls = std::move(tls), .origin = uri.scheme + "://" + uri.host};
    if (world_.proxy) {
        STEP_ASSIGN(one.proxy, world_.proxy(request.url));
    }
    one.client = take(one.origin, one.proxy, one.tls);
    if (one.client == nullptr) {
        one.client = http::Client::make({.tls = one.tls, .proxy = one.proxy});
    }
    Result<http::Incoming> incoming = one.client->send(request);
    if (incoming) {
        give_back(std::move(one));
    }
    return incoming;
}

Result<http::TlsContextPtr> Connections::context(bool with_identity) {
    const SysTime now = clock_.now();
    const std::scoped_lock lock(tls_mutex_);
    if (with_identity ? identified_ != nullptr && now < renew_ : anonymous_ != nullptr) {
        return with_identity ? identified_ : anonymous_;
    }
    if (roots_.empty()) {
        roots_ = world_.roots();
    }
    http::ClientTls options{.roots = roots_};
    if (!with_identity) {
        STEP_ASSIGN(anonymous_, http::make_client_tls(options));
        return anonymous_;
    }
    STEP_ASSIGN(const Identity identity, world_.identity());
    options.chain = identity.chain;
    options.key = identity.key.get();
    STEP_ASSIGN(identified_, http::make_client_tls(options));
    renew_ = identity.not_before + (identity.not_after - identity.not_before) / 3 * 2;
    return identified_;
}

std::unique_ptr<http::Client> Connections::take(const std::string& origin, const std::string& proxy,
                                                const http::TlsContextPtr& tls) {
    const std::chrono::nanoseconds now = clock_.monotonic();
    std::vector<Idle> old;  // Closed after the mutex is free.
    const std::scoped_lock lock(idle_mutex_);
    const auto fresh =
        std::ranges::find_if(idle_, [&](const Idle& one) { return now - one.since < kIdle; });
    std::move(idle_.begin(), fresh, std::back_inserter(old));
    idle_.erase(idle_.begin(), fresh);
    // The one that was used last is the least likely to be closed.
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& one) {
        return one.origin == origin && one.proxy == proxy && one.tls == tls;
    });
    if (found == idle_.rend()) {
        return nullptr;
    }
    std::unique_ptr<http::Client> client = std::move(found->client);
    idle_.erase(std::next(found).base());
    return client;
}

void Connections::give_back(Idle one) {
    one.since = clock_.monotonic();
    Idle oldest;
    const std::scoped_lock lock(idle_mutex_);
    if (idle_.size() >= kMostIdle) {
        oldest = std::move(idle_.front());
        idle_.erase(idle_.begin());
    }
    idle_.push_back(std::move(one));
}

}  // namespace step::webhook
