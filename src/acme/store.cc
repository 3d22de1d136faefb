#include "acme/store.h"

#include <algorithm>

#include "acme/rows_impl.h"
#include "crypto/digest.h"

namespace step::acme {
namespace {

constexpr const char* kAccounts = "acme_accounts";
constexpr const char* kAccountsByKey = "acme_accounts_by_key";
constexpr const char* kOrders = "acme_orders";
constexpr const char* kOrdersByAccount = "acme_orders_by_account";
constexpr const char* kOrdersByExpiry = "acme_orders_by_expiry";
constexpr const char* kAuthorizations = "acme_authorizations";
constexpr const char* kAuthorizationsDue = "acme_authorizations_due";
constexpr const char* kAuthorizationsValid = "acme_authorizations_valid";
constexpr const char* kCertificates = "acme_certificates";
constexpr const char* kChains = "acme_chains";
constexpr const char* kExternalKeys = "acme_external_keys";
constexpr const char* kExternalKeysByReference = "acme_external_keys_by_reference";

constexpr unsigned kTimeBytes = 5;  ///< Of seconds: good for 34,000 years.

storage::Key key() {
    return storage::Key(crypto::sha256);
}

std::uint64_t number_of(SysSeconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
}

std::string time_key(SysSeconds time) {
    return key().number(number_of(time), kTimeBytes).take();
}

std::string account_key(std::string_view provisioner_id, ByteView thumbprint) {
    return key().text(provisioner_id).raw(thumbprint).take();
}

std::string order_key(std::string_view account_id, SysSeconds created) {
    return key().text(account_id).number(number_of(created), kTimeBytes).take();
}

std::string valid_key(std::string_view account_id, const Identifier& identifier, bool wildcard) {
    return key()
        .text(account_id)
        .text(identifier.type)
        .text(identifier.value)
        .number(wildcard ? 1 : 0, 1)
        .take();
}

std::string external_key(std::string_view provisioner_id, std::string_view id) {
    return key().text(provisioner_id).raw(id).take();
}

std::string reference_key(std::string_view provisioner_id, std::string_view reference) {
    return key().text(provisioner_id).text(reference).take();
}

// Index keys are made of what a row says; one that cannot be read has none.
using Keys = std::vector<std::string>;

Keys keys_of_account(std::string_view id, std::string_view value) {
    const auto account = decode_account(id, {.value = std::string(value)});
    return account ? Keys{account_key(account->provisioner_id, account->thumbprint)} : Keys{};
}

Keys accounts_of_order(std::string_view id, std::string_view value) {
    const auto order = decode_order(id, {.value = std::string(value)});
    return order ? Keys{order_key(order->account_id, order->created)} : Keys{};
}

Keys expiry_of_order(std::string_view id, std::string_view value) {
    const auto order = decode_order(id, {.value = std::string(value)});
    return order ? Keys{time_key(order->expires)} : Keys{};
}

Keys due_of_authorization(std::string_view id, std::string_view value) {
    Keys keys;
    if (const auto authorization = decode_authorization(id, {.value = std::string(value)})) {
        for (const Challenge& challenge : authorization->challenges) {
            if (challenge.due) {
                keys.push_back(time_key(*challenge.due));
            }
        }
        std::ranges::sort(keys);
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    }
    return keys;
}

Keys names_of_valid(std::string_view id, std::string_view value) {
    const auto one = decode_authorization(id, {.value = std::string(value)});
    if (!one || !one->reusable || one->status != AuthorizationStatus::kValid) {
        return {};
    }
    return {valid_key(one->account_id, one->identifier, one->wildcard)};
}

Keys reference_of_key(std::string_view /*id*/, std::string_view value) {
    const auto one = decode_external_key({.value = std::string(value)});
    return one && !one->reference.empty() ? Keys{reference_key(one->provisioner_id, one->reference)}
                                          : Keys{};
}

/// Row keys of an index between two index keys, `limit` at most.
Result<Keys> row_keys(const storage::Table& table, const storage::Snapshot& view,
                      std::string_view index, std::string_view from, std::string_view to,
                      std::size_t limit) {
    Keys found;
    if (limit == 0) {
        return found;
    }
    STEP_TRY(table.scan_index(view, index, from, to, [&](std::string_view, std::string_view row) {
        found.emplace_back(row);
        return found.size() < limit;
    }));
    return found;
}

template <class Value>
Result<std::optional<Value>> get_row(const storage::Table& table, const storage::Snapshot& view,
                                     std::string_view id,
                                     Result<Value> (*decode)(std::string_view,
                                                             const storage::Row&)) {
    STEP_ASSIGN(const std::optional<storage::Row> row, table.get(view, id));
    if (!row) {
        return std::optional<Value>();
    }
    STEP_ASSIGN(Value value, decode(id, *row));
    return std::optional<Value>(std::move(value));
}

}  // namespace

Accounts::Accounts() : table_(kAccounts, {{.name = kAccountsByKey, .keys = keys_of_account}}) {}

Result<std::optional<Account>> Accounts::get(const storage::Snapshot& view,
                                             std::string_view id) const {
    return get_row(table_, view, id, decode_account);
}

Result<std::optional<Account>> Accounts::by_key(const storage::Snapshot& view,
                                                std::string_view provisioner_id,
                                                ByteView thumbprint) const {
    const std::string from = account_key(provisioner_id, thumbprint);
    STEP_ASSIGN(const Keys ids,
                row_keys(table_, view, kAccountsByKey, from, storage::prefix_end(from), 1));
    return ids.empty() ? Result<std::optional<Account>>(std::nullopt) : get(view, ids.front());
}

Status Accounts::insert(storage::Transaction& transaction, const Account& account) const {
    return table_.insert(transaction, account.id, encode(account));
}

Status Accounts::update(storage::Transaction& transaction, const Account& account) const {
    return table_.update(transaction, account.id, account.version, encode(account));
}

Orders::Orders()
    : table_(kOrders, {{.name = kOrdersByAccount, .keys = accounts_of_order},
                       {.name = kOrdersByExpiry, .keys = expiry_of_order}}) {}

Result<std::optional<Order>> Orders::get(const storage::Snapshot& view, std::string_view id) const {
    return get_row(table_, view, id, decode_order);
}

Status Orders::insert(storage::Transaction& transaction, const Order& order) const {
    return table_.insert(transaction, order.id, encode(order));
}

Status Orders::update(storage::Transaction& transaction, const Order& order) const {
    return table_.update(transaction, order.id, order.version, encode(order));
}

Status Orders::erase(storage::Transaction& transaction, std::string_view id) const {
    return table_.erase(transaction, id);
}

Result<std::vector<std::string>> Orders::of_account(const storage::Snapshot& view,
                                                    std::string_view account_id,
                                                    std::string_view after,
                                                    std::size_t limit) const {
    const std::string all = key().text(account_id).take();
    std::string from = all;
    if (!after.empty()) {
        STEP_ASSIGN(const std::optional<Order> last, get(view, after));
        if (last && last->account_id == account_id) {
            from = order_key(account_id, last->created);
        }
    }
    std::vector<std::string> found;
    bool behind = after.empty() || from == all;
    STEP_TRY(table_.scan_index(view, kOrdersByAccount, from, storage::prefix_end(all),
                               [&](std::string_view index, std::string_view id) {
                                   behind = behind || index != from || id > after;
                                   if (behind) {
                                       found.emplace_back(id);
                                   }
                                   return found.size() < limit;
                               }));
    return found;
}

Result<std::vector<std::string>> Orders::made_since(const storage::Snapshot& view,
                                                    std::string_view account_id, SysSeconds since,
                                                    std::size_t limit) const {
    return row_keys(table_, view, kOrdersByAccount, order_key(account_id, since),
                    storage::prefix_end(key().text(account_id).take()), limit);
}

Result<std::vector<std::string>> Orders::expired(const storage::Snapshot& view, SysSeconds before,
                                                 std::size_t limit) const {
    return row_keys(table_, view, kOrdersByExpiry, {}, time_key(before), limit);
}

Authorizations::Authorizations()
    : table_(kAuthorizations, {{.name = kAuthorizationsDue, .keys = due_of_authorization},
                               {.name = kAuthorizationsValid, .keys = names_of_valid}}) {}

Result<std::optional<Authorization>> Authorizations::get(const storage::Snapshot& view,
                                                         std::string_view id) const {
    return get_row(table_, view, id, decode_authorization);
}

Status Authorizations::insert(storage::Transaction& transaction,
                              const Authorization& authorization) const {
    return table_.insert(transaction, authorization.id, encode(authorization));
}

Status Authorizations::update(storage::Transaction& transaction,
                              const Authorization& authorization) const {
    return table_.update(transaction, authorization.id, authorization.version,
                         encode(authorization));
}

Status Authorizations::erase(storage::Transaction& transaction, std::string_view id) const {
    return table_.erase(transaction, id);
}

Result<std::vector<Authorization>> Authorizations::due(const storage::Snapshot& view,
                                                       SysSeconds before, std::size_t limit) const {
    STEP_ASSIGN(const Keys ids,
                row_keys(table_, view, kAuthorizationsDue, {}, time_key(before), limit));
    std::vector<Authorization> found;
    for (const std::string& id : ids) {
        STEP_ASSIGN(std::optional<Authorization> one, get(view, id));
        if (one) {
            found.push_back(*std::move(one));
        }
    }
    return found;
}

Result<std::optional<SysSeconds>> Authorizations::next_due(const storage::Snapshot& view) const {
    STEP_ASSIGN(const std::vector<Authorization> next, due(view, SysSeconds::max(), 1));
    std::optional<SysSeconds> when;
    for (const Authorization& one : next) {
        for (const Challenge& challenge : one.challenges) {
            if (challenge.due && (!when || *challenge.due < *when)) {
                when = challenge.due;
            }
        }
    }
    return when;
}

Result<std::optional<Authorization>> Authorizations::find_valid(const storage::Snapshot& view,
                                                                std::string_view account_id,
                                                                const Identifier& identifier,
                                                                bool wildcard,
                                                                SysSeconds until) const {
    constexpr std::size_t kLookAt = 20;
    const std::string from = valid_key(account_id, identifier, wildcard);
    STEP_ASSIGN(const Keys ids, row_keys(table_, view, kAuthorizationsValid, from,
                                         storage::prefix_end(from), kLookAt));
    for (const std::string& id : ids) {
        STEP_ASSIGN(std::optional<Authorization> one, get(view, id));
        if (one && one->expires > until) {
            return one;
        }
    }
    return std::optional<Authorization>();
}

Certificates::Certificates() : table_(kCertificates, {}) {}

Result<std::optional<CertificateOwner>> Certificates::get(const storage::Snapshot& view,
                                                          ByteView serial) const {
    return get_row(table_, view, serial, decode_owner);
}

Status Certificates::insert(storage::Transaction& transaction,
                            const CertificateOwner& owner) const {
    return table_.insert(transaction, owner.serial, encode(owner));
}

Status Certificates::update(storage::Transaction& transaction,
                            const CertificateOwner& owner) const {
    return table_.update(transaction, owner.serial, owner.version, encode(owner));
}

Status Certificates::erase(storage::Transaction& transaction, ByteView serial) const {
    return table_.erase(transaction, serial);
}

Status Certificates::keep_chain(storage::Transaction& transaction, ByteView chain_id,
                                std::string_view pem) const {
    STEP_ASSIGN(const std::optional<std::string> kept, transaction.get(kChains, chain_id));
    return kept ? ok() : transaction.put(kChains, chain_id, pem);
}

Result<std::string> Certificates::chain(const storage::Snapshot& view, ByteView chain_id) const {
    STEP_ASSIGN(std::optional<std::string> pem, view.get(kChains, chain_id));
    if (!pem) {
        return Error{.code = Code::kInternal, .cause = "the chain of a certificate is missing"};
    }
    return *std::move(pem);
}

ExternalKeys::ExternalKeys()
    : table_(kExternalKeys, {{.name = kExternalKeysByReference, .keys = reference_of_key}}) {}

Result<std::optional<ExternalKey>> ExternalKeys::get(const storage::Snapshot& view,
                                                     std::string_view provisioner_id,
                                                     std::string_view id) const {
    STEP_ASSIGN(const std::optional<storage::Row> row,
                table_.get(view, external_key(provisioner_id, id)));
    if (!row) {
        return std::optional<ExternalKey>();
    }
    STEP_ASSIGN(ExternalKey found, decode_external_key(*row));
    return std::optional<ExternalKey>(std::move(found));
}

Result<std::optional<ExternalKey>> ExternalKeys::by_reference(const storage::Snapshot& view,
                                                              std::string_view provisioner_id,
                                                              std::string_view reference) const {
    const std::string from = reference_key(provisioner_id, reference);
    STEP_ASSIGN(const Keys rows, row_keys(table_, view, kExternalKeysByReference, from,
                                          storage::prefix_end(from), reference.empty() ? 0 : 1));
    if (rows.empty()) {
        return std::optional<ExternalKey>();
    }
    STEP_ASSIGN(const std::optional<storage::Row> row, table_.get(view, rows.front()));
    STEP_ASSIGN(ExternalKey found, decode_external_key(row ? *row : storage::Row()));
    return std::optional<ExternalKey>(std::move(found));
}

Result<std::vector<ExternalKey>> ExternalKeys::list(const storage::Snapshot& view,
                                                    std::string_view provisioner_id,
                                                    std::string_view after,
                                                    std::size_t limit) const {
    const std::string all = external_key(provisioner_id, "");
    std::string from = external_key(provisioner_id, after);
    if (!after.empty()) {
        from.push_back('\0');
    }
    std::vector<ExternalKey> found;
    Status good = ok();
    STEP_TRY(table_.scan(view, from, storage::prefix_end(all),
                         [&](std::string_view, const storage::Row& row) {
                             auto one = decode_external_key(row);
                             if (!one) {
                                 good = std::move(one).error();
                                 return false;
                             }
                             found.push_back(*std::move(one));
                             return found.size() < limit;
                         }));
    STEP_TRY(std::move(good));
    return found;
}

Status ExternalKeys::insert(storage::Transaction& transaction, const ExternalKey& key) const {
    return table_.insert(transaction, external_key(key.provisioner_id, key.id), encode(key));
}

Status ExternalKeys::update(storage::Transaction& transaction, const ExternalKey& key) const {
    return table_.update(transaction, external_key(key.provisioner_id, key.id), key.version,
                         encode(key));
}

Status ExternalKeys::erase(storage::Transaction& transaction, std::string_view provisioner_id,
                           std::string_view id) const {
    return table_.erase(transaction, external_key(provisioner_id, id));
}

std::vector<std::string> keyspaces() {
    const Store store;
    std::vector<std::string> all;
    for (const storage::Table* table :
         {&store.accounts.table(), &store.orders.table(), &store.authorizations.table(),
          &store.certificates.table(), &store.external_keys.table()}) {
        for (const std::string_view name : table->keyspaces()) {
            all.emplace_back(name);
        }
    }
    all.emplace_back(kChains);
    return all;
}

}  // namespace step::acme
