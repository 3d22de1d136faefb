#pragma once

#include <cstdint>

namespace step::asn1 {

/// An identifier octet (X.690 8.1.2). We read and write low tag numbers only: PKIX has no other.
enum class Tag : std::uint8_t {
    kBoolean = 0x01,
    kInteger = 0x02,
    kBitString = 0x03,
    kOctetString = 0x04,
    kNull = 0x05,
    kOid = 0x06,
    kEnumerated = 0x0a,
    kUtf8String = 0x0c,
    kNumericString = 0x12,
    kPrintableString = 0x13,
    kTeletexString = 0x14,
    kIa5String = 0x16,
    kUtcTime = 0x17,
    kGeneralizedTime = 0x18,
    kVisibleString = 0x1a,
    kUniversalString = 0x1c,
    kBmpString = 0x1e,
    kSequence = 0x30,
    kSet = 0x31,
};

/// [n] IMPLICIT of a primitive type.
constexpr Tag context(unsigned n) {
    return static_cast<Tag>(0x80U | n);
}
/// [n] EXPLICIT, or [n] IMPLICIT of a SEQUENCE or SET.
constexpr Tag context_constructed(unsigned n) {
    return static_cast<Tag>(0xa0U | n);
}

}  // namespace step::asn1
