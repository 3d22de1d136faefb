// step-acme-dump FILE: of every certificate on record in a step.mdb that an ACME order brought,
// prints "SERIAL ORDER STATUS SERIAL-OF-THE-ORDER", the serial in decimal, the last one "other" if
// the order tells of another certificate, "-" if of none. For tests that compare what clients hold
// with what the CA recorded.
#include <cstdio>

#include "acme/store.h"
#include "issuance/ledger.h"
#include "storage/lmdb/lmdb.h"
#include "x509/certificate.h"

namespace step {
namespace {

constexpr const char* kStatuses[] = {"pending", "ready", "processing", "valid", "invalid"};

Status print(const storage::Snapshot& view, const acme::Store& store,
             const std::string& serial_text, ByteView serial) {
    STEP_ASSIGN(const auto owner, store.certificates.get(view, serial));
    if (!owner) {
        return ok();
    }
    STEP_ASSIGN(const auto order, store.orders.get(view, owner->order_id));
    std::string of_order = "-";
    if (order && !order->serial.empty()) {
        of_order = order->serial == serial ? serial_text : "other";
    }
    std::printf("%s %s %s %s\n", serial_text.c_str(), owner->order_id.c_str(),
                order ? kStatuses[static_cast<std::size_t>(order->status)] : "-", of_order.c_str());
    return ok();
}

Status dump(const std::string& path) {
    std::vector<std::string> keyspaces = issuance::Ledger::keyspaces();
    for (std::string& name : acme::keyspaces()) {
        keyspaces.push_back(std::move(name));
    }
    const std::vector<std::string_view> tables(keyspaces.begin(), keyspaces.end());
    STEP_ASSIGN(const auto database, storage::open_lmdb(path, tables));
    const issuance::Ledger ledger(*database);
    const acme::Store store;
    Bytes from;
    do {
        STEP_ASSIGN(const auto page, ledger.list(from, 1000));
        for (const auto& entry : page.entries) {
            STEP_ASSIGN(const auto certificate, x509::parse_certificate(entry.certificate));
            STEP_TRY(database->read([&](const storage::Snapshot& view) {
                return print(view, store, certificate.serial_text(), entry.serial);
            }));
        }
        from = page.next;
    } while (!from.empty());
    return ok();
}

}  // namespace
}  // namespace step

int main(int argc, char** argv) {
    const auto status = step::dump(argc == 2 ? argv[1] : "");
    if (!status) {
        std::fprintf(stderr, "%s %s\n", status.error().detail.c_str(),
                     status.error().cause.c_str());
    }
    return status ? 0 : 1;
}
