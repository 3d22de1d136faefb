// EC_GROUP_precompute_mult and EC_POINT_get_Jprojective_coordinates_GFp are deprecated without a
// successor: the providers have no way to ask.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <algorithm>
#include <cstring>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "base/check.h"
#include "crypto/inverse_impl.h"
#include "crypto/octets_impl.h"
#include "crypto/p256_impl.h"

namespace step::crypto {
namespace {

constexpr std::size_t kField = 32;
/// Making the table costs as much as 400 verifications, and it saves half of each one: a key that
/// has been used so often by then has paid as much without it, and one that never is (an ACME
/// account's, mostly) costs nothing.
constexpr std::uint32_t kUsesForTable = 800;
constexpr int kMaxTables = 16;

using ContextPtr = std::unique_ptr<BN_CTX, void (*)(BN_CTX*)>;
using PointPtr = std::unique_ptr<EC_POINT, void (*)(EC_POINT*)>;
using GroupPtr = std::unique_ptr<EC_GROUP, void (*)(EC_GROUP*)>;

const EC_GROUP* curve() {
    static const EC_GROUP* const group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    STEP_CHECK(group != nullptr);
    return group;
}

/// Scratch numbers, kept from one verification to the next.
BN_CTX* context() {
    thread_local const ContextPtr own(BN_CTX_new(), BN_CTX_free);
    return own.get();
}

std::atomic<int>& tables() {
    static std::atomic<int> count = 0;
    return count;
}

PointPtr new_point() {
    return {EC_POINT_new(curve()), EC_POINT_free};
}

/// The numbers of one BN_CTX frame.
class Frame {
public:
    explicit Frame(BN_CTX* context) : context_(context) { BN_CTX_start(context); }
    ~Frame() { BN_CTX_end(context_); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    BIGNUM* number() const { return BN_CTX_get(context_); }
    /// Null: no memory.
    BIGNUM* number(ByteView big_endian) const {
        BIGNUM* const fresh = number();
        return fresh == nullptr
                   ? nullptr
                   : BN_bin2bn(octets(big_endian), static_cast<int>(big_endian.size()), fresh);
    }

private:
    BN_CTX* context_;
};

/// Sets `number`, between 0 and the order, to its inverse modulo the order.
bool invert_modulo_order(BIGNUM* number) {
    static const Inverter inverter(
        {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000});
    Words256 words{};
    const auto bytes = [&words] { return reinterpret_cast<unsigned char*>(words.data()); };
    if (BN_bn2lebinpad(number, bytes(), kField) != kField) {
        return false;
    }
    words = inverter.invert(words);
    return BN_lebin2bn(bytes(), kField, number) != nullptr;
}

bool in_range(const BIGNUM* number, const BIGNUM* order) {
    return number != nullptr && !BN_is_zero(number) && BN_cmp(number, order) < 0;
}

/// Whether the affine x of `point` is `r` modulo the order. x = X / Z^2 is compared as X = x Z^2,
/// which spares the inversion, for both x below the field's prime that there may be.
bool has_abscissa(const EC_POINT* point, BIGNUM* r, const Frame& frame, BN_CTX* scratch) {
    BIGNUM* const x = frame.number();
    BIGNUM* const z = frame.number();
    BIGNUM* const product = frame.number();
    const BIGNUM* const prime = EC_GROUP_get0_field(curve());
    if (product == nullptr || EC_POINT_is_at_infinity(curve(), point) != 0 ||
        EC_POINT_get_Jprojective_coordinates_GFp(curve(), point, x, nullptr, z, scratch) != 1 ||
        BN_mod_sqr(z, z, prime, scratch) != 1) {
        return false;
    }
    for (;;) {
        if (BN_mod_mul(product, r, z, prime, scratch) != 1) {
            return false;
        }
        if (BN_cmp(product, x) == 0) {
            return true;
        }
        if (BN_add(r, r, EC_GROUP_get0_order(curve())) != 1 || BN_cmp(r, prime) >= 0) {
            return false;
        }
    }
}

}  // namespace

std::unique_ptr<P256Verifier> P256Verifier::make(ByteView point) {
    PointPtr made = new_point();
    if (!made ||
        EC_POINT_oct2point(curve(), made.get(), octets(point), point.size(), context()) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return std::unique_ptr<P256Verifier>(new P256Verifier(made.release()));
}

P256Verifier::~P256Verifier() {
    EC_POINT_free(point_);
    if (EC_GROUP* const own = table_.load(); own != nullptr) {
        EC_GROUP_free(own);
        --tables();
    }
}

const EC_GROUP* P256Verifier::table() const {
    const EC_GROUP* const ready = table_.load(std::memory_order_acquire);
    if (ready != nullptr || uses_.load(std::memory_order_relaxed) > kUsesForTable ||
        uses_.fetch_add(1, std::memory_order_relaxed) != kUsesForTable) {
        return ready;
    }
    if (++tables() > kMaxTables) {
        --tables();
        return nullptr;
    }
    GroupPtr own(EC_GROUP_dup(curve()), EC_GROUP_free);
    if (!own ||
        EC_GROUP_set_generator(own.get(), point_, EC_GROUP_get0_order(curve()),
                               EC_GROUP_get0_cofactor(curve())) != 1 ||
        EC_GROUP_precompute_mult(own.get(), context()) != 1) {
        ERR_clear_error();
        --tables();
        return nullptr;
    }
    EC_GROUP* const made = own.release();
    table_.store(made, std::memory_order_release);
    return made;
}

bool P256Verifier::verify(ByteView digest, ByteView raw) const {
    BN_CTX* const scratch = context();
    if (scratch == nullptr || raw.size() != 2 * kField) {
        return false;
    }
    const BIGNUM* const order = EC_GROUP_get0_order(curve());
    const Frame frame(scratch);
    BIGNUM* const r = frame.number(raw.substr(0, kField));
    BIGNUM* const s = frame.number(raw.substr(kField));
    BIGNUM* const e = frame.number(digest.substr(0, kField));
    BIGNUM* const u1 = frame.number();
    BIGNUM* const u2 = frame.number();
    const PointPtr sum = new_point();
    if (!in_range(r, order) || !in_range(s, order) || e == nullptr || u2 == nullptr || !sum) {
        return false;
    }
    bool good = invert_modulo_order(s) && BN_mod_mul(u1, e, s, order, scratch) == 1 &&
                BN_mod_mul(u2, r, s, order, scratch) == 1;
    if (const EC_GROUP* const own = good ? table() : nullptr; own != nullptr) {
        const PointPtr other = new_point();
        good = other && EC_POINT_mul(curve(), sum.get(), u1, nullptr, nullptr, scratch) == 1 &&
               EC_POINT_mul(own, other.get(), u2, nullptr, nullptr, scratch) == 1 &&
               EC_POINT_add(curve(), sum.get(), sum.get(), other.get(), scratch) == 1;
    } else {
        good = good && EC_POINT_mul(curve(), sum.get(), u1, point_, u2, scratch) == 1;
    }
    good = good && has_abscissa(sum.get(), r, frame, scratch);
    ERR_clear_error();
    return good;
}

}  // namespace step::crypto
