// What public and private keys share: curves, numbers, names.
#include <bit>

#include "crypto/key_impl.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;

struct Curve {
    KeyKind kind{};
    std::size_t field_bytes = 0;
    ByteView oid{};  // RFC 5480 2.1.1.1
};
constexpr std::array kKnownCurves{
    Curve{KeyKind::kEcP256, 32, "\x2a\x86\x48\xce\x3d\x03\x01\x07"sv},
    Curve{KeyKind::kEcP384, 48, "\x2b\x81\x04\x00\x22"sv},
    Curve{KeyKind::kEcP521, 66, "\x2b\x81\x04\x00\x23"sv},
};

const Curve* find_curve(KeyKind kind) {
    const auto* const found = std::find_if(kKnownCurves.begin(), kKnownCurves.end(),
                                           [&](const Curve& c) { return c.kind == kind; });
    return found == kKnownCurves.end() ? nullptr : found;
}

}  // namespace

namespace key_oid {

ByteView of_curve(KeyKind kind) {
    const Curve* const curve = find_curve(kind);
    return curve == nullptr ? ByteView() : curve->oid;
}

Result<KeyKind> to_curve(ByteView oid) {
    const auto* const found = std::find_if(kKnownCurves.begin(), kKnownCurves.end(),
                                           [&](const Curve& c) { return c.oid == oid; });
    if (found == kKnownCurves.end()) {
        return unsupported_key("x509: unsupported elliptic curve");
    }
    return found->kind;
}

}  // namespace key_oid

std::size_t field_bytes(KeyKind kind) {
    const Curve* const curve = find_curve(kind);
    return curve == nullptr ? 0 : curve->field_bytes;
}

ByteView strip_zeros(ByteView big_endian) {
    const std::size_t first = big_endian.find_first_not_of('\0');
    return first == ByteView::npos ? ByteView() : big_endian.substr(first);
}

Bytes pad_left(ByteView big_endian, std::size_t size) {
    Bytes out;
    out.reserve(size);
    return out.append(size - big_endian.size(), '\0').append(big_endian);
}

Secret to_native(ByteView big_endian) {
    if constexpr (std::endian::native == std::endian::little) {
        return Secret(Bytes(big_endian.rbegin(), big_endian.rend()));
    }
    return Secret(Bytes(big_endian));
}

std::size_t bit_length(ByteView big_endian) {
    const ByteView digits = strip_zeros(big_endian);
    if (digits.empty()) {
        return 0;
    }
    const auto first = static_cast<std::uint8_t>(digits.front());
    return digits.size() * 8 - static_cast<std::size_t>(std::countl_zero(first));
}

SignatureScheme default_scheme(const PublicKey& key) {
    switch (key.kind()) {
        case KeyKind::kEcP256:
            return SignatureScheme::kEcdsaSha256;
        case KeyKind::kEcP384:
            return SignatureScheme::kEcdsaSha384;
        case KeyKind::kEcP521:
            return SignatureScheme::kEcdsaSha512;
        case KeyKind::kEd25519:
            return SignatureScheme::kEd25519;
        case KeyKind::kRsa:
            break;
    }
    return SignatureScheme::kRsaSha256;
}

std::string key_type(const PublicKey& key) {
    switch (key.kind()) {
        case KeyKind::kRsa:
            return "RSA";
        case KeyKind::kEd25519:
            return "OKP";
        default:
            return "EC";
    }
}

std::string key_label(const PublicKey& key) {
    switch (key.kind()) {
        case KeyKind::kRsa:
            return fmt::format("RSA {}", key.bits());
        case KeyKind::kEd25519:
            return "Ed25519";
        default:
            return fmt::format("ECDSA P-{}", key.bits());
    }
}

}  // namespace step::crypto
