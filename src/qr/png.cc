#include "qr/png.h"

#include <array>
#include <cstdint>

namespace step::qr {
namespace {

constexpr unsigned kOctetBits = 8;

/// RFC 2083 15 and its table of one octet's remainders.
std::uint32_t crc32(ByteView data) {
    constexpr std::uint32_t kPolynomial = 0xedb88320;
    static constexpr auto kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            std::uint32_t value = i;
            for (unsigned bit = 0; bit < kOctetBits; ++bit) {
                value = value >> 1U ^ ((value & 1U) != 0 ? kPolynomial : 0);
            }
            table[i] = value;
        }
        return table;
    }();
    std::uint32_t crc = ~0U;
    for (const char octet : data) {
        crc = crc >> kOctetBits ^ kTable[(crc ^ static_cast<unsigned char>(octet)) & 0xffU];
    }
    return ~crc;
}

/// RFC 1950 9
std::uint32_t adler32(ByteView data) {
    constexpr std::uint32_t kBase = 65521;
    std::uint32_t a = 1, b = 0;
    for (const char octet : data) {
        a = (a + static_cast<unsigned char>(octet)) % kBase;
        b = (b + a) % kBase;
    }
    return b << 16U | a;
}

void append_number(Bytes& out, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        out += static_cast<char>(value >> shift & 0xffU);
    }
}

void append_chunk(Bytes& out, std::string_view type, ByteView contents) {
    append_number(out, static_cast<std::uint32_t>(contents.size()));
    const Bytes checked = Bytes(type).append(contents);
    out += checked;
    append_number(out, crc32(checked));
}

/// A zlib stream (RFC 1950) of stored blocks: the picture has a few thousand octets, and
/// nobody waits for them to shrink.
Bytes store(ByteView data) {
    constexpr std::size_t kMostInBlock = 65535;
    const std::uint32_t checksum = adler32(data);
    Bytes out("\x78\x01");
    do {
        const ByteView block = data.substr(0, kMostInBlock);
        data.remove_prefix(block.size());
        const auto size = static_cast<std::uint16_t>(block.size());
        out += data.empty() ? '\x01' : '\0';
        for (const unsigned number : {unsigned{size}, 0xffffU ^ size}) {
            out += static_cast<char>(number & 0xffU);
            out += static_cast<char>(number >> kOctetBits);
        }
        out += block;
    } while (!data.empty());
    append_number(out, checksum);
    return out;
}

}  // namespace

Result<Bytes> encode_png(const Code& code, unsigned side) {
    constexpr unsigned kQuiet = 4;
    unsigned scale = side / (code.size() + 2 * kQuiet);
    if (scale == 0) {
        scale = side / code.size();  // As much quiet as is left.
    }
    if (scale == 0) {
        return Error{.code = step::Code::kTooLarge,
                     .detail = "the text is too long for a QR code of this size"};
    }
    const unsigned margin = (side - scale * code.size()) / 2;
    Bytes rows;
    for (unsigned y = 0; y < side; ++y) {
        rows += '\0';  // No filter.
        Bytes row((side + kOctetBits - 1) / kOctetBits, '\xff');
        const unsigned module_y = y < margin ? code.size() : (y - margin) / scale;
        for (unsigned x = margin; module_y < code.size() && x < margin + scale * code.size(); ++x) {
            if (code.dark((x - margin) / scale, module_y)) {
                char& octet = row[x / kOctetBits];
                octet = static_cast<char>(static_cast<unsigned char>(octet) &
                                          ~(0x80U >> x % kOctetBits));
            }
        }
        rows += row;
    }
    Bytes header;
    append_number(header, side);
    append_number(header, side);
    header += ByteView("\x01\0\0\0\0", 5);  // One bit of grey.

    Bytes png("\x89PNG\r\n\x1a\n");
    append_chunk(png, "IHDR", header);
    append_chunk(png, "IDAT", store(rows));
    append_chunk(png, "IEND", {});
    return png;
}

}  // namespace step::qr
