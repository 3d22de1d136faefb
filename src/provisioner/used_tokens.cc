#include "provisioner/used_tokens.h"

#include <limits>
#include <vector>

#include "crypto/digest.h"
#include "storage/tables.h"

namespace step::provisioner {
namespace {

constexpr unsigned kTimeBytes = 5;
constexpr std::int64_t kFarFuture = std::int64_t{1} << 40U;
/// A token is good for 60 s after `exp`; the row stays twice as long.
constexpr std::int64_t kGrace = 120;

Error already_used() {
    return {.code = Code::kUnauthenticated, .cause = "token already used"};
}

}  // namespace

TokenUse make_token_use(std::string_view reuse_key, std::optional<SysSeconds> expires) {
    std::uint64_t until = std::numeric_limits<std::uint64_t>::max();
    if (expires && expires->time_since_epoch().count() < kFarFuture) {
        until = static_cast<std::uint64_t>(
            std::max<std::int64_t>(expires->time_since_epoch().count(), 0) + kGrace);
    }
    return {.key = storage::Key(crypto::sha256)
                       .number(until, kTimeBytes)
                       .raw(crypto::sha256(reuse_key))
                       .take()};
}

Status use_up(storage::Transaction& transaction, const TokenUse& use) {
    Status done = transaction.insert(kUsedTokens, use.key, {});
    if (!done && done.error().code == Code::kConflict) {
        return already_used();
    }
    return done;
}

Status refuse_used(const storage::Database& database, const TokenUse& use) {
    return database.read([&](const storage::Snapshot& snapshot) -> Status {
        STEP_ASSIGN(const std::optional<std::string> row, snapshot.get(kUsedTokens, use.key));
        if (row) {
            return already_used();
        }
        return ok();
    });
}

Result<std::size_t> forget_expired(storage::Transaction& transaction, SysTime now,
                                   std::size_t limit) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const std::string end =
        storage::Key(crypto::sha256)
            .number(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)), kTimeBytes)
            .take();
    std::vector<std::string> gone;
    STEP_TRY(transaction.scan(kUsedTokens, "", end, [&](std::string_view key, std::string_view) {
        gone.emplace_back(key);
        return gone.size() < limit;
    }));
    for (const std::string& key : gone) {
        STEP_TRY(transaction.erase(kUsedTokens, key));
    }
    return gone.size();
}

}  // namespace step::provisioner
