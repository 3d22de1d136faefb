#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include "base/result.h"
#include "base/runtime.h"
#include "issuance/ledger.h"
#include "storage/database.h"

namespace step::app {

struct SweepRules {
    /// Records of certificates go this long after they end; none: they stay for ever.
    std::optional<std::chrono::seconds> certificates_after{};
    /// The most rows of each kind in one transaction.
    std::size_t tokens_at_once = 1000, certificates_at_once = 100, orders_at_once = 100;
};

/// Calendar time as far as deleting may rely on it. It follows the clock while that agrees with
/// the one that never jumps, and goes back with it at once. A jump ahead counts only after it
/// has stood for a day: what a wrong clock lets us forget is gone when the clock is put right,
/// and a used token would work again.
class CautiousTime {
public:
    explicit CautiousTime(const Clock& clock);
    SysTime now();

private:
    const Clock& clock_;
    SysTime believed_;
    std::chrono::nanoseconds at_;  ///< Monotonic time of `believed_`.
    std::optional<std::chrono::nanoseconds> ahead_since_{};
};

/// Deletes rows that have run out, a few in each transaction, so that requests hardly wait: used
/// tokens that nobody accepts any more, ACME orders that expired, and records of certificates that
/// ended long ago.
/// Revocations stay: an expired certificate may be renewed where a provisioner allows it. One
/// thread at a time.
class Sweeper {
public:
    /// Both must outlive it.
    Sweeper(const Clock& clock, storage::Database& database, SweepRules rules);

    /// Ends up to `limit` orders that ran out at `now`, in one transaction, and says how many.
    using EndOrders = std::function<Result<std::size_t>(SysTime now, std::size_t limit)>;
    /// For a CA with ACME: also end orders.
    void add_orders(EndOrders end_orders) { end_orders_ = std::move(end_orders); }

    struct Swept {
        std::size_t tokens = 0, certificates = 0, orders = 0;
        bool more = false;  ///< There may be more to delete now.
    };
    /// One transaction of each kind. Fails as Database::transact; nothing is lost by that.
    Result<Swept> step();

private:
    CautiousTime time_;
    storage::Database& database_;
    issuance::Ledger ledger_;
    SweepRules rules_;
    EndOrders end_orders_{};
};

}  // namespace step::app
