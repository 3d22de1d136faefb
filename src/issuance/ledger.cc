#include "issuance/ledger.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "storage/row.h"

namespace step::issuance {
namespace {

constexpr std::uint8_t kForm = 1;
constexpr unsigned kTimeBytes = 5;  ///< Of seconds: good for 34,000 years.

constexpr const char* kCertificates = "certificates";
constexpr const char* kByName = "certificates_by_name";
constexpr const char* kByProvisioner = "certificates_by_provisioner";
constexpr const char* kByExpiry = "certificates_by_expiry";

Bytes text_key(std::string_view text) {
    return storage::Key(crypto::sha256).text(text).take();
}

Bytes time_key(SysSeconds time) {
    const auto seconds = std::max<std::int64_t>(time.time_since_epoch().count(), 0);
    return storage::Key(crypto::sha256)
        .number(static_cast<std::uint64_t>(seconds), kTimeBytes)
        .take();
}

// A row: expiry, provisioner id, names, then what no index needs.
Bytes encode_entry(const Entry& entry) {
    storage::RowWriter row(kForm);
    const auto& [provisioner, ra] = entry.origin;
    row.number(entry.expires.time_since_epoch().count()).text(provisioner.id);
    row.number(static_cast<std::int64_t>(entry.names.size()));
    for (const std::string& name : entry.names) {
        row.text(name);
    }
    row.text(provisioner.name).text(provisioner.type).number(ra ? 1 : 0);
    if (ra) {
        row.text(ra->authority_id).text(ra->endpoint_id).text(ra->provisioner_id);
        row.text(ra->provisioner_type).text(ra->provisioner_name);
    }
    row.text(entry.certificate);
    return std::move(row).take();
}

Result<Entry> decode_entry(ByteView serial, ByteView value) {
    storage::RowReader row(value);
    Entry entry{.serial = Bytes(serial)};
    const auto text = [&row] { return std::string(row.text()); };
    entry.expires = SysSeconds(std::chrono::seconds(row.number()));
    entry.origin.provisioner.id = text();
    for (auto left = row.number(); left > 0 && row.good(); --left) {
        entry.names.push_back(text());
    }
    entry.origin.provisioner.name = text();
    entry.origin.provisioner.type = text();
    if (row.number() != 0) {
        RaInfo& ra = entry.origin.ra.emplace();
        ra.authority_id = text();
        ra.endpoint_id = text();
        ra.provisioner_id = text();
        ra.provisioner_type = text();
        ra.provisioner_name = text();
    }
    entry.certificate = text();
    if (!row.good() || row.form() != kForm) {
        return Error{.code = Code::kInternal, .cause = "a certificate row cannot be read"};
    }
    return entry;
}

std::vector<std::string> name_keys(std::string_view /*key*/, std::string_view value) {
    storage::RowReader row(value);
    (void)row.number();
    (void)row.text();
    std::vector<std::string> keys;
    for (auto left = row.number(); left > 0 && row.good(); --left) {
        keys.push_back(text_key(row.text()));
    }
    return keys;
}

std::vector<std::string> provisioner_keys(std::string_view /*key*/, std::string_view value) {
    storage::RowReader row(value);
    (void)row.number();
    return {text_key(row.text())};
}

std::vector<std::string> expiry_keys(std::string_view /*key*/, std::string_view value) {
    return {time_key(SysSeconds(std::chrono::seconds(storage::RowReader(value).number())))};
}

}  // namespace

Ledger::Ledger(const storage::Database& database)
    : database_(database),
      table_(kCertificates, {{.name = kByName, .keys = name_keys},
                             {.name = kByProvisioner, .keys = provisioner_keys},
                             {.name = kByExpiry, .keys = expiry_keys}}) {}

std::vector<std::string> Ledger::keyspaces() {
    return {kCertificates, kByName, kByProvisioner, kByExpiry};
}

Status Ledger::record(storage::Transaction& transaction, const Entry& entry) const {
    return table_.insert(transaction, entry.serial, encode_entry(entry));
}

Status Ledger::erase(storage::Transaction& transaction, ByteView serial) const {
    return table_.erase(transaction, serial);
}

Result<std::vector<Bytes>> Ledger::erase_expired(storage::Transaction& transaction,
                                                 SysSeconds before, std::size_t limit) const {
    std::vector<Bytes> serials;
    STEP_TRY(table_.scan_index(transaction, kByExpiry, {}, time_key(before),
                               [&](ByteView /*key*/, ByteView serial) {
                                   serials.emplace_back(serial);
                                   return serials.size() < limit;
                               }));
    for (const Bytes& serial : serials) {
        STEP_TRY(table_.erase(transaction, serial));
    }
    return serials;
}

Result<std::optional<Entry>> Ledger::find(ByteView serial) const {
    std::optional<Entry> found;
    STEP_TRY(database_.read([&](const storage::Snapshot& snapshot) -> Status {
        found.reset();
        STEP_ASSIGN(const std::optional<storage::Row> row, table_.get(snapshot, serial));
        if (row) {
            STEP_ASSIGN(found, decode_entry(serial, row->value));
        }
        return ok();
    }));
    return found;
}

Result<Ledger::Page> Ledger::list(ByteView from, std::size_t limit) const {
    Page page;
    Status decoded = ok();
    STEP_TRY(database_.read([&](const storage::Snapshot& snapshot) {
        page = {};
        return table_.scan(snapshot, from, {}, [&](ByteView key, const storage::Row& row) {
            if (page.entries.size() == limit) {
                page.next = key;
                return false;
            }
            Result<Entry> entry = decode_entry(key, row.value);
            if (!entry) {
                decoded = std::move(entry).error();
                return false;
            }
            page.entries.push_back(*std::move(entry));
            return true;
        });
    }));
    STEP_TRY(std::move(decoded));
    return page;
}

/// `from` is index key and row key, as one: `next` of the page before.
Result<Ledger::Page> Ledger::page(std::string_view index, const Bytes& begin, const Bytes& end,
                                  ByteView from, std::size_t limit,
                                  const std::function<bool(const Entry&)>& belongs) const {
    Page page;
    STEP_TRY(database_.read([&](const storage::Snapshot& snapshot) -> Status {
        page = {};
        std::vector<Bytes> serials;
        const Bytes first = std::max(begin, Bytes(from));
        STEP_TRY(table_.scan_index(snapshot, index, first, end, [&](ByteView key, ByteView serial) {
            if (serials.size() == limit) {
                page.next = Bytes(key).append(serial);
                return false;
            }
            serials.emplace_back(serial);
            return true;
        }));
        for (const Bytes& serial : serials) {
            STEP_ASSIGN(const std::optional<storage::Row> row, table_.get(snapshot, serial));
            if (!row) {
                continue;
            }
            STEP_ASSIGN(Entry entry, decode_entry(serial, row->value));
            if (belongs(entry)) {
                page.entries.push_back(std::move(entry));
            }
        }
        return ok();
    }));
    return page;
}

Result<Ledger::Page> Ledger::by_name(std::string_view name, ByteView from,
                                     std::size_t limit) const {
    const std::string wanted = to_lower(name);
    const Bytes key = text_key(wanted);
    return page(kByName, key, storage::prefix_end(key), from, limit, [&](const Entry& entry) {
        return std::find(entry.names.begin(), entry.names.end(), wanted) != entry.names.end();
    });
}

Result<Ledger::Page> Ledger::by_provisioner(std::string_view id, ByteView from,
                                            std::size_t limit) const {
    const Bytes key = text_key(id);
    return page(kByProvisioner, key, storage::prefix_end(key), from, limit,
                [&](const Entry& entry) { return entry.origin.provisioner.id == id; });
}

Result<Ledger::Page> Ledger::by_expiry(SysSeconds begin, SysSeconds end, ByteView from,
                                       std::size_t limit) const {
    return page(kByExpiry, time_key(begin), time_key(end), from, limit,
                [](const Entry&) { return true; });
}

}  // namespace step::issuance
