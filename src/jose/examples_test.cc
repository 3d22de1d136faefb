// The examples of the RFCs, and Wycheproof's verdicts on content encryption.
#include <doctest/doctest.h>

#include "jose/content_impl.h"
#include "jose/jwe.h"
#include "jose/signed_message.h"
#include "tests/support/fake_random.h"
#include "tests/support/jose_rows.h"
#include "tests/support/wycheproof.h"

namespace step::jose {
namespace {

/// A row of cookbook.vec, decoded.
struct Example {
    std::string name{}, key{}, text{}, plain{};
    std::size_t index = 0;
};
std::vector<Example> examples(const std::string& kind) {
    std::vector<Example> all;
    for (const auto& row : rows_for_test("cookbook.vec", kind)) {
        all.push_back({.name = row[0],
                       .key = decoded_for_test(row[2]),
                       .text = decoded_for_test(row[3]),
                       .plain = decoded_for_test(row[4]),
                       .index = static_cast<std::size_t>(row[1][0] - '0')});
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

TEST_CASE("the encrypted examples of RFC 7520 open with their keys, and not when changed") {
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

TEST_CASE("the example of RFC 7520 with a password opens with it only") {
    for (const Example& example : examples("pbes2")) {
        const auto message = parse_encrypted(example.text);
        REQUIRE(message);
        const auto opened = decrypt(*message, example.key);
        REQUIRE(opened);
        CHECK(opened->view() == example.plain);
        CHECK(!decrypt(*message, example.key + "x"));
    }
}

TEST_CASE("the signed examples of RFC 7520 and RFC 8037 verify, each signature with its key") {
    for (Example& example : examples("jws")) {
        CAPTURE(example.name);
        CHECK(verify(example));
        example.index = example.index == 0 ? 1 : 0;
        if (example.name == "4_8/json") {
            CHECK(!verify(example));
        }
    }
}

TEST_CASE("compressed and detached contents, several recipients, b64 and X25519 are refused") {
    for (const Example& example : examples("no-jwe")) {
        CAPTURE(example.name);
        CHECK(!open(example));
    }
    for (const Example& example : examples("no-jws")) {
        CAPTURE(example.name);
        CHECK(!verify(example));
    }
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
