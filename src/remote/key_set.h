#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/runtime.h"
#include "remote/fetcher.h"
#include "remote/jwks.h"

namespace step::remote {

/// Where the keys of an issuer are found.
struct KeyPlace {
    std::string url{};
    bool is_discovery = false;  ///< The URL is of an OpenID configuration, which names issuer and
                                ///< place of the keys.
    bool operator==(const KeyPlace&) const = default;
};

/// What was found there. Immutable.
struct Keys {
    std::string issuer{};  ///< Of the discovery document; else empty.
    std::vector<IssuerKey> keys{};

    bool has(std::string_view kid) const;
};

/// Patience of a KeySet. Tests have less.
struct KeyTiming {
    std::chrono::milliseconds exchange{10'000};     ///< For one request.
    std::chrono::milliseconds wait{10'000};         ///< A token waits no longer for keys.
    std::chrono::milliseconds first_retry{1'000};   ///< Doubled at each failure up to
    std::chrono::milliseconds last_retry{60'000};   ///< this.
    std::chrono::milliseconds unknown_kid{30'000};  ///< Least time between two fetches that
                                                    ///< strangers' tokens cause.
    std::chrono::seconds stale{24 * 3600};  ///< Keys are good for so long after they should have
                                            ///< been fetched anew.
    std::chrono::milliseconds nap{60'000};  ///< Looks at the clock at least so often.
};

/// The keys of one issuer: fetched by a thread of its own when somebody needs them first, anew when
/// they run out, again and again until it works. The thread runs from the first start() or get()
/// until the object goes, which stops what it is fetching. Thread-safe.
class KeySet {
public:
    struct World {
        std::shared_ptr<Fetcher> fetcher{};
        const Clock& clock;  ///< Outlive the set.
        Random& random;
        Log& log;
        KeyTiming timing{};
    };
    KeySet(KeyPlace place, World world);
    KeySet(const KeySet&) = delete;
    KeySet& operator=(const KeySet&) = delete;
    ~KeySet();

    /// Begins to fetch; does not wait.
    void start();

    /// The keys, for a token that names `kid`. Waits only if there are none that can be used, or
    /// none of that name: then they are fetched first, unless that has just been tried. Whether
    /// `kid` is among them the caller sees. Fails with kUnavailable if there are none; with reason
    /// http::kTooManyWaiting if too many wait already.
    Result<std::shared_ptr<const Keys>> get(std::string_view kid);

    /// Why there are no keys that can be used; "" if there are.
    std::string trouble() const;

    const KeyPlace& place() const { return place_; }

private:
    using Time = std::chrono::nanoseconds;  ///< Of Clock::monotonic().

    void begin(const std::unique_lock<std::mutex>& lock);
    void work();
    void take(Result<Keys> fetched, std::chrono::seconds age);
    Result<Keys> fetch(std::chrono::seconds& age) const;
    Result<http::Incoming> fetch_text(const std::string& url) const;
    bool usable() const;

    const KeyPlace place_;
    const World world_;
    const int stop_fd_;

    mutable std::mutex mutex_{};
    std::condition_variable changed_{};
    std::shared_ptr<const Keys> keys_{};
    std::string failure_{};
    Time expires_{}, due_{};
    std::optional<Time> tried_{};  ///< When the last fetch ended.
    std::uint64_t rounds_ = 0;     ///< Fetches that have ended.
    unsigned failures_ = 0;        ///< In a row.
    bool fetching_ = false, wanted_ = false, end_ = false;
    std::thread thread_{};
};

}  // namespace step::remote
