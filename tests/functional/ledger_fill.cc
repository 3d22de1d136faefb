// step-ledger-fill FILE COUNT DAYS: adds COUNT used tokens and as many records of certificates that
// ended DAYS days ago (a negative number: that will end), as if this CA had issued them. For tests
// and measurements of purging, copying and starting with many rows.
#include <charconv>
#include <cstdio>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/system.h"
#include "crypto/random.h"
#include "issuance/ledger.h"
#include "provisioner/used_tokens.h"
#include "storage/lmdb/lmdb.h"

namespace {

constexpr int kAtOnce = 1000;
constexpr std::size_t kLeafBytes = 700;  ///< Of a P-256 leaf with one name.

step::Status fill(const std::string& path, int count, int days) {
    std::vector<std::string> keyspaces = step::issuance::Ledger::keyspaces();
    keyspaces.emplace_back(step::provisioner::kUsedTokens);
    const std::vector<std::string_view> tables(keyspaces.begin(), keyspaces.end());
    STEP_ASSIGN(const auto database, step::storage::open_lmdb(path, tables));
    const step::issuance::Ledger ledger(*database);
    const step::SystemClock clock;
    step::crypto::SystemRandom random;
    const step::SysSeconds ended =
        std::chrono::floor<std::chrono::seconds>(clock.now()) - std::chrono::days(days);
    for (int from = 0; from < count; from += kAtOnce) {
        STEP_TRY(database->transact([&](step::storage::Transaction& transaction) -> step::Status {
            for (int i = from; i < std::min(from + kAtOnce, count); ++i) {
                const auto time = (ended - std::chrono::days(1)).time_since_epoch() +
                                  std::chrono::milliseconds(i);
                std::string serial;
                auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
                for (int octet = 0; octet < 6; ++octet, left /= 256) {
                    serial.insert(serial.begin(), static_cast<char>(left % 256));
                }
                serial += random.bytes(10);
                STEP_TRY(ledger.record(
                    transaction,
                    {.serial = serial,
                     .certificate = random.bytes(kLeafBytes),
                     .origin = {.provisioner = {.id = "admin/1", .name = "admin", .type = "JWK"}},
                     .expires = ended + std::chrono::seconds(i / 1000),
                     .names = {fmt::format("host{}.example.com", i)}}));
                STEP_TRY(step::provisioner::use_up(
                    transaction, step::provisioner::make_token_use(
                                     serial, ended + std::chrono::seconds(i / 1000))));
            }
            return step::ok();
        }));
    }
    return step::ok();
}

int to_number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    const auto status = argc == 4 ? fill(argv[1], to_number(argv[2]), to_number(argv[3]))
                                  : step::Status(step::Error{.detail = "FILE COUNT DAYS"});
    if (!status) {
        std::fprintf(stderr, "%s %s\n", status.error().detail.c_str(),
                     status.error().cause.c_str());
    }
    return status ? 0 : 1;
}
