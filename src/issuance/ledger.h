#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "issuance/grant.h"
#include "storage/database.h"
#include "storage/tables.h"

namespace step::issuance {

/// One certificate as it is on record.
struct Entry {
    Bytes serial{};       ///< x509::serial_key.
    Bytes certificate{};  ///< DER.
    Origin origin{};
    SysSeconds expires{};
    /// Lower-case common name and alternative names, each once: what the name index holds.
    std::vector<std::string> names{};
    bool operator==(const Entry&) const = default;
};

/// Every certificate that was ever handed out, by serial. Each query is a range scan over an
/// index that is written in the same transaction as the certificate.
class Ledger {
public:
    /// `database` must outlive it.
    explicit Ledger(const storage::Database& database);
    /// What the database must be opened with.
    static std::vector<std::string> keyspaces();

    /// Adds an entry and its index rows. kConflict if the serial is on record.
    Status record(storage::Transaction& transaction, const Entry& entry) const;
    /// Removes an entry and its index rows; no entry, no effect.
    Status erase(storage::Transaction& transaction, ByteView serial) const;

    /// Removes up to `limit` entries, with their index rows, of certificates that ended before
    /// `before`, the longest expired first. Gives their keys, for whoever knows more about them.
    Result<std::vector<Bytes>> erase_expired(storage::Transaction& transaction, SysSeconds before,
                                             std::size_t limit) const;

    /// None if it is not on record (issued before, elsewhere, or without a `db`).
    Result<std::optional<Entry>> find(ByteView serial) const;

    /// Some entries in key order, and where the next page begins.
    struct Page {
        std::vector<Entry> entries{};
        Bytes next{};  ///< Give it as `from`; empty: there is no more.
    };
    /// By serial, which for ours is by time of issue. `limit` is at least 1.
    Result<Page> list(ByteView from, std::size_t limit) const;
    /// Case does not count.
    Result<Page> by_name(std::string_view name, ByteView from, std::size_t limit) const;
    Result<Page> by_provisioner(std::string_view id, ByteView from, std::size_t limit) const;
    /// Those that expire in [begin, end), soonest first.
    Result<Page> by_expiry(SysSeconds begin, SysSeconds end, ByteView from,
                           std::size_t limit) const;

private:
    Result<Page> page(std::string_view index, const Bytes& begin, const Bytes& end, ByteView from,
                      std::size_t limit, const std::function<bool(const Entry&)>& belongs) const;

    const storage::Database& database_;
    storage::Table table_;
};

}  // namespace step::issuance
