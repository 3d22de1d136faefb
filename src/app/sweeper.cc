#include "app/sweeper.h"

#include "acme/store.h"
#include "provisioner/used_tokens.h"

namespace step::app {
namespace {

constexpr std::chrono::minutes kDrift{2};  ///< Between two looks at the clock.
constexpr std::chrono::hours kStands{24};

}  // namespace

CautiousTime::CautiousTime(const Clock& clock)
    : clock_(clock), believed_(clock.now()), at_(clock.monotonic()) {}

SysTime CautiousTime::now() {
    const SysTime shown = clock_.now();
    const std::chrono::nanoseconds tick = clock_.monotonic();
    const SysTime expected = believed_ + std::chrono::floor<std::chrono::microseconds>(tick - at_);
    at_ = tick;
    if (shown <= expected + kDrift) {
        ahead_since_.reset();
        believed_ = shown;
        return believed_;
    }
    if (!ahead_since_) {
        ahead_since_ = tick;
    }
    if (tick - *ahead_since_ >= kStands) {
        ahead_since_.reset();
        believed_ = shown;
    } else {
        believed_ = expected;
    }
    return believed_;
}

Sweeper::Sweeper(const Clock& clock, storage::Database& database, SweepRules rules)
    : time_(clock), database_(database), ledger_(database), rules_(rules) {}

Result<Sweeper::Swept> Sweeper::step() {
    const SysTime now = time_.now();
    Swept swept;
    STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(swept.tokens,
                    provisioner::forget_expired(transaction, now, rules_.tokens_at_once));
        return ok();
    }));
    if (rules_.certificates_after) {
        const SysSeconds before =
            std::chrono::floor<std::chrono::seconds>(now) - *rules_.certificates_after;
        STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
            STEP_ASSIGN(const std::vector<Bytes> serials,
                        ledger_.erase_expired(transaction, before, rules_.certificates_at_once));
            for (const Bytes& serial : serials) {
                STEP_TRY(acme::Certificates().erase(transaction, serial));
            }
            swept.certificates = serials.size();
            return ok();
        }));
    }
    if (end_orders_) {
        STEP_ASSIGN(swept.orders, end_orders_(now, rules_.orders_at_once));
    }
    swept.more = swept.orders >= rules_.orders_at_once || swept.tokens >= rules_.tokens_at_once ||
                 (rules_.certificates_after && swept.certificates >= rules_.certificates_at_once);
    return swept;
}

}  // namespace step::app
