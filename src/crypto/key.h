#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/digest.h"

struct evp_pkey_st;  // OpenSSL's own opaque name.

namespace step::crypto {

enum class KeyKind : unsigned char { kEcP256, kEcP384, kEcP521, kEd25519, kRsa };

/// A signature algorithm with its hash. What a certificate, a CSR or a JWS names.
enum class SignatureScheme : unsigned char {
    kEcdsaSha1,
    kEcdsaSha256,
    kEcdsaSha384,
    kEcdsaSha512,
    kRsaSha1,
    kRsaSha256,
    kRsaSha384,
    kRsaSha512,
    kRsaPssSha256,
    kRsaPssSha384,
    kRsaPssSha512,
    kEd25519,
};

/// A public key of a kind we issue for. Immutable; copies share one object; thread-safe.
/// Parsing is done with our own DER reader: no OpenSSL decoder runs before verify().
class PublicKey {
public:
    /// A whole SubjectPublicKeyInfo (RFC 5280 4.1.2.7). Checks that an EC point is on its
    /// curve and that RSA has an odd modulus of 512 to 16384 bits and an odd exponent of 2 to
    /// 2^31-1, as Go does. Fails with kInvalidArgument on bad DER, kUnsupported on another
    /// algorithm or curve (the detail names it as Go does).
    static Result<PublicKey> from_spki(ByteView der);
    /// x and y as big-endian octets of any length up to the field's. As from_spki otherwise.
    static Result<PublicKey> from_ec(KeyKind kind, ByteView x, ByteView y);
    static Result<PublicKey> from_rsa(ByteView modulus, ByteView exponent);
    static Result<PublicKey> from_ed25519(ByteView octets);
    /// RSAPublicKey (RFC 8017 A.1.1): the "RSA PUBLIC KEY" of PEM files.
    static Result<PublicKey> from_pkcs1(ByteView der);

    KeyKind kind() const;
    /// 256, 384, 521; 256 for Ed25519; the length of the modulus for RSA.
    unsigned bits() const;
    /// DER SubjectPublicKeyInfo.
    const Bytes& spki() const;
    /// Contents of its BIT STRING: what a key identifier hashes (RFC 5280 4.2.1.2).
    ByteView key_bits() const;

    /// EC coordinates, left-padded to the field size; RSA numbers without leading zeros; the
    /// 32 octets of Ed25519 in `x`. The others are empty.
    struct Numbers {
        Bytes x{}, y{}, modulus{}, exponent{};
    };
    Numbers numbers() const;

    /// ok() if `signature` (ECDSA as DER, RFC 3279) is good; kUnauthenticated if not, or if
    /// `scheme` does not fit the key. A salt of RSA-PSS is as long as the hash.
    Status verify(SignatureScheme scheme, ByteView message, ByteView signature) const;

    bool operator==(const PublicKey& other) const { return spki() == other.spki(); }

    struct Impl;
    explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    /// For crypto only: the key as OpenSSL has it, one reference the caller's. Null if OpenSSL
    /// fails.
    evp_pkey_st* new_handle() const;

private:
    std::shared_ptr<const Impl> impl_;
};

/// A private key. Move only, wiped when it goes, never printed. sign() is thread-safe.
class PrivateKey {
public:
    PrivateKey(PrivateKey&&) noexcept;
    PrivateKey& operator=(PrivateKey&&) noexcept;
    ~PrivateKey();

    const PublicKey& public_key() const;
    KeyKind kind() const { return public_key().kind(); }

    /// ECDSA as DER. Fails with kInvalidArgument if `scheme` does not fit the key. Randomness
    /// is OpenSSL's own.
    Result<Bytes> sign(SignatureScheme scheme, ByteView message) const;

    /// Encodings, all unencrypted. sec1() needs an EC key, pkcs1() an RSA key.
    Secret pkcs8() const;
    Secret sec1() const;
    Secret pkcs1() const;

    /// For JWK: EC `d` left-padded, Ed25519 seed in `d`; RSA d, p, q, dp, dq, qi.
    struct Numbers {
        Secret d{}, p{}, q{}, dp{}, dq{}, qi{};
    };
    Numbers numbers() const;
    static Result<PrivateKey> from_ec(KeyKind kind, ByteView d);
    static Result<PrivateKey> from_ed25519(ByteView seed);
    /// Needs d, p and q, which must belong together; dp, dq and qi are worked out anew.
    static Result<PrivateKey> from_rsa(ByteView modulus, ByteView exponent, const Numbers& numbers);
    /// Unencrypted DER: PKCS#8 (RFC 5958), SEC 1 (RFC 5915) or PKCS#1 (RFC 8017).
    static Result<PrivateKey> from_pkcs8(ByteView der);
    static Result<PrivateKey> from_sec1(ByteView der);
    static Result<PrivateKey> from_pkcs1(ByteView der);

    /// A second handle to the same key (reference counted).
    PrivateKey share() const;

    struct Impl;
    explicit PrivateKey(std::shared_ptr<const Impl> impl);
    /// For http/tls*.cc and crypto only. Borrowed.
    evp_pkey_st* handle() const;

private:
    std::shared_ptr<const Impl> impl_;
};

/// ECDSA-SHA256/384/512 by curve, Ed25519, RSA-SHA256: what Go picks for a key.
SignatureScheme default_scheme(const PublicKey& key);

/// "EC", "RSA", "OKP": what a JWK calls it.
std::string key_type(const PublicKey& key);
/// For log fields and inspection: "ECDSA P-256", "RSA 2048", "Ed25519".
std::string key_label(const PublicKey& key);

/// ECDSA between the DER of X.509 and the fixed-length r || s of JOSE (RFC 7518 3.4).
/// `field_bytes` is 32, 48 or 66. Fail with kInvalidArgument.
Result<Bytes> ecdsa_to_raw(ByteView der, std::size_t field_bytes);
Result<Bytes> ecdsa_from_raw(ByteView raw);

}  // namespace step::crypto
