#include "app/keys.h"

#include <doctest/doctest.h>

#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

namespace step::app {
namespace {

struct KeysWorld {
    test::TempFolder folder;
    test::FakeRandom random;
    crypto::PrivateKey key = *crypto::generate_key(crypto::KeyKind::kEcP256);
    std::string file = folder.write("key", crypto::encrypt_private_key(key, "right", random));

    std::string read(const std::string& fallback, const KeyPassword& password) const {
        const auto found = read_key(file, fallback, password);
        if (!found) {
            return found.error().detail;
        }
        return found->public_key() == key.public_key() ? "ok" : "another key";
    }
};

TEST_CASE("the password file comes first, then ca.json, then the person is asked") {
    const KeysWorld world;
    int asked = 0;
    KeyPassword password;
    password.ask = [&asked](const std::string&) -> Result<Secret> {
        ++asked;
        return Secret(Bytes("right"));
    };
    CHECK(world.read("", password) == "ok");
    CHECK(asked == 1);
    CHECK(world.read("right", password) == "ok");
    CHECK(asked == 1);
    password.given = Secret(Bytes("right"));
    CHECK(world.read("wrong", password) == "ok");
    CHECK(asked == 1);
}

// Texts recorded from step-ca v0.30.2 (golden/cli/cases.json).
TEST_CASE("a wrong password and a missing file are told in the original's words") {
    const KeysWorld world;
    KeyPassword password;
    password.given = Secret(Bytes("wrong"));
    CHECK(world.read("", password) ==
          "error decrypting " + world.file + ": x509: decryption password incorrect");
    CHECK(read_key("/none.key", "", password).error().detail ==
          "error reading \"/none.key\": no such file or directory");
    CHECK(read_certificates({"/none.crt"}).error().detail ==
          "error reading \"/none.crt\": no such file or directory");
}

TEST_CASE("what the prompt says when it cannot ask is what is reported") {
    const KeysWorld world;
    KeyPassword password;
    password.ask = [](const std::string& path) -> Result<Secret> {
        return Error{Code::kUnavailable, "no terminal for " + path};
    };
    CHECK(world.read("", password) == "no terminal for " + world.file);
}

TEST_CASE("a file that is no certificate or no key is named") {
    const test::TempFolder folder;
    const std::string junk = folder.write("junk", "hello");
    CHECK(read_certificates({junk}).error().detail.starts_with("error parsing " + junk + ": "));
    CHECK(read_key(junk, "", {}).error().detail.starts_with("error parsing " + junk + ": "));
}

}  // namespace
}  // namespace step::app
