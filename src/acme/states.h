#pragma once

#include <span>
#include <string_view>

#include "acme/types.h"
#include "base/result.h"

namespace step::acme {

// The state machines of RFC 8555 7.1.6 as tables of legal moves. Pure: same input, same output.

bool may_move(AccountStatus from, AccountStatus to);
bool may_move(ChallengeStatus from, ChallengeStatus to);
/// kExpired is nothing a row moves to; time does that.
bool may_move(AuthorizationStatus from, AuthorizationStatus to);
/// As stored: kReady and kProcessing are not.
bool may_move(OrderStatus from, OrderStatus to);

std::string_view name_of(AccountStatus status);
std::string_view name_of(ChallengeStatus status);
std::string_view name_of(AuthorizationStatus status);
std::string_view name_of(OrderStatus status);

/// What the authorization is at `now`: stored pending or valid and past `expires` is expired.
AuthorizationStatus effective_status(const Authorization& authorization, SysTime now);
/// What the order is at `now`, given all of its authorizations: pending until all are valid,
/// then ready; invalid once one is neither pending nor valid, or the order is past `expires`.
OrderStatus effective_status(const Order& order, std::span<const Authorization> authorizations,
                             SysTime now);

/// The outcome of one try.
struct Try {
    enum class Verdict : std::uint8_t { kValid, kRetry, kInvalid };
    Verdict verdict = Verdict::kRetry;
    Problem error{};
};
/// The wait before try number `tries` + 1; none once the schedule (about 5, 15, 45 s) is over and
/// the client has to ask again.
std::optional<std::chrono::seconds> pause_after(std::uint32_t tries);

/// The client says that it is ready: the challenge is processing, if it was pending or waited for
/// its next try, and the authorization is pending. It is this process's alone until `due`, which
/// lies behind the longest pause of the schedule. Otherwise nothing changes. True if something did.
bool begin_processing(Authorization& authorization, ChallengeType type, SysSeconds due,
                      SysTime now);
/// What a try means for challenge and authorization. A challenge that is no longer processing, or
/// an authorization no longer pending, stays as it is: false.
bool apply(Authorization& authorization, ChallengeType type, const Try& tried, SysTime now);
/// kDeactivated from pending or valid; false otherwise.
bool deactivate(Authorization& authorization, SysTime now);

}  // namespace step::acme
