// step-ledger-dump FILE: prints the decimal serial of every certificate on record in a step.mdb.
// For tests that compare what clients hold with what the CA recorded.
#include <cstdio>

#include "issuance/ledger.h"
#include "storage/lmdb/lmdb.h"
#include "x509/certificate.h"

namespace {

step::Status dump(const std::string& path) {
    const std::vector<std::string> keyspaces = step::issuance::Ledger::keyspaces();
    const std::vector<std::string_view> tables(keyspaces.begin(), keyspaces.end());
    STEP_ASSIGN(const auto database, step::storage::open_lmdb(path, tables));
    const step::issuance::Ledger ledger(*database);
    step::Bytes from;
    do {
        STEP_ASSIGN(const auto page, ledger.list(from, 1000));
        for (const auto& entry : page.entries) {
            STEP_ASSIGN(const auto certificate, step::x509::parse_certificate(entry.certificate));
            std::printf("%s\n", certificate.serial_text().c_str());
        }
        from = page.next;
    } while (!from.empty());
    return step::ok();
}

}  // namespace

int main(int argc, char** argv) {
    const auto status = dump(argc == 2 ? argv[1] : "");
    if (!status) {
        std::fprintf(stderr, "%s %s\n", status.error().detail.c_str(),
                     status.error().cause.c_str());
    }
    return status ? 0 : 1;
}
