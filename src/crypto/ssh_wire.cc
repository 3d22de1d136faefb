#include "crypto/key_impl.h"
#include "crypto/ssh_wire_impl.h"

namespace step::crypto {
namespace {

Error cut_short() {
    return bad_key("ssh: unmarshal error: data is cut short");
}

}  // namespace

Result<ByteView> SshReader::read_octets(std::size_t count) {
    if (rest_.size() < count) {
        return cut_short();
    }
    const ByteView octets = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return octets;
}

Result<std::uint64_t> SshReader::read_uint64() {
    STEP_ASSIGN(const ByteView octets, read_octets(8));
    std::uint64_t value = 0;
    for (const char octet : octets) {
        value = value << 8U | static_cast<unsigned char>(octet);
    }
    return value;
}

Result<std::uint32_t> SshReader::read_uint32() {
    STEP_ASSIGN(const ByteView octets, read_octets(4));
    std::uint32_t value = 0;
    for (const char octet : octets) {
        value = value << 8U | static_cast<unsigned char>(octet);
    }
    return value;
}

Result<ByteView> SshReader::read_string() {
    STEP_ASSIGN(const std::uint32_t size, read_uint32());
    return read_octets(size);
}

Result<ByteView> SshReader::read_number() {
    STEP_ASSIGN(const ByteView number, read_string());
    if (!number.empty() && static_cast<signed char>(number.front()) < 0) {
        return bad_key("ssh: unmarshal error: negative number");
    }
    return strip_zeros(number);
}

Status SshReader::finish() const {
    return rest_.empty() ? ok() : Status(bad_key("ssh: unmarshal error: trailing data"));
}

void append_uint32(Bytes& out, std::uint32_t value) {
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        out.push_back(static_cast<char>(value >> (shift - 8) & 0xffU));
    }
}

void append_string(Bytes& out, ByteView value) {
    append_uint32(out, static_cast<std::uint32_t>(value.size()));
    out.append(value);
}

void append_number(Bytes& out, ByteView big_endian) {
    const ByteView number = strip_zeros(big_endian);
    const bool sign = !number.empty() && static_cast<signed char>(number.front()) < 0;
    append_uint32(out, static_cast<std::uint32_t>(number.size() + (sign ? 1 : 0)));
    if (sign) {
        out.push_back('\0');
    }
    out.append(number);
}

}  // namespace step::crypto
