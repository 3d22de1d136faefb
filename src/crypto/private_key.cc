#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/key_impl.h"
#include "crypto/octets_impl.h"
#include "crypto/ossl/library.h"

namespace step::crypto {
namespace {

struct FreeContext {
    void operator()(BN_CTX* p) const noexcept { BN_CTX_free(p); }
    void operator()(EC_GROUP* p) const noexcept { EC_GROUP_free(p); }
    void operator()(EC_POINT* p) const noexcept { EC_POINT_free(p); }
};
using BnCtxPtr = std::unique_ptr<BN_CTX, FreeContext>;
using GroupPtr = std::unique_ptr<EC_GROUP, FreeContext>;
using PointPtr = std::unique_ptr<EC_POINT, FreeContext>;

constexpr std::size_t kEd25519Bytes = 32;

ossl::BnPtr to_bn(ByteView big_endian) {
    ossl::BnPtr bn(BN_bin2bn(octets(big_endian), static_cast<int>(big_endian.size()), nullptr));
    if (bn) {
        BN_set_flags(bn.get(), BN_FLG_CONSTTIME);
    }
    return bn;
}

/// Left-padded to `size`, or as long as it needs to be if that is 0.
Secret from_bn(const BIGNUM* bn, std::size_t size) {
    Bytes out(std::max(size, static_cast<std::size_t>(BN_num_bytes(bn))), '\0');
    BN_bn2binpad(bn, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
    return Secret(std::move(out));
}

OSSL_PARAM number_param(const char* name, const Secret& native) {
    auto* const data = reinterpret_cast<unsigned char*>(const_cast<char*>(native.view().data()));
    return OSSL_PARAM_construct_BN(name, data, native.view().size());
}

Result<ossl::PkeyPtr> make_pair(const char* type, OSSL_PARAM* params) {
    const ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!ctx || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
        EVP_PKEY_fromdata(ctx.get(), &made, EVP_PKEY_KEYPAIR, params) != 1) {
        return ossl::take_error(Code::kInvalidArgument, "invalid private key");
    }
    return ossl::PkeyPtr(made);
}

/// The public point of `d`, uncompressed; fails if d is not within 1 and order - 1.
Result<Bytes> point_of(KeyKind kind, ByteView d) {
    const GroupPtr group(
        EC_GROUP_new_by_curve_name(OBJ_sn2nid(kind == KeyKind::kEcP256   ? "prime256v1"
                                              : kind == KeyKind::kEcP384 ? "secp384r1"
                                                                         : "secp521r1")));
    const BnCtxPtr scratch(BN_CTX_secure_new());
    const ossl::BnPtr scalar = to_bn(d);
    const PointPtr point(group ? EC_POINT_new(group.get()) : nullptr);
    if (!group || !scratch || !scalar || !point) {
        return ossl::take_error(Code::kInternal, "cannot make an EC key");
    }
    if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(group.get())) >= 0) {
        return bad_key("x509: invalid elliptic curve private key value");
    }
    Bytes out(1 + 2 * field_bytes(kind), '\0');
    if (EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, scratch.get()) !=
            1 ||
        EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                           reinterpret_cast<unsigned char*>(out.data()), out.size(),
                           scratch.get()) != out.size()) {
        return ossl::take_error(Code::kInternal, "cannot make an EC key");
    }
    return out;
}

/// p * q = n and d * e = 1 modulo p - 1 and q - 1, as Go's rsa.PrivateKey.Validate; and the
/// numbers of the Chinese remainder theorem, worked out anew: wrong ones would let a faulty
/// signature give the key away.
class RsaNumbers {
public:
    Result<PrivateKey::Numbers> complete(ByteView n, ByteView e, const PrivateKey::Numbers& given) {
        n_ = to_bn(n);
        e_ = to_bn(e);
        d_ = to_bn(given.d.view());
        p_ = to_bn(given.p.view());
        q_ = to_bn(given.q.view());
        for (ossl::BnPtr* bn : {&dp_, &dq_, &qi_, &scratch_, &p1_, &q1_}) {
            bn->reset(BN_secure_new());
        }
        ctx_.reset(BN_CTX_secure_new());
        if (!n_ || !e_ || !d_ || !p_ || !q_ || !dp_ || !dq_ || !qi_ || !scratch_ || !p1_ || !q1_ ||
            !ctx_) {
            return ossl::take_error(Code::kInternal, "cannot make an RSA key");
        }
        if (!is_sound()) {
            (void)ossl::take_error(Code::kInvalidArgument, "");
            return bad_key("invalid RSA private key");
        }
        return PrivateKey::Numbers{.d = from_bn(d_.get(), 0),
                                   .p = from_bn(p_.get(), 0),
                                   .q = from_bn(q_.get(), 0),
                                   .dp = from_bn(dp_.get(), 0),
                                   .dq = from_bn(dq_.get(), 0),
                                   .qi = from_bn(qi_.get(), 0)};
    }

private:
    bool is_sound() {
        BIGNUM* const t = scratch_.get();
        return BN_is_odd(p_.get()) && BN_is_odd(q_.get()) && !BN_is_one(p_.get()) &&
               !BN_is_one(q_.get()) && BN_mul(t, p_.get(), q_.get(), ctx_.get()) == 1 &&
               BN_cmp(t, n_.get()) == 0 && minus_one(p_, p1_) && minus_one(q_, q1_) &&
               BN_mod(dp_.get(), d_.get(), p1_.get(), ctx_.get()) == 1 &&
               BN_mod(dq_.get(), d_.get(), q1_.get(), ctx_.get()) == 1 && undoes(dp_, p1_) &&
               undoes(dq_, q1_) &&
               BN_mod_inverse(qi_.get(), q_.get(), p_.get(), ctx_.get()) != nullptr;
    }
    static bool minus_one(const ossl::BnPtr& from, const ossl::BnPtr& to) {
        BN_set_flags(to.get(), BN_FLG_CONSTTIME);
        return BN_copy(to.get(), from.get()) != nullptr && BN_sub_word(to.get(), 1) == 1;
    }
    bool undoes(const ossl::BnPtr& exponent, const ossl::BnPtr& modulus) {
        return BN_mod_mul(scratch_.get(), exponent.get(), e_.get(), modulus.get(), ctx_.get()) ==
                   1 &&
               BN_is_one(scratch_.get());
    }

    ossl::BnPtr n_, e_, d_, p_, q_, dp_, dq_, qi_, scratch_, p1_, q1_;
    BnCtxPtr ctx_;
};

Result<ossl::BnPtr> number_of(const ossl::PkeyPtr& pkey, const char* name) {
    BIGNUM* bn = nullptr;
    if (EVP_PKEY_get_bn_param(pkey.get(), name, &bn) != 1) {
        return ossl::take_error(Code::kInternal, "cannot read a key");
    }
    return ossl::BnPtr(bn);
}

Result<PrivateKey> adopt_rsa(ossl::PkeyPtr pkey) {
    STEP_ASSIGN(const ossl::BnPtr n, number_of(pkey, OSSL_PKEY_PARAM_RSA_N));
    STEP_ASSIGN(const ossl::BnPtr e, number_of(pkey, OSSL_PKEY_PARAM_RSA_E));
    STEP_ASSIGN(PublicKey its_public,
                PublicKey::from_rsa(from_bn(n.get(), 0).view(), from_bn(e.get(), 0).view()));
    PrivateKey::Numbers numbers;
    const std::array<std::pair<const char*, Secret*>, 6> fields{
        {{OSSL_PKEY_PARAM_RSA_D, &numbers.d},
         {OSSL_PKEY_PARAM_RSA_FACTOR1, &numbers.p},
         {OSSL_PKEY_PARAM_RSA_FACTOR2, &numbers.q},
         {OSSL_PKEY_PARAM_RSA_EXPONENT1, &numbers.dp},
         {OSSL_PKEY_PARAM_RSA_EXPONENT2, &numbers.dq},
         {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &numbers.qi}}};
    for (const auto& [name, field] : fields) {
        STEP_ASSIGN(const ossl::BnPtr value, number_of(pkey, name));
        *field = from_bn(value.get(), 0);
    }
    return PrivateKey(std::make_shared<PrivateKey::Impl>(std::move(its_public), std::move(numbers),
                                                         std::move(pkey)));
}

Result<PrivateKey> adopt_ed25519(ossl::PkeyPtr pkey) {
    Bytes seed(kEd25519Bytes, '\0');
    Bytes point(kEd25519Bytes, '\0');
    std::size_t seed_size = seed.size();
    std::size_t point_size = point.size();
    if (EVP_PKEY_get_raw_private_key(pkey.get(), reinterpret_cast<unsigned char*>(seed.data()),
                                     &seed_size) != 1 ||
        EVP_PKEY_get_raw_public_key(pkey.get(), reinterpret_cast<unsigned char*>(point.data()),
                                    &point_size) != 1) {
        return ossl::take_error(Code::kInternal, "cannot read a key");
    }
    PrivateKey::Numbers numbers;
    numbers.d = Secret(std::move(seed));
    STEP_ASSIGN(PublicKey its_public, PublicKey::from_ed25519(point));
    return PrivateKey(std::make_shared<PrivateKey::Impl>(std::move(its_public), std::move(numbers),
                                                         std::move(pkey)));
}

Result<PrivateKey> adopt_ec(KeyKind kind, ossl::PkeyPtr pkey) {
    const std::size_t size = field_bytes(kind);
    unsigned char* encoded = nullptr;
    const std::size_t encoded_size = EVP_PKEY_get1_encoded_public_key(pkey.get(), &encoded);
    const Bytes point(reinterpret_cast<const char*>(encoded), encoded_size);
    OPENSSL_free(encoded);
    if (point.size() != 1 + 2 * size) {
        return ossl::take_error(Code::kInternal, "cannot read a key");
    }
    STEP_ASSIGN(PublicKey its_public, PublicKey::from_ec(kind, ByteView(point).substr(1, size),
                                                         ByteView(point).substr(1 + size)));
    STEP_ASSIGN(const ossl::BnPtr d, number_of(pkey, OSSL_PKEY_PARAM_PRIV_KEY));
    PrivateKey::Numbers numbers;
    numbers.d = from_bn(d.get(), size);
    return PrivateKey(std::make_shared<PrivateKey::Impl>(std::move(its_public), std::move(numbers),
                                                         std::move(pkey)));
}

}  // namespace

Result<PrivateKey> adopt_key_pair(KeyKind kind, ossl::PkeyPtr pkey) {
    switch (kind) {
        case KeyKind::kRsa:
            return adopt_rsa(std::move(pkey));
        case KeyKind::kEd25519:
            return adopt_ed25519(std::move(pkey));
        default:
            return adopt_ec(kind, std::move(pkey));
    }
}

Result<PrivateKey> PrivateKey::from_ec(KeyKind kind, ByteView d) {
    const std::size_t size = field_bytes(kind);
    d = strip_zeros(d);
    if (size == 0 || d.size() > size) {
        return bad_key("x509: invalid elliptic curve private key value");
    }
    STEP_ASSIGN(Bytes point, point_of(kind, d));
    Bytes padded = pad_left(d, size);
    const Secret native = to_native(padded);
    wipe(padded);
    std::array params{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         const_cast<char*>(ossl::curve_name(kind)), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        number_param(OSSL_PKEY_PARAM_PRIV_KEY, native), OSSL_PARAM_construct_end()};
    STEP_ASSIGN(ossl::PkeyPtr pkey, make_pair("EC", params.data()));
    return adopt_ec(kind, std::move(pkey));
}

Result<PrivateKey> PrivateKey::from_ed25519(ByteView seed) {
    if (seed.size() != kEd25519Bytes) {
        return bad_key("x509: invalid Ed25519 private key length");
    }
    ossl::PkeyPtr pkey(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(seed), seed.size()));
    if (!pkey) {
        return ossl::take_error(Code::kInternal, "cannot make an Ed25519 key");
    }
    return adopt_ed25519(std::move(pkey));
}

Result<PrivateKey> PrivateKey::from_rsa(ByteView modulus, ByteView exponent,
                                        const Numbers& numbers) {
    STEP_ASSIGN(PublicKey its_public, PublicKey::from_rsa(modulus, exponent));
    for (const Secret* given : {&numbers.d, &numbers.p, &numbers.q}) {
        if (given->empty() || strip_zeros(given->view()).size() > strip_zeros(modulus).size()) {
            return bad_key("invalid RSA private key");
        }
    }
    STEP_ASSIGN(Numbers all, RsaNumbers().complete(modulus, exponent, numbers));
    const PublicKey::Numbers shown = its_public.numbers();
    const std::array names{OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                           OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                           OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                           OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    const std::array values{ByteView(shown.modulus),
                            ByteView(shown.exponent),
                            all.d.view(),
                            all.p.view(),
                            all.q.view(),
                            all.dp.view(),
                            all.dq.view(),
                            all.qi.view()};
    std::array<Secret, names.size()> native;
    std::array<OSSL_PARAM, names.size() + 1> params{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        native.at(i) = to_native(values.at(i));
        params.at(i) = number_param(names.at(i), native.at(i));
    }
    params.back() = OSSL_PARAM_construct_end();
    STEP_ASSIGN(ossl::PkeyPtr pkey, make_pair("RSA", params.data()));
    return PrivateKey(
        std::make_shared<Impl>(std::move(its_public), std::move(all), std::move(pkey)));
}

PrivateKey::PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

const PublicKey& PrivateKey::public_key() const {
    return impl_->public_key;
}

PrivateKey::Numbers PrivateKey::numbers() const {
    const Numbers& own = impl_->numbers;
    return Numbers{.d = own.d.clone(),
                   .p = own.p.clone(),
                   .q = own.q.clone(),
                   .dp = own.dp.clone(),
                   .dq = own.dq.clone(),
                   .qi = own.qi.clone()};
}

PrivateKey PrivateKey::share() const {
    return PrivateKey(impl_);
}

evp_pkey_st* PrivateKey::handle() const {
    return impl_->pkey.get();
}

}  // namespace step::crypto
