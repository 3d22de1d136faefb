#include "acme/states.h"

#include <algorithm>
#include <array>

namespace step::acme {
namespace {

template <class Status>
struct Move {
    Status from, to;
};

// RFC 8555 7.1.6. What is not here is not allowed; staying where one is is no move.
constexpr Move<AccountStatus> kAccountMoves[] = {
    {AccountStatus::kValid, AccountStatus::kDeactivated},
    {AccountStatus::kValid, AccountStatus::kRevoked},
};
constexpr Move<ChallengeStatus> kChallengeMoves[] = {
    {ChallengeStatus::kPending, ChallengeStatus::kProcessing},
    {ChallengeStatus::kProcessing, ChallengeStatus::kValid},
    {ChallengeStatus::kProcessing, ChallengeStatus::kInvalid},
    // Ours: the schedule is over and the client may ask again, as the original lets it.
    {ChallengeStatus::kProcessing, ChallengeStatus::kPending},
};
constexpr Move<AuthorizationStatus> kAuthorizationMoves[] = {
    {AuthorizationStatus::kPending, AuthorizationStatus::kValid},
    {AuthorizationStatus::kPending, AuthorizationStatus::kInvalid},
    {AuthorizationStatus::kPending, AuthorizationStatus::kDeactivated},
    {AuthorizationStatus::kValid, AuthorizationStatus::kDeactivated},
    {AuthorizationStatus::kValid, AuthorizationStatus::kRevoked},
};
constexpr Move<OrderStatus> kOrderMoves[] = {
    {OrderStatus::kPending, OrderStatus::kValid},
    {OrderStatus::kPending, OrderStatus::kInvalid},
};

template <class Status, std::size_t N>
constexpr bool is_in(const Move<Status> (&moves)[N], Status from, Status to) {
    return std::any_of(std::begin(moves), std::end(moves), [&](const Move<Status>& move) {
        return move.from == from && move.to == to;
    });
}

constexpr std::array<std::string_view, 3> kAccountNames = {"valid", "deactivated", "revoked"};
constexpr std::array<std::string_view, 4> kChallengeNames = {"pending", "processing", "valid",
                                                             "invalid"};
constexpr std::array<std::string_view, 6> kAuthorizationNames = {
    "pending", "valid", "invalid", "deactivated", "expired", "revoked"};
constexpr std::array<std::string_view, 5> kOrderNames = {"pending", "ready", "processing", "valid",
                                                         "invalid"};
constexpr std::array<std::string_view, 3> kChallengeTypeNames = {"http-01", "dns-01",
                                                                 "tls-alpn-01"};

constexpr std::chrono::seconds kPauses[] = {std::chrono::seconds(5), std::chrono::seconds(15),
                                            std::chrono::seconds(45)};

template <class Names, class Status>
std::string_view named(const Names& names, Status status) {
    return names.at(static_cast<std::size_t>(status));
}

SysSeconds in_seconds(SysTime now) {
    return std::chrono::floor<std::chrono::seconds>(now);
}

Challenge* find(Authorization& authorization, ChallengeType type) {
    const auto found = std::ranges::find(authorization.challenges, type, &Challenge::type);
    return found == authorization.challenges.end() ? nullptr : &*found;
}

}  // namespace

bool may_move(AccountStatus from, AccountStatus to) {
    return is_in(kAccountMoves, from, to);
}
bool may_move(ChallengeStatus from, ChallengeStatus to) {
    return is_in(kChallengeMoves, from, to);
}
bool may_move(AuthorizationStatus from, AuthorizationStatus to) {
    return is_in(kAuthorizationMoves, from, to);
}
bool may_move(OrderStatus from, OrderStatus to) {
    return is_in(kOrderMoves, from, to);
}

std::string_view name_of(AccountStatus status) {
    return named(kAccountNames, status);
}
std::string_view name_of(ChallengeStatus status) {
    return named(kChallengeNames, status);
}
std::string_view name_of(AuthorizationStatus status) {
    return named(kAuthorizationNames, status);
}
std::string_view name_of(OrderStatus status) {
    return named(kOrderNames, status);
}
std::string_view name_of(ChallengeType type) {
    return named(kChallengeTypeNames, type);
}

std::optional<ChallengeType> challenge_type(std::string_view name) {
    const auto found = std::ranges::find(kChallengeTypeNames, name);
    if (found == kChallengeTypeNames.end()) {
        return std::nullopt;
    }
    return static_cast<ChallengeType>(found - kChallengeTypeNames.begin());
}

AuthorizationStatus effective_status(const Authorization& authorization, SysTime now) {
    const bool lives = authorization.status == AuthorizationStatus::kPending ||
                       authorization.status == AuthorizationStatus::kValid;
    return lives && now > authorization.expires ? AuthorizationStatus::kExpired
                                                : authorization.status;
}

OrderStatus effective_status(const Order& order, std::span<const Authorization> authorizations,
                             SysTime now) {
    if (order.status != OrderStatus::kPending) {
        return order.status;
    }
    if (now > order.expires) {
        return OrderStatus::kInvalid;
    }
    bool ready =
        !order.authorization_ids.empty() && authorizations.size() == order.authorization_ids.size();
    for (const Authorization& authorization : authorizations) {
        const AuthorizationStatus status = effective_status(authorization, now);
        if (status != AuthorizationStatus::kValid && status != AuthorizationStatus::kPending) {
            return OrderStatus::kInvalid;
        }
        ready = ready && status == AuthorizationStatus::kValid;
    }
    return ready ? OrderStatus::kReady : OrderStatus::kPending;
}

std::optional<std::chrono::seconds> pause_after(std::uint32_t tries) {
    if (tries == 0 || tries > std::size(kPauses)) {
        return std::nullopt;
    }
    return kPauses[tries - 1];
}

bool begin_processing(Authorization& authorization, ChallengeType type, SysSeconds due,
                      SysTime now) {
    Challenge* challenge = find(authorization, type);
    if (challenge == nullptr ||
        effective_status(authorization, now) != AuthorizationStatus::kPending) {
        return false;
    }
    if (challenge->status != ChallengeStatus::kProcessing &&
        !may_move(challenge->status, ChallengeStatus::kProcessing)) {
        return false;
    }
    if (challenge->due && *challenge->due > now + kPauses[std::size(kPauses) - 1]) {
        return false;  // No pause is that long: it is being tried right now.
    }
    challenge->status = ChallengeStatus::kProcessing;
    challenge->tries = 0;
    challenge->due = due;
    return true;
}

bool apply(Authorization& authorization, ChallengeType type, const Try& tried, SysTime now) {
    Challenge* challenge = find(authorization, type);
    if (challenge == nullptr || challenge->status != ChallengeStatus::kProcessing ||
        effective_status(authorization, now) != AuthorizationStatus::kPending) {
        return false;
    }
    ++challenge->tries;
    challenge->due.reset();
    challenge->error = tried.error;
    switch (tried.verdict) {
        case Try::Verdict::kValid:
            challenge->status = ChallengeStatus::kValid;
            challenge->validated = in_seconds(now);
            challenge->error = {};
            authorization.status = AuthorizationStatus::kValid;
            break;
        case Try::Verdict::kInvalid:
            challenge->status = ChallengeStatus::kInvalid;
            challenge->validated = in_seconds(now);
            authorization.status = AuthorizationStatus::kInvalid;
            break;
        case Try::Verdict::kRetry:
            if (const auto pause = pause_after(challenge->tries)) {
                challenge->due = in_seconds(now) + *pause;
            } else {
                challenge->status = ChallengeStatus::kPending;
            }
            break;
    }
    return true;
}

bool deactivate(Authorization& authorization, SysTime now) {
    if (!may_move(effective_status(authorization, now), AuthorizationStatus::kDeactivated)) {
        return false;
    }
    authorization.status = AuthorizationStatus::kDeactivated;
    return true;
}

}  // namespace step::acme
