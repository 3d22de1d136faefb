#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "storage/database.h"

namespace step::storage {

/// SHA-256. Storage stands below crypto and has no hash of its own: pass crypto::sha256.
using Digest = Bytes (*)(ByteView);

/// Builds a key from parts so that the order of keys is the order of the parts, and a scan over
/// the prefix made of the first parts finds exactly the rows with these parts.
///
///     Key(crypto::sha256).text(provisioner).number(not_after).raw(serial).take()
class Key {
public:
    explicit Key(Digest digest) : digest_(digest) {}

    /// Big-endian in `width` bytes (1 to 8), so that numbers sort as numbers. A value that does
    /// not fit becomes the largest that does.
    Key& number(std::uint64_t value, unsigned width = 8);
    /// Any octets of any length, delimited. A part of more than 200 bytes is kept as its first
    /// 168 and its SHA-256: rows that share it are still found, but its order is the prefix's.
    Key& text(ByteView part);
    /// As it is, not delimited: parts of a fixed width, and the last part.
    Key& raw(ByteView part);

    const std::string& str() const { return key_; }
    std::string take() { return std::move(key_); }

private:
    Digest digest_;
    std::string key_;
};

/// The end of the range [prefix, prefix_end(prefix)) of all keys that begin with `prefix`; ""
/// (the end of the table) if there is none.
std::string prefix_end(std::string_view prefix);

/// A row and how often it was written; update() compares it.
struct Row {
    std::uint32_t version = 0;
    std::string value{};
};

/// A secondary index: a keyspace of its own, one entry for each key that `keys` gives.
struct Index {
    std::string name{};
    /// The index keys of a row, made of its contents only; none if it does not belong here.
    /// An entry's key is this and the row's own key, so several rows may share one.
    std::function<std::vector<std::string>(std::string_view key, std::string_view value)> keys{};
};

/// Rows with versions and indexes that are always in step: each function does all of its
/// writes in the transaction given. Immutable, thread-safe.
class Table {
public:
    Table(std::string name, std::vector<Index> indexes)
        : name_(std::move(name)), indexes_(std::move(indexes)) {}

    /// This keyspace and those of the indexes: what the database must be opened with. The
    /// views live as long as the table.
    std::vector<std::string_view> keyspaces() const;
    const std::string& name() const { return name_; }

    Result<std::optional<Row>> get(const Snapshot& view, std::string_view key) const;
    /// Calls `visit` in key order for rows in [from, to); see Snapshot::scan.
    Status scan(const Snapshot& view, std::string_view from, std::string_view to,
                const std::function<bool(std::string_view key, const Row& row)>& visit) const;

    /// Adds a row of version 1. Fails with kConflict if the key is present.
    Status insert(Transaction& transaction, std::string_view key, std::string_view value) const;
    /// Writes the row whatever is there.
    Status put(Transaction& transaction, std::string_view key, std::string_view value) const;
    /// Replaces the row if it still has the version that was read; kConflict if it moved or
    /// is gone.
    Status update(Transaction& transaction, std::string_view key, std::uint32_t version,
                  std::string_view value) const;
    /// Removes the row and its index entries; succeeds if there is none.
    Status erase(Transaction& transaction, std::string_view key) const;

    /// Calls `visit` with index key and row key, in index order, for entries whose index key
    /// lies in [from, to). For one exact index key: from = key, to = prefix_end(key). An index
    /// name that this table does not have fails with kInternal.
    Status scan_index(
        const Snapshot& view, std::string_view index, std::string_view from, std::string_view to,
        const std::function<bool(std::string_view index_key, std::string_view key)>& visit) const;

private:
    Status reindex(Transaction& transaction, std::string_view key,
                   const std::optional<std::string_view>& before,
                   const std::optional<std::string_view>& after) const;

    std::string name_;
    std::vector<Index> indexes_;
};

}  // namespace step::storage
