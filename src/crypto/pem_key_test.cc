#include "crypto/pem_key.h"

#include <doctest/doctest.h>

#include "asn1/writer.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "tests/support/data.h"
#include "tests/support/fake_random.h"

namespace step::crypto {
namespace {

Bytes file(const std::string& name) {
    return test::data("crypto/" + name);
}
Result<PrivateKey> parse(std::string_view pem, const char* password = "password") {
    return parse_private_key(pem, [&] { return Result<Secret>(Secret(password)); });
}
Result<PrivateKey> parse_clear(std::string_view pem) {
    return parse_private_key(pem, [] {
        FAIL("asked for a password");
        return Result<Secret>(Secret());
    });
}

TEST_CASE("keys in the clear are read without asking for a password") {
    for (const char* name : {"ec256", "ec384", "ec521", "rsa", "ed"}) {
        CAPTURE(name);
        const Bytes pem = file(fmt::format("{}.key", name));
        CHECK(!is_encrypted_key(pem));
        const auto key = parse_clear(pem);
        REQUIRE(key);
        CHECK(encode_public_key(key->public_key()) == file(fmt::format("{}.pub", name)));
        // The original wrote these files in its own forms.
        CHECK(encode_private_key(*key).view() == pem);
    }
    CHECK(parse_clear(file("rsa.p8.key")));
    CHECK(parse_clear(file("openssl-ec-parameters.key")));
}

TEST_CASE("keys the original or OpenSSL encrypted open with their password and no other") {
    for (const char* name :
         {"ec256.enc.key", "ec384.enc.key", "ec521.enc.key", "ed.enc.key", "rsa.enc.key",
          "rsa.des3.key", "ec256.aes128.key", "ec256.p8enc.key", "ca/intermediate_ca_key",
          "ca/root_ca_key", "openssl-hmacWithSHA1-aes192.key", "openssl-hmacWithSHA256-aes192.key",
          "openssl-hmacWithSHA384-aes192.key", "openssl-hmacWithSHA512-aes192.key",
          "openssl-des3.key", "openssl-aes128.key"}) {
        CAPTURE(name);
        const Bytes pem = file(name);
        CHECK(is_encrypted_key(pem));
        CHECK(parse(pem));
        for (const char* wrong : {"", "Password", "password\n"}) {
            const auto key = parse(pem, wrong);
            REQUIRE(!key);
            CHECK(key.error().code == Code::kInvalidArgument);
            CHECK(key.error().detail == "x509: decryption password incorrect");
        }
    }
}

TEST_CASE("an encrypted key is the same key as the one in the clear") {
    const auto clear = parse_clear(file("ec256.key"));
    REQUIRE(clear);
    for (const char* name : {"openssl-des3.key", "openssl-hmacWithSHA512-aes192.key"}) {
        CHECK(parse(file(name))->public_key() == clear->public_key());
    }
    const auto certificate = parse_public_key(file("ca/root_ca.crt"));
    REQUIRE(certificate);
    CHECK(parse(file("ca/root_ca_key"))->public_key() == *certificate);
}

TEST_CASE("the error of whoever is asked for the password is passed on") {
    const auto key = parse_private_key(file("ec256.enc.key"), [] {
        return Result<Secret>(Error{.code = Code::kUnavailable, .detail = "no terminal"});
    });
    REQUIRE(!key);
    CHECK(key.error().detail == "no terminal");
}

TEST_CASE("what we encrypt has the original's form and opens again") {
    test::FakeRandom random;
    for (const char* name : {"ec256", "ec384", "ec521", "rsa", "ed"}) {
        CAPTURE(name);
        const auto key = parse_clear(file(fmt::format("{}.key", name)));
        REQUIRE(key);
        const std::string ours = encrypt_private_key(*key, "password", random);
        const std::string theirs = file(fmt::format("{}.enc.key", name));
        const auto opened = parse(ours);
        REQUIRE(opened);
        CHECK(opened->public_key() == key->public_key());
        CHECK(!parse(ours, "other"));

        const auto our_lines = split(ours, '\n');
        const auto their_lines = split(theirs, '\n');
        CHECK(our_lines[0] == their_lines[0]);
        if (key->kind() != KeyKind::kEd25519) {
            CHECK(our_lines[1] == their_lines[1]);
            const std::size_t prefix = std::string("DEK-Info: AES-256-CBC,").size();
            CHECK(our_lines[2].substr(0, prefix) == their_lines[2].substr(0, prefix));
            CHECK(our_lines[2] ==
                  to_lower(our_lines[2].substr(prefix)).insert(0, "DEK-Info: AES-256-CBC,"));
            CHECK(our_lines[2].size() == their_lines[2].size());
        }
        CHECK(our_lines.size() == their_lines.size());
    }
}

TEST_CASE("an encrypted Ed25519 key differs from the original's in salt, vector and text only") {
    test::FakeRandom random;
    const auto key = parse_clear(file("ed.key"));
    REQUIRE(key);
    const auto ours = next_pem(encrypt_private_key(*key, "password", random));
    const auto theirs = next_pem(file("ed.enc.key"));
    REQUIRE(ours);
    REQUIRE(theirs);
    Bytes a = ours->block.bytes;
    Bytes b = theirs->block.bytes;
    REQUIRE(a.size() == b.size());
    for (Bytes* der : {&a, &b}) {  // Offsets as `openssl asn1parse` prints them.
        der->replace(35, 16, 16, '.');
        der->replace(85, 16, 16, '.');
        der->replace(103, 64, 64, '.');
    }
    CHECK(a == b);
}

/// A PBES2 file with these rounds and this salt.
std::string pbes2(std::int64_t rounds, std::size_t salt) {
    asn1::Writer w;
    using asn1::Tag;
    const auto oid = [&](const char* text) { w.oid(*asn1::Oid::from_text(text)); };
    const auto info = w.begin(Tag::kSequence);
    const auto algorithm = w.begin(Tag::kSequence);
    oid("1.2.840.113549.1.5.13");
    const auto parameters = w.begin(Tag::kSequence);
    const auto kdf = w.begin(Tag::kSequence);
    oid("1.2.840.113549.1.5.12");
    const auto pbkdf2_parameters = w.begin(Tag::kSequence);
    w.octets(Bytes(salt, 's'));
    w.integer(rounds);
    w.end(pbkdf2_parameters);
    w.end(kdf);
    const auto scheme = w.begin(Tag::kSequence);
    oid("2.16.840.1.101.3.4.1.42");
    w.octets(Bytes(16, 'i'));
    w.end(scheme);
    w.end(parameters);
    w.end(algorithm);
    w.octets(Bytes(48, 'x'));
    w.end(info);
    return encode_pem("ENCRYPTED PRIVATE KEY", w.view());
}

TEST_CASE("a file cannot make us work for hours") {
    for (const auto& [rounds, salt] : {std::pair<std::int64_t, std::size_t>{10'000'001, 8},
                                       {INT64_MAX, 8},
                                       {0, 8},
                                       {-1, 8},
                                       {1, 1'000'000}}) {
        const auto key = parse(pbes2(rounds, salt));
        REQUIRE(!key);
        CHECK(key.error().detail == "unsupported PBKDF2 parameters");
    }
    CHECK(parse(pbes2(1000, 8)).error().detail == "x509: decryption password incorrect");
}

TEST_CASE("files that are no key we know are refused in known words") {
    const auto detail = [](const std::string& pem) { return parse(pem).error().detail; };
    CHECK(detail("") == "unsupported format");
    CHECK(detail(file("rsacert.crt")) == "unsupported format");
    CHECK(!is_encrypted_key(file("rsacert.crt")));
    CHECK(detail(file("openssl-pbes1.key")) == "unsupported encryption of PKCS #8");
    const std::string pem = file("ec256.enc.key");
    CHECK(detail(replace_all(pem, "AES-256-CBC", "RC2-CBC")) == "x509: unknown encryption mode");
    CHECK(detail(replace_all(pem, "AES-256-CBC,", "AES-256-CBC ")) ==
          "x509: malformed DEK-Info header");
    CHECK(detail(replace_all(pem, "AES-256-CBC", "DES-EDE3-CBC")) == "x509: incorrect IV size");
}

}  // namespace
}  // namespace step::crypto
