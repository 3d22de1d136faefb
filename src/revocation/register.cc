#include "revocation/register.h"

#include <algorithm>

#include "crypto/digest.h"
#include "storage/row.h"
#include "x509/certificate.h"
#include "x509/serial_key.h"

namespace step::revocation {
namespace {

constexpr std::uint8_t kForm = 1;
constexpr unsigned kTimeBytes = 5;
constexpr const char* kRevoked = "revoked_certificates";
constexpr const char* kByTime = "revoked_certificates_by_time";

// A row: time of revocation, then the rest.
Bytes encode_row(const Revocation& revocation) {
    storage::RowWriter row(kForm);
    row.number(revocation.revoked_at.time_since_epoch().count());
    row.text(revocation.serial).text(revocation.provisioner_id);
    row.number(revocation.reason_code).text(revocation.reason);
    row.number(revocation.expires ? 1 : 0);
    row.number(revocation.expires ? revocation.expires->time_since_epoch().count() : 0);
    row.text(revocation.token_id);
    row.number(revocation.mtls ? 1 : 0).number(revocation.acme ? 1 : 0);
    return std::move(row).take();
}

Result<Revocation> decode_row(ByteView value) {
    storage::RowReader row(value);
    const auto text = [&row] { return std::string(row.text()); };
    const auto time = [&row] { return SysSeconds(std::chrono::seconds(row.number())); };
    Revocation revocation;
    revocation.revoked_at = time();
    revocation.serial = text();
    revocation.provisioner_id = text();
    revocation.reason_code = static_cast<int>(row.number());
    revocation.reason = text();
    const bool expires = row.number() != 0;
    const SysSeconds when = time();
    if (expires) {
        revocation.expires = when;
    }
    revocation.token_id = text();
    revocation.mtls = row.number() != 0;
    revocation.acme = row.number() != 0;
    if (!row.good() || row.form() != kForm) {
        return Error{.code = Code::kInternal, .cause = "a revocation row cannot be read"};
    }
    return revocation;
}

std::vector<std::string> time_keys(std::string_view /*key*/, std::string_view value) {
    const std::int64_t seconds = std::max<std::int64_t>(storage::RowReader(value).number(), 0);
    return {storage::Key(crypto::sha256)
                .number(static_cast<std::uint64_t>(seconds), kTimeBytes)
                .take()};
}

}  // namespace

Register::Register(storage::Database& database, Keeps keeps)
    : database_(database),
      keeps_(keeps),
      table_(kRevoked, {{.name = kByTime, .keys = time_keys}}) {}

std::vector<std::string> Register::keyspaces() {
    return {kRevoked, kByTime};
}

Status Register::revoke(const Revocation& revocation,
                        const std::function<Status(storage::Transaction&)>& also) {
    if (keeps_ == Keeps::kNothing) {
        return Error{.code = Code::kUnsupported,
                     .cause = "no persistence layer configured",
                     .reason = kNoDatabase};
    }
    STEP_ASSIGN(const Bytes serial, x509::parse_serial(revocation.serial));
    return database_.transact([&](storage::Transaction& transaction) -> Status {
        if (also) {
            STEP_TRY(also(transaction));
        }
        Status done = table_.insert(transaction, x509::serial_key(serial), encode_row(revocation));
        if (!done && done.error().code == Code::kConflict) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "certificate with serial number '" + revocation.serial +
                                   "' is already revoked",
                         .reason = kAlreadyRevoked};
        }
        return done;
    });
}

Result<bool> Register::is_revoked(ByteView serial) const {
    STEP_ASSIGN(const std::optional<Revocation> found, find(serial));
    return found.has_value();
}

Status Register::refuse_revoked(const storage::Snapshot& snapshot, ByteView serial) const {
    STEP_ASSIGN(const std::optional<storage::Row> row, table_.get(snapshot, serial));
    if (row) {
        return Error{.code = Code::kUnauthenticated, .cause = "certificate has been revoked"};
    }
    return ok();
}

Result<std::optional<Revocation>> Register::find(ByteView serial) const {
    std::optional<Revocation> found;
    STEP_TRY(database_.read([&](const storage::Snapshot& snapshot) -> Status {
        found.reset();
        STEP_ASSIGN(const std::optional<storage::Row> row, table_.get(snapshot, serial));
        if (row) {
            STEP_ASSIGN(found, decode_row(row->value));
        }
        return ok();
    }));
    return found;
}

Result<Register::Page> Register::list(ByteView from, std::size_t limit) const {
    Page page;
    STEP_TRY(database_.read([&](const storage::Snapshot& snapshot) -> Status {
        page = {};
        std::vector<Bytes> serials;
        STEP_TRY(table_.scan_index(snapshot, kByTime, from, {}, [&](ByteView key, ByteView serial) {
            if (serials.size() == limit) {
                page.next = Bytes(key).append(serial);
                return false;
            }
            serials.emplace_back(serial);
            return true;
        }));
        for (const Bytes& serial : serials) {
            STEP_ASSIGN(const std::optional<storage::Row> row, table_.get(snapshot, serial));
            if (row) {
                STEP_ASSIGN(Revocation entry, decode_row(row->value));
                page.entries.push_back(std::move(entry));
            }
        }
        return ok();
    }));
    return page;
}

}  // namespace step::revocation
