// The examples of the RFCs, and Wycheproof's verdicts on content encryption.
#include <doctest/doctest.h>

#include "jose/content_impl.h"
#include "jose/jwe.h"
#include "jose/signed_message.h"
#include "json/parse.h"
#include "tests/support/fake_random.h"
#include "tests/support/jose_rows.h"
#include "tests/support/wycheproof.h"

namespace step::jose {
namespace {

/// A row of cookbook.vec or rfc.vec, decoded.
struct Example {
    std::string name{}, key{}, text{}, plain{};
    std::size_t index = 0;
};
std::vector<Example> examples(const std::string& kind) {
    std::vector<Example> all;
    for (const char* const file : {"cookbook.vec", "rfc.vec"}) {
        for (const auto& row : rows_for_test(file, kind)) {
            all.push_back({.name = row[0],
                           .key = decoded_for_test(row[2]),
                           .text = decoded_for_test(row[3]),
                           .plain = decoded_for_test(row[4]),
                           .index = static_cast<std::size_t>(row[1][0] - '0')});
        }
    }
    REQUIRE(!all.empty());
    return all;
}

/// The text, if it opens.
Result<Secret> open(const Example& example) {
    test::FakeRandom random;
    STEP_ASSIGN(const EncryptedMessage message, parse_encrypted(example.text));
    STEP_ASSIGN(const Jwk key, parse_jwk(example.key));
    return decrypt(message, key, random);
}
Status verify(const Example& example) {
    STEP_ASSIGN(const SignedMessage message, parse_signed(example.text));
    STEP_ASSIGN(const Jwk key, parse_jwk(example.key));
    if (message.payload != example.plain) {
        return Error{};
    }
    return verify_signed(message, example.index, key);
}

/// What we read is written again: each member of `given` is in `written`.
void check_members_kept(const json::Value& given, const json::Value& written) {
    for (const json::Member& member : *given.as_object()) {
        CAPTURE(member.name);
        const json::Value* const kept = written.find_exact(member.name);
        REQUIRE(kept);
        CHECK(*kept == member.value);
    }
}

TEST_CASE(
    "the encrypted examples of RFC 7516 and RFC 7520 open with their keys, and not when changed") {
    for (Example& example : examples("jwe")) {
        CAPTURE(example.name);
        const auto opened = open(example);
        REQUIRE(opened);
        CHECK(opened->view() == example.plain);
        const std::size_t tag = example.text.rfind("tag\":\"");
        char& c = example.text[tag == std::string::npos ? example.text.rfind('.') + 1 : tag + 6];
        c = c == 'A' ? 'B' : 'A';
        CHECK(!open(example));
    }
}

TEST_CASE("the examples of RFC 7517 and RFC 7520 with a password open with it only") {
    for (const Example& example : examples("pbes2")) {
        const auto message = parse_encrypted(example.text);
        REQUIRE(message);
        const auto opened = decrypt(*message, example.key);
        REQUIRE(opened);
        CHECK(opened->view() == example.plain);
        CHECK(!decrypt(*message, example.key + "x"));
    }
}

TEST_CASE(
    "the signed examples of RFC 7515, RFC 7520 and RFC 8037 verify, each signature with its key") {
    for (Example& example : examples("jws")) {
        CAPTURE(example.name);
        CHECK(verify(example));
        example.index = example.index == 0 ? 1 : 0;
        if (example.name == "4_8/json" || example.name == "rfc7515-A.6") {
            CHECK(!verify(example));
        }
    }
}

TEST_CASE(
    "contents without signature, compressed or detached are refused, and several recipients, "
    "unknown critical headers and X25519") {
    for (const Example& example : examples("no-jwe")) {
        CAPTURE(example.name);
        CHECK(!open(example));
    }
    for (const Example& example : examples("no-jws")) {
        CAPTURE(example.name);
        CHECK(!verify(example));
    }
}

TEST_CASE("the encrypted key of RFC 7517 appendix C is the RSA key of its section C.1") {
    for (const Example& example : examples("pbes2")) {
        if (example.name != "rfc7517-C") {
            continue;
        }
        const auto message = parse_encrypted(example.text);
        REQUIRE(message);
        const auto text = decrypt(*message, example.key);
        REQUIRE(text);
        const auto key = parse_jwk(text->view());
        REQUIRE(key);
        CHECK(key->kid == "juliet@capulet.lit");
        CHECK(key->use == "enc");
        REQUIRE(key->private_key);
        check_members_kept(*json::parse(text->view()), private_jwk(*key));
    }
}

TEST_CASE("the key sets of RFC 7517 appendix A are read, and written with the same members") {
    for (const auto& row : rows_for_test("rfc.vec", "set")) {
        CAPTURE(row[0]);
        const std::string text = decoded_for_test(row[1]);
        const auto keys = parse_jwk_set(text);
        REQUIRE(keys);
        CHECK(keys->size() == 2);
        const auto given = json::parse(text);
        REQUIRE(given);
        for (std::size_t i = 0; i < keys->size(); ++i) {
            check_members_kept((*given->find("keys")->as_array())[i], private_jwk((*keys)[i]));
        }
    }
}

TEST_CASE("the certificate of RFC 7517 appendix B belongs to its key") {
    const auto rows = rows_for_test("rfc.vec", "x5c");
    REQUIRE(rows.size() == 1);
    const auto key = parse_jwk(decoded_for_test(rows[0][1]));
    REQUIRE(key);
    CHECK(key->is_public());
    REQUIRE(key->chain.size() == 1);
    CHECK(key->chain[0].size() == 838);
}

TEST_CASE("the key of RFC 7638 section 3.1 has the thumbprint given there") {
    const auto rows = rows_for_test("rfc.vec", "thumbprint");
    REQUIRE(rows.size() == 1);
    const auto key = parse_jwk(decoded_for_test(rows[0][1]));
    REQUIRE(key);
    CHECK(thumbprint(*key) == rows[0][2]);
}

TEST_CASE("AES-CBC with HMAC opens as Wycheproof says") {
    const auto all = test::wycheproof_cases("aes_cbc_hmac.vec");
    CHECK(all.size() > 250);
    for (const auto& one : all) {
        CAPTURE(one.group[0]);
        CAPTURE(one.number);
        REQUIRE(one.fields.size() == 6);
        const ContentAlgorithm* const algorithm = find_content_algorithm(one.group[0]);
        REQUIRE(algorithm != nullptr);
        const SealedContent sealed{
            .iv = one.fields[1], .ciphertext = one.fields[4], .tag = one.fields[5]};
        const auto opened = open_content(*algorithm, one.fields[0], sealed, one.fields[2]);
        CHECK_FALSE((opened && one.must_fail()));
        if (one.must_pass()) {
            REQUIRE(opened);
            CHECK(opened->view() == one.fields[3]);
            const auto again = seal_content(*algorithm, one.fields[0], one.fields[1], one.fields[3],
                                            one.fields[2]);
            REQUIRE(again);
            CHECK(again->ciphertext == sealed.ciphertext);
            CHECK(again->tag == sealed.tag);
        }
    }
}

}  // namespace
}  // namespace step::jose
