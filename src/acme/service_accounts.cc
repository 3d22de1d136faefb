#include "acme/failed_impl.h"
#include "acme/ids_impl.h"
#include "acme/service.h"
#include "acme/states.h"

namespace step::acme {

Result<Service::Registered> Service::register_account(const provisioner::Provisioner& provisioner,
                                                      const NewAccount& request) const {
    const SysSeconds now = std::chrono::floor<std::chrono::seconds>(deps_.clock.now());
    const bool needs_binding = provisioner.acme && provisioner.acme->require_eab;
    const std::string id = make_id(deps_.clock, deps_.random);
    Registered registered;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        registered = {};
        STEP_ASSIGN(std::optional<Account> known,
                    store_.accounts.by_key(transaction, provisioner.id, request.thumbprint));
        if (known) {
            registered.account = *std::move(known);
            return ok();
        }
        if (request.only_return_existing) {
            return failed(Code::kNotFound, kAccountDoesNotExist, "");
        }
        if (needs_binding && request.external_key_id.empty()) {
            return failed(Code::kForbidden, kExternalAccountRequired,
                          "no external account binding provided");
        }
        if (!request.external_key_id.empty()) {
            STEP_ASSIGN(
                std::optional<ExternalKey> key,
                store_.external_keys.get(transaction, provisioner.id, request.external_key_id));
            if (!key || key->bound) {
                return failed(Code::kForbidden, kUnauthorized,
                              "external account binding key with id '" + request.external_key_id +
                                  "' was already bound");
            }
            key->key.clear();
            key->account_id = id;
            key->bound = now;
            STEP_TRY(store_.external_keys.update(transaction, *key));
        }
        registered = {.account = {.id = id,
                                  .provisioner_id = provisioner.id,
                                  .provisioner_name = provisioner.name,
                                  .thumbprint = request.thumbprint,
                                  .jwk = request.jwk,
                                  .contacts = request.contacts,
                                  .external_key_id = request.external_key_id,
                                  .created = now,
                                  .version = 1},
                      .created = true};
        return store_.accounts.insert(transaction, registered.account);
    }));
    return registered;
}

Result<std::optional<Account>> Service::find_account(std::string_view id) const {
    std::optional<Account> found;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(found, store_.accounts.get(view, id));
        return ok();
    }));
    return found;
}

Result<std::optional<Account>> Service::find_account(std::string_view provisioner_id,
                                                     ByteView thumbprint) const {
    std::optional<Account> found;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(found, store_.accounts.by_key(view, provisioner_id, thumbprint));
        return ok();
    }));
    return found;
}

Result<std::optional<ExternalKey>> Service::find_external_key(std::string_view provisioner_id,
                                                              std::string_view id) const {
    std::optional<ExternalKey> found;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(found, store_.external_keys.get(view, provisioner_id, id));
        return ok();
    }));
    return found;
}

Result<Account> Service::change_account(const Account& account, const AccountChange& change) const {
    if (change.deactivate && change.contacts) {
        return failed(Code::kInvalidArgument, kMalformed,
                      "incompatible input; contact and status updates are mutually exclusive");
    }
    Account changed;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(std::optional<Account> now, store_.accounts.get(transaction, account.id));
        if (!now || now->status != AccountStatus::kValid) {
            return failed(Code::kForbidden, kUnauthorized, "account is not active");
        }
        changed = *std::move(now);
        if (change.deactivate) {
            changed.status = AccountStatus::kDeactivated;
        } else if (change.contacts) {
            changed.contacts = *change.contacts;
        } else {
            return ok();
        }
        return store_.accounts.update(transaction, changed);
    }));
    return changed;
}

Result<Account> Service::change_key(const Account& account, ByteView thumbprint,
                                    std::string_view jwk) const {
    Account changed;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(std::optional<Account> now, store_.accounts.get(transaction, account.id));
        if (!now || now->status != AccountStatus::kValid ||
            now->thumbprint != account.thumbprint) {  // Changed since the request was verified.
            return failed(Code::kForbidden, kUnauthorized, "account is not active");
        }
        STEP_ASSIGN(const std::optional<Account> holder,
                    store_.accounts.by_key(transaction, account.provisioner_id, thumbprint));
        if (holder) {
            return failed(Code::kConflict, kKeyInUse, holder->id);
        }
        changed = *std::move(now);
        changed.thumbprint = Bytes(thumbprint);
        changed.jwk = std::string(jwk);
        return store_.accounts.update(transaction, changed);
    }));
    return changed;
}

}  // namespace step::acme
