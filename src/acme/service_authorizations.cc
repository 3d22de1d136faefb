#include "acme/service.h"
#include "acme/states.h"
#include "acme/validation.h"

namespace step::acme {

Result<Authorization> Service::load_authorization(const storage::Snapshot& view,
                                                  const Account& account,
                                                  std::string_view id) const {
    STEP_ASSIGN(std::optional<Authorization> found, store_.authorizations.get(view, id));
    if (!found) {
        return Error{.code = Code::kNotFound,
                     .detail = "authz " + std::string(id) + " not found",
                     .reason = kMalformed};
    }
    if (found->account_id != account.id) {
        return Error{
            .code = Code::kForbidden,
            .detail = "account '" + account.id + "' does not own authz '" + std::string(id) + "'",
            .reason = kUnauthorized};
    }
    return *std::move(found);
}

Result<Service::AuthorizationView> Service::find_authorization(const Account& account,
                                                               std::string_view id) const {
    AuthorizationView seen;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(seen.authorization, load_authorization(view, account, id));
        return ok();
    }));
    seen.status = effective_status(seen.authorization, deps_.clock.now());
    return seen;
}

bool Service::await_try(const std::string& authorization_id, std::chrono::milliseconds time) const {
    return deps_.attempts.await(authorization_id, time);
}

Result<Service::AuthorizationView> Service::deactivate_authorization(const Account& account,
                                                                     std::string_view id) const {
    const SysTime now = deps_.clock.now();
    AuthorizationView seen;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(seen.authorization, load_authorization(transaction, account, id));
        if (seen.authorization.status == AuthorizationStatus::kDeactivated) {
            return ok();
        }
        if (!deactivate(seen.authorization, now)) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "an authorization that is " +
                                   std::string(name_of(effective_status(seen.authorization, now))) +
                                   " cannot be deactivated",
                         .reason = kMalformed};
        }
        return store_.authorizations.update(transaction, seen.authorization);
    }));
    seen.status = effective_status(seen.authorization, now);
    return seen;
}

Result<Service::AuthorizationView> Service::begin_challenge(const Account& account,
                                                            std::string_view authorization_id,
                                                            ChallengeType type) const {
    const SysTime now = deps_.clock.now();
    const SysSeconds lease = std::chrono::floor<std::chrono::seconds>(now) + Validation::kLease;
    AuthorizationView seen;
    bool began = false;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        began = false;
        STEP_ASSIGN(seen.authorization, load_authorization(transaction, account, authorization_id));
        const bool there = std::ranges::any_of(
            seen.authorization.challenges, [&](const Challenge& one) { return one.type == type; });
        if (!there) {
            return Error{.code = Code::kNotFound,
                         .detail = "challenge " + std::string(name_of(type)) + " not found",
                         .reason = kMalformed};
        }
        began = begin_processing(seen.authorization, type, lease, now);
        return began ? store_.authorizations.update(transaction, seen.authorization) : ok();
    }));
    if (began) {
        deps_.attempts.announce(seen.authorization.id, type);
    }
    seen.status = effective_status(seen.authorization, now);
    return seen;
}

}  // namespace step::acme
