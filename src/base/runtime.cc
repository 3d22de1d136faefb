#include "base/runtime.h"

#include "base/hex.h"

namespace step {

Bytes Random::bytes(std::size_t count) {
    Bytes result(count, '\0');
    fill(std::as_writable_bytes(std::span(result)));
    return result;
}

std::string make_uuid(Random& random) {
    Bytes octets = random.bytes(16);
    const auto set = [&octets](std::size_t i, unsigned keep, unsigned bits) {
        octets[i] = static_cast<char>((static_cast<unsigned char>(octets[i]) & keep) | bits);
    };
    set(6, 0x0f, 0x40);  // Version 4.
    set(8, 0x3f, 0x80);  // The variant of RFC 9562.
    std::string text = encode_hex(octets);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
        text.insert(at, 1, '-');
    }
    return text;
}

}  // namespace step
