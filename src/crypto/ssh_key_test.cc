#include "crypto/ssh_key.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/pem.h"
#include "base/text.h"
#include "crypto/bcrypt.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "tests/support/data.h"
#include "tests/support/fake_random.h"

namespace step::crypto {
namespace {

Bytes ssh_file(const std::string& name) {
    return test::data("ssh/" + name);
}
PublicKey public_key(const std::string& name) {
    auto key = parse_authorized_key(ssh_file(name + ".pub"));
    REQUIRE(key);
    return *key;
}
Bytes contents(std::string_view pem) {
    auto found = next_pem(pem);
    REQUIRE(found);
    return std::move(found->block.bytes);
}
constexpr const char* kKeys[] = {"ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"};

TEST_CASE("public keys of ssh-keygen are read and written as they were") {
    for (const char* name : kKeys) {
        CAPTURE(name);
        const Bytes line = ssh_file(fmt::format("{}.pub", name));
        CHECK(is_authorized_key(line));
        CHECK(
            line.starts_with(trim(encode_authorized_key(public_key(name)))));  // A comment follows.
    }
}

TEST_CASE("an OpenSSH certificate gives the key it is about") {
    for (const char* name : {"ed25519", "ecdsa384"}) {
        const Bytes line = ssh_file(fmt::format("{}-cert.pub", name));
        CHECK(is_authorized_key(line));
        const auto key = parse_authorized_key(line);
        REQUIRE(key);
        CHECK(*key == public_key(name));
    }
}

TEST_CASE("options, comments and lines before a key of authorized_keys are skipped") {
    const Bytes line = ssh_file("ed25519.pub");
    for (const std::string& text :
         {"# one\n\n" + line, "command=\"echo \\\"hi there\\\" x\",no-pty " + line, "  \t" + line,
          "ssh-rsa AAAA broken\n" + line}) {
        const auto key = parse_authorized_key(text);
        REQUIRE(key);
        CHECK(*key == public_key("ed25519"));
    }
    CHECK(parse_authorized_key("").error().detail == "ssh: no key found");
    CHECK(parse_authorized_key("ssh-ed25519").error().detail == "ssh: no key found");
    CHECK(parse_authorized_key("ssh-ed25519 !!").error().detail == "ssh: no key found");
    CHECK(parse_authorized_key(ssh_file("dsa.pub")).error().detail == "DSA keys not supported");
}

TEST_CASE("a public key that is cut short or too long is no key") {
    const Bytes wire = encode_ssh_key(public_key("ecdsa256"));
    for (std::size_t size = 0; size < wire.size(); ++size) {
        CHECK(!parse_ssh_key(ByteView(wire).substr(0, size)));
    }
    CHECK(parse_ssh_key(wire));
    CHECK(!parse_ssh_key(wire + "x"));
}

TEST_CASE("private keys of ssh-keygen in clear are read without asking for a password") {
    for (const char* name : kKeys) {
        CAPTURE(name);
        const Bytes pem = ssh_file(name);
        CHECK(!is_encrypted_key(pem));
        const auto key = parse_private_key(pem, [] {
            FAIL("asked for a password");
            return Result<Secret>(Secret());
        });
        REQUIRE(key);
        CHECK(key->public_key() == public_key(name));
    }
}

TEST_CASE("private keys that ssh-keygen encrypted are opened with their password") {
    for (const char* name : {"ed25519-aes256-ctr", "ed25519-aes192-ctr", "ed25519-aes128-cbc",
                             "ed25519-aes256-cbc", "ecdsa521-encrypted", "rsa2048-encrypted"}) {
        CAPTURE(name);
        const Bytes pem = ssh_file(name);
        CHECK(is_encrypted_key(pem));
        const auto key =
            parse_private_key(pem, [] { return Result<Secret>(Secret("correct horse")); });
        REQUIRE(key);
        const std::string_view whole(name);
        CHECK(key->public_key() == public_key(std::string(whole.substr(0, whole.find('-')))));
    }
    for (const char* wrong : {"", "correct horsf"}) {
        CHECK(open_openssh_key(contents(ssh_file("ed25519-aes256-ctr")), wrong).error().detail ==
              "x509: decryption password incorrect");
    }
    CHECK(open_openssh_key(contents(ssh_file("ed25519-chacha")), "correct horse").error().detail ==
          "ssh: unknown cipher of a private key");
}

TEST_CASE("a damaged private key is refused, whichever octet it is") {
    Bytes der = contents(ssh_file("ecdsa256"));
    const std::size_t comment = der.find("a comment");
    REQUIRE(comment != Bytes::npos);
    for (std::size_t i = 0; i < der.size(); ++i) {
        Bytes bad = der;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        const bool harmless = i >= comment && i < comment + 9;
        // The point stands twice; the second one is not needed.
        const std::size_t point = der.rfind(public_key("ecdsa256").key_bits());
        const bool second_point = i + 16 >= point && i < point + 65;
        if (!harmless && !second_point) {
            CAPTURE(i);
            CHECK(!open_openssh_key(bad, {}));
        }
    }
    CHECK(!open_openssh_key(der + "x", {}));
    CHECK(!open_openssh_key(ByteView(der).substr(0, der.size() - 1), {}));
}

TEST_CASE("what we write can be read, with and without a password") {
    test::FakeRandom random;
    const Secret password("pass");
    for (const KeyKind kind :
         {KeyKind::kEcP256, KeyKind::kEcP384, KeyKind::kEcP521, KeyKind::kEd25519, KeyKind::kRsa}) {
        const auto key = generate_key(kind);
        REQUIRE(key);
        const PemBlock clear = seal_openssh_key(*key, nullptr, random);
        CHECK(!is_encrypted_openssh_key(clear.bytes));
        const auto again = open_openssh_key(clear.bytes, {});
        REQUIRE(again);
        CHECK(again->pkcs8().view() == key->pkcs8().view());

        if (kind != KeyKind::kEcP384 && kind != KeyKind::kRsa) {
            continue;  // Two are enough for a slow function.
        }
        const PemBlock sealed = seal_openssh_key(*key, &password, random);
        CHECK(is_encrypted_openssh_key(sealed.bytes));
        const auto opened = open_openssh_key(sealed.bytes, "pass");
        REQUIRE(opened);
        CHECK(opened->pkcs8().view() == key->pkcs8().view());
        CHECK(!open_openssh_key(sealed.bytes, "Pass"));
    }
}

TEST_CASE("bcrypt_pbkdf is held to what it can do") {
    CHECK(!bcrypt_pbkdf("", "salt", 1, 32));
    CHECK(!bcrypt_pbkdf("password", "", 1, 32));
    CHECK(!bcrypt_pbkdf("password", "salt", 0, 32));
    CHECK(!bcrypt_pbkdf("password", "salt", 65'537, 32));
    CHECK(!bcrypt_pbkdf("password", "salt", 1, 0));
    CHECK(!bcrypt_pbkdf("password", "salt", 1, 1025));
    CHECK(bcrypt_pbkdf("password", "salt", 1, 40)->view().size() == 40);
}

}  // namespace
}  // namespace step::crypto
