#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "storage/database.h"

namespace step::provisioner {

/// Keyed by "valid until" (5 octets of seconds, ff..ff for ever) and SHA-256 of the reuse key,
/// so that sweeping is deleting a range. A CA without a `db` keeps only this table.
inline constexpr std::string_view kUsedTokens = "used_tokens";

/// What must be remembered of a token so that it works once.
struct TokenUse {
    Bytes key{};  ///< Row key in kUsedTokens.
    bool operator==(const TokenUse&) const = default;
};

/// `reuse_key` is the token's jti, or without one the hash of header.payload. The row may go
/// 120 s after `expires` (a token lives 60 s past it); never without.
TokenUse make_token_use(std::string_view reuse_key, std::optional<SysSeconds> expires);

/// Uses the token up. Fails with kUnauthenticated, "token already used", if it is.
Status use_up(storage::Transaction& transaction, const TokenUse& use);
/// The same question without using it up, to refuse early.
Status refuse_used(const storage::Database& database, const TokenUse& use);

/// Removes up to `limit` rows, oldest first, whose token nobody accepts any more at `now`, and
/// says how many. A clock that runs ahead makes it forget too early: give it a time you trust.
Result<std::size_t> forget_expired(storage::Transaction& transaction, SysTime now,
                                   std::size_t limit);

}  // namespace step::provisioner
