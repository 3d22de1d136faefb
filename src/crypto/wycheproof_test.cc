// Wycheproof's verdicts (tests/data/wycheproof, made by tools/gen/wycheproof.py) against ours.
// Where it says "acceptable", either answer will do: these are forms that old implementations
// wrote.
#include <array>
#include <sstream>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/cipher.h"
#include "crypto/key.h"
#include "tests/support/data.h"

namespace step::crypto {
namespace {

struct Case {
    std::vector<std::string> group{};  ///< scheme, "judge" or "refuse", form, key
    std::string number{};
    char result = '?';
    std::vector<Bytes> fields{};

    /// What the interface cannot express (another salt, another nonce) is to be refused.
    bool must_pass() const { return result == 'v' && group[1] == "judge"; }
    bool must_fail() const { return result == 'i' || group[1] == "refuse"; }
};

std::vector<Case> cases(const std::string& name) {
    std::vector<Case> all;
    std::vector<std::string> group;
    std::istringstream lines(test::data("wycheproof/" + name));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first == "group") {
            group.clear();
            for (std::string word; words >> word;) {
                group.push_back(word);
            }
        } else if (first != "#") {
            Case& one = all.emplace_back();
            one.group = group;
            one.number = first;
            words >> one.result;
            for (std::string word; words >> word;) {
                one.fields.push_back(word == "-" ? Bytes() : *parse_hex(word));
            }
        }
    }
    return all;
}

SignatureScheme scheme_of(const std::string& name) {
    using S = SignatureScheme;
    constexpr std::array<std::pair<std::string_view, S>, 10> kNames{{
        {"ecdsa-sha256", S::kEcdsaSha256},
        {"ecdsa-sha384", S::kEcdsaSha384},
        {"ecdsa-sha512", S::kEcdsaSha512},
        {"rsa-sha256", S::kRsaSha256},
        {"rsa-sha384", S::kRsaSha384},
        {"rsa-sha512", S::kRsaSha512},
        {"pss-sha256", S::kRsaPssSha256},
        {"pss-sha384", S::kRsaPssSha384},
        {"pss-sha512", S::kRsaPssSha512},
        {"ed25519", S::kEd25519},
    }};
    const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                           [&](const auto& entry) { return entry.first == name; });
    REQUIRE(found != kNames.end());
    return found->second;
}

/// As jose does it: r || s of exactly twice the field's length, turned into DER.
bool verifies(const PublicKey& key, const Case& one) {
    const SignatureScheme scheme = scheme_of(one.group[0]);
    const Bytes& signature = one.fields[1];
    if (one.group[2] != "p1363") {
        return bool(key.verify(scheme, one.fields[0], signature));
    }
    if (signature.size() != 2 * ((key.bits() + 7) / 8)) {
        return false;
    }
    const auto der = ecdsa_from_raw(signature);
    return der && key.verify(scheme, one.fields[0], *der);
}

std::size_t check_signatures(const std::string& name) {
    std::string spki;
    std::optional<PublicKey> key;
    const auto all = cases(name);
    for (const Case& one : all) {
        CAPTURE(one.group[0]);
        CAPTURE(one.group[2]);
        CAPTURE(one.number);
        if (one.group[3] != spki) {
            spki = one.group[3];
            auto parsed = PublicKey::from_spki(*parse_hex(spki));
            REQUIRE(parsed);
            key = *parsed;
            // A key with many cases is judged the way of a key that is used often.
            const auto of_key = std::count_if(all.begin(), all.end(),
                                              [&](const Case& c) { return c.group[3] == spki; });
            for (int i = 0; of_key > 100 && i < 150; ++i) {
                (void)verifies(*key, one);
            }
        }
        const bool good = verifies(*key, one);
        CHECK_FALSE((good && one.must_fail()));
        CHECK_FALSE((!good && one.must_pass()));
    }
    return all.size();
}

TEST_CASE("ECDSA signatures are judged as Wycheproof says, as DER and as r || s") {
    CHECK(check_signatures("ecdsa.vec") > 4000);
}

TEST_CASE("Ed25519 signatures are judged as Wycheproof says") {
    CHECK(check_signatures("ed25519.vec") > 140);
}

TEST_CASE("RSA signatures are judged as Wycheproof says; a salt of another length is refused") {
    CHECK(check_signatures("rsa.vec") > 1500);
}

TEST_CASE("AES-GCM opens and seals as Wycheproof says; nonces not of 12 octets are refused") {
    const auto all = cases("aes_gcm.vec");
    CHECK(all.size() > 300);
    for (const Case& one : all) {
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 6);
        const Bytes &key = one.fields[0], &nonce = one.fields[1], &additional = one.fields[2],
                    &message = one.fields[3];
        const Sealed sealed{.ciphertext = one.fields[4], .tag = one.fields[5]};
        const auto opened = open_gcm(key, nonce, sealed, additional);
        CHECK_FALSE((opened && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(opened);
            CHECK(opened->view() == message);
            const auto again = seal_gcm(key, nonce, message, additional);
            REQUIRE(again);
            CHECK(again->ciphertext == sealed.ciphertext);
            CHECK(again->tag == sealed.tag);
        }
    }
}

TEST_CASE("AES key wrap unwraps and wraps as Wycheproof says") {
    const auto all = cases("aes_wrap.vec");
    CHECK(all.size() > 150);
    for (const Case& one : all) {
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 3);
        const auto opened = unwrap_key(one.fields[0], one.fields[2]);
        CHECK_FALSE((opened && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(opened);
            CHECK(opened->view() == one.fields[1]);
            const auto again = wrap_key(one.fields[0], one.fields[1]);
            REQUIRE(again);
            CHECK(*again == one.fields[2]);
        }
    }
}

}  // namespace
}  // namespace step::crypto
