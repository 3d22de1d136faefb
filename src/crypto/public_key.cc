#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "crypto/key_impl.h"
#include "crypto/octets_impl.h"
#include "crypto/ossl/library.h"

namespace step::crypto {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr std::size_t kEd25519Point = 32;
constexpr std::size_t kMinModulusBits = 512;
constexpr std::size_t kMaxModulusBits = 16'384;

Bytes encode_spki(KeyKind kind, ByteView key_bits) {
    asn1::Writer writer;
    const auto spki = writer.begin(Tag::kSequence);
    const auto algorithm = writer.begin(Tag::kSequence);
    if (kind == KeyKind::kRsa) {
        writer.element(Tag::kOid, key_oid::kRsa);
        writer.null();
    } else if (kind == KeyKind::kEd25519) {
        writer.element(Tag::kOid, key_oid::kEd25519);
    } else {
        writer.element(Tag::kOid, key_oid::kEc);
        writer.element(Tag::kOid, key_oid::of_curve(kind));
    }
    writer.end(algorithm);
    writer.bits(key_bits);
    writer.end(spki);
    return std::move(writer).take();
}

PublicKey make_key(KeyKind kind, unsigned bits, ByteView key_bits, ossl::PkeyPtr pkey,
                   std::unique_ptr<P256Verifier> p256 = nullptr) {
    auto impl = std::make_shared<PublicKey::Impl>();
    impl->kind = kind;
    impl->bits = bits;
    impl->spki = encode_spki(kind, key_bits);
    impl->key_bits_size = key_bits.size();
    impl->pkey = std::move(pkey);
    impl->p256 = std::move(p256);
    return PublicKey(std::move(impl));
}

/// A key that has its curve and no point yet; null if OpenSSL fails.
ossl::PkeyPtr curve_key(KeyKind kind) {
    ossl::PkeyPtr pkey(EVP_PKEY_new());
    const bool good = pkey && EVP_PKEY_copy_parameters(pkey.get(), ossl::curve_template(kind)) == 1;
    return good ? std::move(pkey) : nullptr;
}

Result<PublicKey> from_point(KeyKind kind, ByteView point) {
    // X9.62 uncompressed form only, as Go.
    if (point.size() != 1 + 2 * field_bytes(kind) || point.front() != '\x04') {
        return bad_key("x509: failed to unmarshal elliptic curve point");
    }
    if (kind == KeyKind::kEcP256) {
        auto p256 = P256Verifier::make(point);
        return p256 ? Result<PublicKey>(make_key(kind, 256, point, nullptr, std::move(p256)))
                    : bad_key("x509: failed to unmarshal elliptic curve point");
    }
    ossl::PkeyPtr pkey = curve_key(kind);
    if (!pkey) {
        return ossl::take_error(Code::kInternal, "cannot make an EC key");
    }
    // Checks that the point is on the curve.
    if (EVP_PKEY_set1_encoded_public_key(pkey.get(), octets(point), point.size()) != 1) {
        return ossl::take_error(Code::kInvalidArgument,
                                "x509: failed to unmarshal elliptic curve point");
    }
    const unsigned bits =
        kind == KeyKind::kEcP521 ? 521 : static_cast<unsigned>(field_bytes(kind) * 8);
    return make_key(kind, bits, point, std::move(pkey));
}

Result<ossl::PkeyPtr> make_rsa(ByteView modulus, ByteView exponent) {
    const Secret n = to_native(modulus);
    const Secret e = to_native(exponent);
    const auto number = [](const char* name, const Secret& value) {
        auto* const data = reinterpret_cast<unsigned char*>(const_cast<char*>(value.view().data()));
        return OSSL_PARAM_construct_BN(name, data, value.view().size());
    };
    std::array params{number(OSSL_PKEY_PARAM_RSA_N, n), number(OSSL_PKEY_PARAM_RSA_E, e),
                      OSSL_PARAM_construct_end()};
    const ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* made = nullptr;
    if (!ctx || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
        EVP_PKEY_fromdata(ctx.get(), &made, EVP_PKEY_PUBLIC_KEY, params.data()) != 1) {
        return ossl::take_error(Code::kInvalidArgument, "x509: invalid RSA public key");
    }
    return ossl::PkeyPtr(made);
}

/// RSAPublicKey of RFC 8017 A.1.1, with Go's words for what is wrong.
Result<PublicKey> from_pkcs1_public(ByteView der) {
    Reader file(der);
    auto key = file.enter();
    if (!key || !file.finish()) {
        return bad_key("x509: invalid RSA public key");
    }
    const auto modulus = key->read_integer();
    if (!modulus) {
        return bad_key("x509: invalid RSA modulus");
    }
    const auto exponent = key->read_integer();
    if (!exponent) {
        return bad_key("x509: invalid RSA public exponent");
    }
    const auto is_positive = [](ByteView n) {
        return static_cast<signed char>(n.front()) >= 0 && n != ByteView("\0", 1);
    };
    if (!is_positive(*modulus)) {
        return bad_key("x509: RSA modulus is not a positive number");
    }
    if (!is_positive(*exponent)) {
        return bad_key("x509: RSA public exponent is not a positive number");
    }
    if (!key->finish()) {
        return bad_key("x509: invalid RSA public key");
    }
    return PublicKey::from_rsa(*modulus, *exponent);
}

}  // namespace

Result<PublicKey> PublicKey::from_spki(ByteView der) {
    Reader file(der);
    STEP_ASSIGN(Reader spki, file.enter());
    STEP_TRY(file.finish());
    STEP_ASSIGN(Reader algorithm, spki.enter());
    STEP_ASSIGN(const ByteView oid, algorithm.read(Tag::kOid));
    STEP_ASSIGN(const ByteView key_bits, spki.read_bits());
    STEP_TRY(spki.finish());

    if (oid == key_oid::kEc) {
        const auto curve = algorithm.read(Tag::kOid);
        if (!curve || !algorithm.finish()) {
            return bad_key("x509: invalid ECDSA parameters");
        }
        STEP_ASSIGN(const KeyKind kind, key_oid::to_curve(*curve));
        return from_point(kind, key_bits);
    }
    if (oid == key_oid::kRsa) {
        const auto null = algorithm.read(Tag::kNull);
        if (!null || !null->empty() || !algorithm.finish()) {
            return bad_key("x509: RSA key missing NULL parameters");
        }
        return from_pkcs1_public(key_bits);
    }
    if (oid == key_oid::kEd25519) {
        if (!algorithm.finish()) {
            return bad_key("x509: Ed25519 key encoded with illegal parameters");
        }
        return from_ed25519(key_bits);
    }
    return unsupported_key("x509: unknown public key algorithm");
}

Result<PublicKey> PublicKey::from_pkcs1(ByteView der) {
    return from_pkcs1_public(der);
}

Result<PublicKey> PublicKey::from_ec(KeyKind kind, ByteView x, ByteView y) {
    const std::size_t size = field_bytes(kind);
    if (size == 0 || x.size() > size || y.size() > size) {
        return bad_key("invalid EC coordinates");
    }
    return from_point(kind, "\x04" + pad_left(x, size) + pad_left(y, size));
}

Result<PublicKey> PublicKey::from_rsa(ByteView modulus, ByteView exponent) {
    modulus = strip_zeros(modulus);
    exponent = strip_zeros(exponent);
    const std::size_t bits = bit_length(modulus);
    const auto is_odd = [](ByteView n) { return (static_cast<unsigned char>(n.back()) & 1U) != 0; };
    if (bits < kMinModulusBits || bits > kMaxModulusBits || !is_odd(modulus)) {
        return bad_key("x509: invalid RSA modulus");
    }
    const std::size_t exponent_bits = bit_length(exponent);
    if (exponent_bits < 2 || exponent_bits > 31 || !is_odd(exponent)) {
        return bad_key("x509: invalid RSA public exponent");
    }
    STEP_ASSIGN(ossl::PkeyPtr pkey, make_rsa(modulus, exponent));
    asn1::Writer writer;
    const auto sequence = writer.begin(Tag::kSequence);
    writer.unsigned_integer(modulus);
    writer.unsigned_integer(exponent);
    writer.end(sequence);
    return make_key(KeyKind::kRsa, static_cast<unsigned>(bits), writer.view(), std::move(pkey));
}

Result<PublicKey> PublicKey::from_ed25519(ByteView key_octets) {
    if (key_octets.size() != kEd25519Point) {
        return bad_key("x509: wrong Ed25519 public key size");
    }
    ossl::PkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(key_octets),
                                                   key_octets.size()));
    if (!pkey) {
        return ossl::take_error(Code::kInternal, "cannot make an Ed25519 key");
    }
    return make_key(KeyKind::kEd25519, 256, key_octets, std::move(pkey));
}

KeyKind PublicKey::kind() const {
    return impl_->kind;
}

unsigned PublicKey::bits() const {
    return impl_->bits;
}

const Bytes& PublicKey::spki() const {
    return impl_->spki;
}

evp_pkey_st* PublicKey::new_handle() const {
    if (impl_->pkey) {
        return EVP_PKEY_up_ref(impl_->pkey.get()) == 1 ? impl_->pkey.get() : nullptr;
    }
    ossl::PkeyPtr pkey = curve_key(impl_->kind);
    const ByteView point = key_bits();
    const bool good =
        pkey && EVP_PKEY_set1_encoded_public_key(pkey.get(), octets(point), point.size()) == 1;
    return good ? pkey.release() : nullptr;
}

ByteView PublicKey::key_bits() const {
    return ByteView(impl_->spki).substr(impl_->spki.size() - impl_->key_bits_size);
}

PublicKey::Numbers PublicKey::numbers() const {
    Numbers numbers;
    if (kind() == KeyKind::kRsa) {
        Reader file(key_bits());
        Reader key = *file.enter();  // Ours: from_rsa wrote it.
        numbers.modulus = strip_zeros(*key.read_integer());
        numbers.exponent = strip_zeros(*key.read_integer());
    } else if (kind() == KeyKind::kEd25519) {
        numbers.x = key_bits();
    } else {
        const std::size_t size = field_bytes(kind());
        numbers.x = key_bits().substr(1, size);
        numbers.y = key_bits().substr(1 + size);
    }
    return numbers;
}

}  // namespace step::crypto
