// The place is the rule of the issue: acme/<host>/<SHA-256 of directory URL and contacts>.json.
#include "client/acme/account_file.h"

#include <doctest/doctest.h>

#include "crypto/keygen.h"
#include "tests/support/temp_folder.h"

namespace step::client::acme {

TEST_CASE("an account comes back from its file, which only its owner can read") {
    const test::TempFolder folder;
    const AccountFile file(folder.path, "https://ca.test:9000/dir", {"mailto:a@b.test"});
    const auto none = file.load();
    REQUIRE(none);
    CHECK(!*none);
    const Account account{.key = *crypto::generate_key(crypto::KeyKind::kEcP256),
                          .url = "https://ca.test:9000/account/1"};
    REQUIRE(file.save(account));
    CHECK(file.path().starts_with(folder / "ca.test:9000/"));
    CHECK(test::mode_of(file.path()) == 0600);
    CHECK(test::mode_of(folder / "ca.test:9000") == 0700);
    const auto loaded = file.load();
    REQUIRE(loaded);
    REQUIRE(*loaded);
    CHECK((*loaded)->url == account.url);
    CHECK((*loaded)->key.public_key() == account.key.public_key());
}

TEST_CASE("each directory and each set of contacts has a file of its own, inside the folder") {
    const auto place = [](const std::string& url, std::vector<std::string> contacts) {
        return AccountFile("/f", url, std::move(contacts)).path();
    };
    const std::string one = place("https://ca.test/a", {});
    CHECK(one == place("https://ca.test/a", {}));
    CHECK(one != place("https://ca.test/b", {}));
    CHECK(one != place("https://ca.test/a", {"mailto:a@b.test"}));
    CHECK(place("https://x", {"a", "b"}) != place("https://x", {"b", "a"}));
    CHECK(place("https://../a", {}).starts_with("/f/other/"));
    CHECK(as_contacts({"a@b.test", "mailto:c@d.test", "tel:1"}) ==
          std::vector<std::string>{"mailto:a@b.test", "mailto:c@d.test", "tel:1"});
}

TEST_CASE("a file that holds no account is named, not replaced") {
    const test::TempFolder folder;
    const AccountFile file(folder.path, "https://ca.test/dir", {});
    const std::string name = file.path().substr(folder.path.size() + 1);
    for (const char* text :
         {"", "{}", R"({"account":"https://ca.test/1","key":{"kty":"oct","k":"AA"}})",
          R"({"account":7,"key":{}})"}) {
        CAPTURE(text);
        (void)folder.write(name, text);
        const auto loaded = file.load();
        REQUIRE(!loaded);
        CHECK(loaded.error().detail.starts_with("error reading " + file.path() + ": "));
    }
}

}  // namespace step::client::acme
