#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/types.h"
#include "base/result.h"
#include "storage/database.h"
#include "storage/tables.h"

namespace step::acme {

// Typed rows. Each read takes a view, so that several reads see one state; each write happens in
// the caller's transaction. insert() fails with kConflict if the key is taken, update() if the row
// is no longer at the version that was read. What is not there is none. A row that cannot be read
// is kInternal.

class Accounts {
public:
    Accounts();
    Result<std::optional<Account>> get(const storage::Snapshot& view, std::string_view id) const;
    /// The account that has this key at this provisioner.
    Result<std::optional<Account>> by_key(const storage::Snapshot& view,
                                          std::string_view provisioner_id,
                                          ByteView thumbprint) const;
    Status insert(storage::Transaction& transaction, const Account& account) const;
    Status update(storage::Transaction& transaction, const Account& account) const;

    const storage::Table& table() const { return table_; }

private:
    storage::Table table_;
};

class Orders {
public:
    Orders();
    Result<std::optional<Order>> get(const storage::Snapshot& view, std::string_view id) const;
    Status insert(storage::Transaction& transaction, const Order& order) const;
    Status update(storage::Transaction& transaction, const Order& order) const;
    Status erase(storage::Transaction& transaction, std::string_view id) const;

    /// Ids of orders of an account after `after` ("" for the first), oldest first.
    Result<std::vector<std::string>> of_account(const storage::Snapshot& view,
                                                std::string_view account_id, std::string_view after,
                                                std::size_t limit) const;
    /// Ids of orders of an account made at `since` or later, oldest first.
    Result<std::vector<std::string>> made_since(const storage::Snapshot& view,
                                                std::string_view account_id, SysSeconds since,
                                                std::size_t limit) const;
    /// Ids of orders that expired before `before`.
    Result<std::vector<std::string>> expired(const storage::Snapshot& view, SysSeconds before,
                                             std::size_t limit) const;

    const storage::Table& table() const { return table_; }

private:
    storage::Table table_;
};

class Authorizations {
public:
    Authorizations();
    Result<std::optional<Authorization>> get(const storage::Snapshot& view,
                                             std::string_view id) const;
    Status insert(storage::Transaction& transaction, const Authorization& authorization) const;
    Status update(storage::Transaction& transaction, const Authorization& authorization) const;
    Status erase(storage::Transaction& transaction, std::string_view id) const;

    /// Those with a challenge that is due before `before`, the longest due first.
    Result<std::vector<Authorization>> due(const storage::Snapshot& view, SysSeconds before,
                                           std::size_t limit) const;
    /// When the next one is due; none if none is.
    Result<std::optional<SysSeconds>> next_due(const storage::Snapshot& view) const;
    /// A valid one of this account that may be used again for this identifier and lasts beyond
    /// `until`.
    Result<std::optional<Authorization>> find_valid(const storage::Snapshot& view,
                                                    std::string_view account_id,
                                                    const Identifier& identifier, bool wildcard,
                                                    SysSeconds until) const;

    const storage::Table& table() const { return table_; }

private:
    storage::Table table_;
};

class Certificates {
public:
    Certificates();
    Result<std::optional<CertificateOwner>> get(const storage::Snapshot& view,
                                                ByteView serial) const;
    Status insert(storage::Transaction& transaction, const CertificateOwner& owner) const;
    Status update(storage::Transaction& transaction, const CertificateOwner& owner) const;
    Status erase(storage::Transaction& transaction, ByteView serial) const;

    /// The chain above a certificate as PEM, kept once however many certificates stand below it.
    Status keep_chain(storage::Transaction& transaction, ByteView chain_id,
                      std::string_view pem) const;
    Result<std::string> chain(const storage::Snapshot& view, ByteView chain_id) const;

    const storage::Table& table() const { return table_; }

private:
    storage::Table table_;
};

class ExternalKeys {
public:
    ExternalKeys();
    Result<std::optional<ExternalKey>> get(const storage::Snapshot& view,
                                           std::string_view provisioner_id,
                                           std::string_view id) const;
    /// By the reference an administrator gave it; "" finds none.
    Result<std::optional<ExternalKey>> by_reference(const storage::Snapshot& view,
                                                    std::string_view provisioner_id,
                                                    std::string_view reference) const;
    Result<std::vector<ExternalKey>> list(const storage::Snapshot& view,
                                          std::string_view provisioner_id, std::string_view after,
                                          std::size_t limit) const;
    Status insert(storage::Transaction& transaction, const ExternalKey& key) const;
    Status update(storage::Transaction& transaction, const ExternalKey& key) const;
    Status erase(storage::Transaction& transaction, std::string_view provisioner_id,
                 std::string_view id) const;

    const storage::Table& table() const { return table_; }

private:
    storage::Table table_;
};

/// The tables of this module. Immutable, thread-safe.
struct Store {
    Accounts accounts{};
    Orders orders{};
    Authorizations authorizations{};
    Certificates certificates{};
    ExternalKeys external_keys{};
};

/// What the database must be opened with.
std::vector<std::string> keyspaces();

}  // namespace step::acme
