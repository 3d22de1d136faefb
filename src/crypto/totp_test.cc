#include "crypto/totp.h"

#include <doctest/doctest.h>

#include "base/hex.h"

namespace step::crypto {
namespace {

SysTime at(std::int64_t seconds) {
    return SysTime(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("passwords of a counter are those of RFC 4226 appendix D") {
    constexpr std::string_view kExpected[] = {"755224", "287082", "359152", "969429", "338314",
                                              "254676", "287922", "162583", "399871", "520489"};
    for (std::uint64_t i = 0; i < std::size(kExpected); ++i) {
        CHECK(hotp("12345678901234567890", i, {}) == kExpected[i]);
    }
}

TEST_CASE("passwords of the clock are those of RFC 6238 appendix B") {
    constexpr std::string_view kDigits = "1234567890";
    const auto seed = [&](std::size_t size) {
        Bytes bytes;
        while (bytes.size() < size) {
            bytes += kDigits[bytes.size() % kDigits.size()];
        }
        return bytes;
    };
    const struct {
        std::int64_t time;
        std::string_view sha1, sha256, sha512;
    } rows[] = {{59, "94287082", "46119246", "90693936"},
                {1111111109, "07081804", "68084774", "25091201"},
                {1111111111, "14050471", "67062674", "99943326"},
                {1234567890, "89005924", "91819424", "93441116"},
                {2000000000, "69279037", "90698825", "38618901"},
                {20000000000, "65353130", "77737706", "47863826"}};
    for (const auto& row : rows) {
        CAPTURE(row.time);
        CHECK(totp(seed(20), at(row.time), {.hash = Hash::kSha1, .digits = 8}) == row.sha1);
        CHECK(totp(seed(32), at(row.time), {.hash = Hash::kSha256, .digits = 8}) == row.sha256);
        CHECK(totp(seed(64), at(row.time), {.hash = Hash::kSha512, .digits = 8}) == row.sha512);
    }
}

TEST_CASE("a password counts in its own period, and around it with skew") {
    const ByteView secret = "12345678901234567890";
    const std::string password = totp(secret, at(59), {});
    CHECK(check_totp(secret, password, at(30), {}, 0));
    CHECK_FALSE(check_totp(secret, password, at(29), {}, 0));
    CHECK_FALSE(check_totp(secret, password, at(60), {}, 0));
    CHECK(check_totp(secret, password, at(29), {}, 1));
    CHECK(check_totp(secret, password, at(60), {}, 1));
    CHECK_FALSE(check_totp(secret, password, at(90), {}, 1));
    CHECK_FALSE(check_totp(secret, password.substr(1), at(59), {}, 1));
    CHECK_FALSE(check_totp(secret, "", at(59), {}, 1));
}

TEST_CASE("ten digits are the whole code, before 1970 too") {
    CHECK(hotp("12345678901234567890", 0, {.digits = 10}) == "1284755224");  // RFC 4226 appendix D
    CHECK(totp("k", at(-1), {}) == totp("k", at(-30), {}));
    CHECK(totp("k", at(-30), {}) != totp("k", at(-31), {}));
}

}  // namespace step::crypto
