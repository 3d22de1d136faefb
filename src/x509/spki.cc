#include "x509/parse_impl.h"

namespace step::x509::impl {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr std::string_view kRsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
constexpr std::string_view kEc = "\x2a\x86\x48\xce\x3d\x02\x01";
constexpr std::string_view kEd25519 = "\x2b\x65\x70";
constexpr std::string_view kX25519 = "\x2b\x65\x6e";

struct Curve {
    std::string_view id;
    std::size_t point;  ///< Octets of an uncompressed point.
};
constexpr Curve kCurves[] = {{"\x2a\x86\x48\xce\x3d\x03\x01\x07", 65},
                             {{"\x2b\x81\x04\x00\x22", 5}, 97},
                             {{"\x2b\x81\x04\x00\x23", 5}, 133},
                             {{"\x2b\x81\x04\x00\x21", 5}, 57}};

bool is_positive(ByteView integer) {
    return static_cast<signed char>(integer[0]) >= 0 && integer != std::string_view("\0", 1);
}

Status check_rsa(Reader params, ByteView key) {
    if (params.rest() != std::string_view("\x05\x00", 2)) {
        return malformed("x509: RSA key missing NULL parameters");
    }
    Reader outer(key);
    STEP_ASSIGN(Reader fields, said(outer.enter(), "x509: invalid RSA public key"));
    STEP_ASSIGN(const ByteView modulus, said(fields.read_integer(), "x509: invalid RSA modulus"));
    STEP_ASSIGN(const ByteView exponent,
                said(fields.read_integer(), "x509: invalid RSA public exponent"));
    if (!is_positive(modulus)) {
        return malformed("x509: RSA modulus is not a positive number");
    }
    if (!is_positive(exponent)) {
        return malformed("x509: RSA public exponent is not a positive number");
    }
    return ok();
}

Status check_ec(Reader params, ByteView key) {
    STEP_ASSIGN(const asn1::Oid id, said(params.read_oid(), "x509: invalid ECDSA parameters"));
    for (const Curve& curve : kCurves) {
        if (id.der() == curve.id) {
            const bool good = key.size() == curve.point && key[0] == '\x04';
            return good ? ok() : malformed("x509: invalid ECDSA public key");
        }
    }
    return malformed("x509: unsupported elliptic curve");
}

Status check_edwards(Reader params, ByteView key, std::string_view name) {
    if (!params.at_end()) {
        return malformed(fmt::format("x509: {} key encoded with illegal parameters", name));
    }
    return key.size() == 32 ? ok() : malformed(fmt::format("x509: wrong {} public key size", name));
}

}  // namespace

Status check_spki(ByteView spki) {
    Reader outer(spki);
    STEP_ASSIGN(Reader reader, said(outer.enter(), "x509: malformed spki"));
    STEP_ASSIGN(Reader algorithm,
                said(reader.enter(), "x509: malformed public key algorithm identifier"));
    STEP_ASSIGN(const ByteView id, said(algorithm.read(Tag::kOid), "x509: malformed OID"));
    STEP_ASSIGN(const ByteView key, said(reader.read_bits(), "x509: malformed subjectPublicKey"));
    STEP_TRY(said(reader.finish(), "x509: malformed spki"));
    if (id == kRsa) {
        return check_rsa(algorithm, key);
    }
    if (id == kEc) {
        return check_ec(algorithm, key);
    }
    if (id == kEd25519) {
        return check_edwards(algorithm, key, "Ed25519");
    }
    if (id == kX25519) {
        return check_edwards(algorithm, key, "X25519");
    }
    return ok();
}

}  // namespace step::x509::impl
