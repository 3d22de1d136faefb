#include <array>
#include <cstddef>

#include "acme/ids_impl.h"

namespace step::acme {
namespace {

constexpr std::string_view kSorted = "0123456789abcdefghijklmnopqrstuv";
constexpr std::string_view kLetters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kTimeOctets = 6, kIdOctets = 15, kToken = 32;

}  // namespace

std::string make_id(const Clock& clock, Random& random) {
    const auto since = clock.now().time_since_epoch();
    const auto time =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(since).count());
    std::array<std::byte, kIdOctets> octets{};
    random.fill(std::span(octets).subspan(kTimeOctets));
    for (std::size_t i = 0; i < kTimeOctets; ++i) {
        octets.at(i) = static_cast<std::byte>((time >> (8 * (kTimeOctets - 1 - i))) & 0xffU);
    }
    std::string id;
    unsigned bits = 0, held = 0;
    for (const std::byte octet : octets) {
        bits = (bits << 8U) | std::to_integer<unsigned>(octet);
        for (held += 8; held >= 5; held -= 5) {
            id.push_back(kSorted.at((bits >> (held - 5)) & 31U));
        }
        bits &= (1U << held) - 1U;
    }
    return id;
}

std::string make_token(Random& random) {
    std::string token;
    while (token.size() < kToken) {
        for (const char c : random.bytes(kToken)) {
            const auto octet = static_cast<unsigned char>(c);
            // 248 is the largest multiple of 62 below 256: no letter is likelier than another.
            if (octet < 248 && token.size() < kToken) {
                token.push_back(kLetters.at(octet % kLetters.size()));
            }
        }
    }
    return token;
}

}  // namespace step::acme
