// For src/crypto only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

struct ec_point_st;
struct ec_group_st;

namespace step::crypto {

/// ECDSA verification (FIPS 186-5 6.4.2) on P-256 with OpenSSL's arithmetic and without its EVP
/// layer, which makes half as much again of a verification. A key that has verified often gets a
/// table of its multiples (150 KB; a few keys of a process), which makes it twice as fast: the
/// key of a provisioner verifies each token. All of it is about public data: nothing is
/// constant-time. Thread-safe.
class P256Verifier {
public:
    /// `point`: X9.62 uncompressed, 65 octets. Null if it is not on the curve.
    static std::unique_ptr<P256Verifier> make(ByteView point);
    ~P256Verifier();
    P256Verifier(const P256Verifier&) = delete;
    P256Verifier& operator=(const P256Verifier&) = delete;

    /// `digest` of 20 octets or more, cut to 32; `raw` is r || s, 64 octets.
    bool verify(ByteView digest, ByteView raw) const;

private:
    explicit P256Verifier(ec_point_st* point) : point_(point) {}
    const ec_group_st* table() const;

    ec_point_st* point_;
    mutable std::atomic<std::uint32_t> uses_ = 0;
    /// The curve with the key as its generator, for which OpenSSL keeps a table.
    mutable std::atomic<ec_group_st*> table_ = nullptr;
};

}  // namespace step::crypto
