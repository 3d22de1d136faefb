// The insides of PublicKey and PrivateKey; for src/crypto only.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "crypto/key.h"
#include "crypto/ossl/handle.h"
#include "crypto/p256_impl.h"

namespace step::crypto {

/// Contexts to sign or verify with one key. A key's first use of a scheme gets a fresh context, for
/// most keys of requests are used once; the second use leaves one to copy from, which spares every
/// later use the look-ups of an initialisation. Thread-safe.
class SignatureContexts {
public:
    enum class Use : unsigned char { kSign, kVerify };
    explicit SignatureContexts(Use use) : use_(use) {}
    SignatureContexts(const SignatureContexts&) = delete;
    SignatureContexts& operator=(const SignatureContexts&) = delete;
    ~SignatureContexts();

    /// A context of the caller's own. `scheme` must fit the key.
    Result<ossl::MdCtxPtr> start(evp_pkey_st* key, SignatureScheme scheme) const;

private:
    static constexpr std::size_t kSchemes = 12;
    Result<ossl::MdCtxPtr> initialise(evp_pkey_st* key, SignatureScheme scheme) const;

    Use use_;
    mutable std::atomic<std::uint16_t> used_{0};  ///< A bit per scheme.
    mutable std::array<std::atomic<evp_md_ctx_st*>, kSchemes> ready_{};
};

struct PublicKey::Impl {
    KeyKind kind{};
    unsigned bits = 0;
    Bytes spki{};
    std::size_t key_bits_size = 0;         ///< The key is at the end of `spki`.
    std::unique_ptr<P256Verifier> p256{};  ///< For that kind, and then there is no `pkey`.
    ossl::PkeyPtr pkey{};
    SignatureContexts contexts{SignatureContexts::Use::kVerify};
};

struct PrivateKey::Impl {
    PublicKey public_key;
    Numbers numbers;
    ossl::PkeyPtr pkey;
    SignatureContexts contexts{SignatureContexts::Use::kSign};

    Impl(PublicKey its_public_key, Numbers its_numbers, ossl::PkeyPtr its_pkey)
        : public_key(std::move(its_public_key)),
          numbers(std::move(its_numbers)),
          pkey(std::move(its_pkey)) {}
};

/// Takes over a key pair of OpenSSL's that is known to be sound.
Result<PrivateKey> adopt_key_pair(KeyKind kind, ossl::PkeyPtr pkey);

bool scheme_fits(SignatureScheme scheme, KeyKind kind);

/// Octets of a coordinate: 32, 48, 66; 0 for other kinds.
std::size_t field_bytes(KeyKind kind);
/// `big_endian` without leading zeros.
ByteView strip_zeros(ByteView big_endian);
/// Left-padded to `size`, which it must not exceed.
Bytes pad_left(ByteView big_endian, std::size_t size);
/// Octets in the order OSSL_PARAM wants an integer; overwritten when they go.
Secret to_native(ByteView big_endian);
/// Length of a number in bits.
std::size_t bit_length(ByteView big_endian);

inline Error bad_key(const char* detail) {
    return Error{.code = Code::kInvalidArgument, .detail = detail};
}
inline Error unsupported_key(std::string detail) {
    return Error{.code = Code::kUnsupported, .detail = std::move(detail)};
}

/// Contents octets of the identifiers that keys carry.
namespace key_oid {
using namespace std::string_view_literals;
inline constexpr ByteView kRsa = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;  // 1.2.840.113549.1.1.1
inline constexpr ByteView kEc = "\x2a\x86\x48\xce\x3d\x02\x01"sv;           // 1.2.840.10045.2.1
inline constexpr ByteView kEd25519 = "\x2b\x65\x70"sv;                      // 1.3.101.112
/// The identifier of a kind's curve; "" for other kinds.
ByteView of_curve(KeyKind kind);
/// Fails with kUnsupported for any other curve.
Result<KeyKind> to_curve(ByteView oid);
}  // namespace key_oid

}  // namespace step::crypto
