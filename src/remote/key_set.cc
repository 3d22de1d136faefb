#include "remote/key_set.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "http/waiting.h"

namespace step::remote {
namespace {

constexpr std::size_t kMaxKeySet = std::size_t{1} << 20U;

/// Something between nothing and `most`, so that many CAs do not ask at the same time.
std::chrono::nanoseconds some_of(std::chrono::nanoseconds most, Random& random) {
    std::uint32_t share = 0;
    const Bytes octets = random.bytes(sizeof share);
    std::memcpy(&share, octets.data(), sizeof share);
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(most.count()) * share / 4294967296.0));
}

/// As the original: up to an hour, or a third of a short life.
std::chrono::nanoseconds earlier(std::chrono::seconds age, Random& random) {
    return some_of(age > std::chrono::hours(1) ? std::chrono::hours(1) : age / 3, random);
}

Error parse_error(const std::string& url, const Error& why) {
    return {.code = Code::kUnavailable,
            .detail = fmt::format("error reading {}: {}", url, why.detail)};
}

}  // namespace

bool Keys::has(std::string_view kid) const {
    return std::ranges::any_of(keys, [&](const IssuerKey& one) { return one.kid == kid; });
}

KeySet::KeySet(KeyPlace place, World world)
    : place_(std::move(place)),
      world_(std::move(world)),
      stop_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      failure_(place_.url + " has not been fetched yet") {}

KeySet::~KeySet() {
    {
        const std::scoped_lock lock(mutex_);
        end_ = true;
    }
    const std::uint64_t one = 1;
    (void)!::write(stop_fd_, &one, sizeof one);
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
    ::close(stop_fd_);
}

void KeySet::begin(const std::unique_lock<std::mutex>& /*lock*/) {
    if (!thread_.joinable()) {
        due_ = world_.clock.monotonic();
        thread_ = std::thread([this] { work(); });
    }
}

void KeySet::start() {
    const std::unique_lock lock(mutex_);
    begin(lock);
}

bool KeySet::usable() const {
    return keys_ != nullptr && world_.clock.monotonic() < expires_ + world_.timing.stale;
}

std::string KeySet::trouble() const {
    const std::scoped_lock lock(mutex_);
    return usable() ? "" : failure_;
}

Result<std::shared_ptr<const Keys>> KeySet::get(std::string_view kid) {
    std::unique_lock lock(mutex_);
    begin(lock);
    if (usable()) {
        const bool tried = tried_ && world_.clock.monotonic() - *tried_ < world_.timing.unknown_kid;
        if (keys_->has(kid) || (tried && !fetching_)) {
            return keys_;
        }
    } else if (tried_ && !fetching_ && world_.clock.monotonic() < due_) {
        return Error{.code = Code::kUnavailable, .detail = failure_};
    }
    // The end of a fetch that runs already is enough.
    const std::uint64_t end = rounds_ + 1;
    wanted_ = wanted_ || !fetching_;
    lock.unlock();
    STEP_ASSIGN(const http::WaitingOutside waiting, http::WaitingOutside::begin());
    lock.lock();
    changed_.notify_all();
    changed_.wait_for(lock, world_.timing.wait, [&] { return rounds_ >= end || end_; });
    if (!usable()) {
        return Error{.code = Code::kUnavailable, .detail = failure_};
    }
    return keys_;
}

void KeySet::work() {
    std::unique_lock lock(mutex_);
    while (!end_) {
        const Time now = world_.clock.monotonic();
        if (!wanted_ && now < due_) {
            changed_.wait_for(lock, std::min<Time>(due_ - now, world_.timing.nap),
                              [this] { return end_ || wanted_; });
            continue;
        }
        wanted_ = false;
        fetching_ = true;
        lock.unlock();
        std::chrono::seconds age{};
        Result<Keys> fetched = fetch(age);
        lock.lock();
        fetching_ = false;
        if (!end_) {
            take(std::move(fetched), age);
        }
        ++rounds_;
        changed_.notify_all();
    }
}

void KeySet::take(Result<Keys> fetched, std::chrono::seconds age) {
    const Time now = world_.clock.monotonic();
    tried_ = now;
    if (fetched) {
        if (failures_ > 0) {
            world_.log.write(Level::kInfo, "keys fetched again from " + place_.url, {});
        }
        failures_ = 0;
        keys_ = std::make_shared<const Keys>(*std::move(fetched));
        // What happens to be wrong once these have run out.
        failure_ = "the keys of " + place_.url + " are too old";
        expires_ = now + age;
        due_ = expires_ - earlier(age, world_.random);
        return;
    }
    failure_ = fetched.error().detail;
    if (failures_ == 0) {
        world_.log.write(Level::kError,
                         "keys of an issuer of tokens cannot be fetched, trying again: " + failure_,
                         {});
    }
    constexpr unsigned kMostDoublings = 16;
    const Time pause =
        std::min<Time>(world_.timing.first_retry * (1U << std::min(failures_, kMostDoublings)),
                       world_.timing.last_retry);
    ++failures_;
    due_ = now + pause - some_of(pause / 4, world_.random);
}

Result<http::Incoming> KeySet::fetch_text(const std::string& url) const {
    return fetch_ok(*world_.fetcher, {.url = url,
                                      .headers = {{"Accept", "application/json"}},
                                      .max_body = kMaxKeySet,
                                      .timeout = world_.timing.exchange,
                                      .stop_fd = stop_fd_});
}

Result<Keys> KeySet::fetch(std::chrono::seconds& age) const {
    Keys keys;
    std::string url = place_.url;
    if (place_.is_discovery) {
        STEP_ASSIGN(const http::Incoming document, fetch_text(url));
        Result<Discovery> discovery = parse_discovery(document.body);
        if (!discovery) {
            return parse_error(url, discovery.error());
        }
        keys.issuer = std::move(discovery->issuer);
        url = std::move(discovery->jwks_uri);
    }
    STEP_ASSIGN(const http::Incoming set, fetch_text(url));
    Result<std::vector<IssuerKey>> read = parse_issuer_keys(set.body);
    if (!read) {
        return parse_error(url, read.error());
    }
    keys.keys = *std::move(read);
    age = cache_age(http::find_header(set.headers, "Cache-Control"));
    return keys;
}

}  // namespace step::remote
