#include "commands/random_text.h"

#include <cstring>
#include <limits>

namespace step::commands {

std::uint64_t random_below(Random& random, std::uint64_t limit) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t fair = kMost - kMost % limit;  // A multiple of the limit.
    for (;;) {
        std::uint64_t value = 0;
        std::memcpy(&value, random.bytes(sizeof value).data(), sizeof value);
        if (value < fair) {
            return value % limit;
        }
    }
}

std::string random_text(Random& random, std::string_view alphabet, std::size_t count) {
    const std::size_t fair = 256 - 256 % alphabet.size();
    std::string text;
    while (text.size() < count) {
        const auto octet = static_cast<unsigned char>(random.bytes(1).front());
        if (octet < fair) {
            text += alphabet[octet % alphabet.size()];
        }
    }
    return text;
}

}  // namespace step::commands
