#include "crypto/pkcs12.h"

#include <doctest/doctest.h>
#include <openssl/pkcs12.h>

#include "base/pem.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "tests/support/data.h"
#include "tests/support/fake_random.h"

namespace step::crypto {
namespace {

struct Free {
    void operator()(PKCS12* p) const noexcept { PKCS12_free(p); }
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(X509* p) const noexcept { X509_free(p); }
    void operator()(STACK_OF(X509) * p) const noexcept { sk_X509_pop_free(p, X509_free); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// What OpenSSL finds in the file.
struct Found {
    bool opened = false;
    Owned<EVP_PKEY> key{};
    Owned<X509> own{};
    int others = 0;
};
Found open(const Bytes& file, const char* password) {
    const auto* at = reinterpret_cast<const unsigned char*>(file.data());
    const Owned<PKCS12> parsed(d2i_PKCS12(nullptr, &at, static_cast<long>(file.size())));
    REQUIRE(parsed);
    EVP_PKEY* key = nullptr;
    X509* own = nullptr;
    STACK_OF(X509)* others = nullptr;
    Found found;
    found.opened = PKCS12_parse(parsed.get(), password, &key, &own, &others) == 1;
    found.key.reset(key);
    found.own.reset(own);
    const Owned<STACK_OF(X509)> chain(others);
    found.others = std::max(0, sk_X509_num(others));
    return found;
}

Bytes certificate() {
    return next_pem(test::data("toolbox/inputs/cert.crt"))->block.bytes;
}
PrivateKey key() {
    auto read = parse_private_key(test::data("toolbox/inputs/cert.key"),
                                  [] { return Result<Secret>(Error{}); });
    REQUIRE(read);
    return *std::move(read);
}

TEST_CASE("OpenSSL opens what we write, with its password only") {
    test::FakeRandom random;
    for (const char* password : {"secret", "", "p\xc3\xa4ssw\xc3\xb6rd"}) {
        CAPTURE(password);
        const auto file = encode_pkcs12(key(), {certificate(), certificate()}, password,
                                        Pkcs12Form::kModern, random);
        REQUIRE(file);
        const Found found = open(*file, password);
        REQUIRE(found.opened);
        CHECK(EVP_PKEY_eq(found.key.get(), key().handle()) == 1);
        CHECK(X509_check_private_key(found.own.get(), found.key.get()) == 1);
        CHECK(found.others == 1);
        CHECK(!open(*file, "Secret").opened);
    }
}

TEST_CASE("a trust store has certificates and no key") {
    test::FakeRandom random;
    const auto file = encode_trust_store({{certificate(), "CN=a - 00"}, {certificate(), "b"}},
                                         "secret", Pkcs12Form::kModern, random);
    REQUIRE(file);
    const Found found = open(*file, "secret");
    REQUIRE(found.opened);
    CHECK(!found.key);
    CHECK(found.others == 2);
    CHECK(file->find("CN=a") == Bytes::npos);
}

TEST_CASE("the MAC of the legacy form is right") {
    test::FakeRandom random;
    const auto file = encode_pkcs12(key(), {certificate()}, "secret", Pkcs12Form::kLegacy, random);
    REQUIRE(file);
    const auto* at = reinterpret_cast<const unsigned char*>(file->data());
    const Owned<PKCS12> parsed(d2i_PKCS12(nullptr, &at, static_cast<long>(file->size())));
    REQUIRE(parsed);
    CHECK(PKCS12_verify_mac(parsed.get(), "secret", -1) == 1);
    CHECK(PKCS12_verify_mac(parsed.get(), "secreT", -1) == 0);
}

TEST_CASE("what PKCS#12 cannot write is refused") {
    test::FakeRandom random;
    CHECK(!encode_pkcs12(key(), {}, "secret", Pkcs12Form::kModern, random));
    for (const char* password : {"\xf0\x9f\x98\x80", "\xff"}) {
        CHECK(!encode_pkcs12(key(), {certificate()}, password, Pkcs12Form::kModern, random));
        CHECK(!encode_trust_store({{certificate(), password}}, "", Pkcs12Form::kModern, random));
    }
}

}  // namespace
}  // namespace step::crypto
