#include "crypto/totp.h"

#include <fmt/format.h>

namespace step::crypto {
namespace {

/// How many periods have begun since 1970; before that, the number is negative, and wraps.
std::uint64_t counter_at(SysTime time, std::uint64_t period) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    if (seconds >= 0) {
        return static_cast<std::uint64_t>(seconds) / period;
    }
    const std::uint64_t before = ~static_cast<std::uint64_t>(seconds);
    return ~(before / period);
}

}  // namespace

std::string hotp(ByteView secret, std::uint64_t counter, const TotpRules& rules) {
    constexpr unsigned kOctet = 8, kCounterBytes = 8, kCodeBytes = 4;
    Bytes message(kCounterBytes, '\0');
    for (unsigned i = 0; i < kCounterBytes; ++i) {
        message[i] = static_cast<char>(counter >> (kCounterBytes - 1 - i) * kOctet & 0xffU);
    }
    const Bytes mac = hmac(rules.hash, secret, message);
    // RFC 4226 5.3: the last octet says where the code stands.
    const std::size_t offset = static_cast<unsigned char>(mac.back()) & 0xfU;
    std::uint64_t code = 0;
    for (std::size_t i = 0; i < kCodeBytes; ++i) {
        code = code << kOctet | static_cast<unsigned char>(mac[offset + i]);
    }
    code &= 0x7fffffffU;
    std::uint64_t modulus = 1;
    for (unsigned i = 0; i < rules.digits; ++i) {
        modulus *= 10;
    }
    return fmt::format("{:0{}}", code % modulus, rules.digits);
}

std::string totp(ByteView secret, SysTime time, const TotpRules& rules) {
    return hotp(secret, counter_at(time, rules.period), rules);
}

bool check_totp(ByteView secret, std::string_view password, SysTime time, const TotpRules& rules,
                std::uint64_t skew) {
    if (password.size() != rules.digits) {
        return false;
    }
    const std::uint64_t now = counter_at(time, rules.period);
    for (std::uint64_t i = 0; i <= skew; ++i) {
        if (equal_secrets(hotp(secret, now + i, rules), password) ||
            equal_secrets(hotp(secret, now - i, rules), password)) {
            return true;
        }
    }
    return false;
}

}  // namespace step::crypto
