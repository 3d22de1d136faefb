#include "webhook/secrets.h"

#include <doctest/doctest.h>

#include "tests/support/temp_folder.h"

namespace step::webhook {
namespace {

TEST_CASE("keys are decoded, logins become headers") {
    const auto all = parse_credentials(R"({"a":{"secret":"AQI=","bearerToken":"t"},
        "b":{"basicAuth":{"username":"Aladdin","password":"open sesame"}},"c":{}})",
                                       "f");
    REQUIRE(all);
    CHECK(all->at("a").signing_key.view() == "\x01\x02");
    CHECK(all->at("a").authorization.view() == "Bearer t");
    // RFC 7617, section 2.
    CHECK(all->at("b").authorization.view() == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(all->at("b").signing_key.empty());
    CHECK(all->at("c").authorization.empty());
}

TEST_CASE("a file that cannot be read is an error that shows no value") {
    for (const char* text : {"", "[]", R"({"a":1})", R"({"a":{"secret":"hush!"}})",
                             R"({"a":{"secret":1}})", R"({"a":{"basicAuth":"hush"}})"}) {
        const auto all = parse_credentials(text, "/x/webhooks.json");
        REQUIRE_MESSAGE(!all, text);
        CHECK(all.error().detail.starts_with("error reading /x/webhooks.json: "));
        CHECK(all.error().detail.find("hush") == std::string::npos);
    }
    const test::TempFolder folder;
    CHECK(load_credentials(folder / "none.json")->empty());
}

TEST_CASE("credentials are in the folder secrets beside config, or beside ca.json") {
    CHECK(credentials_beside("/s/config/ca.json") == "/s/secrets/webhooks.json");
    CHECK(credentials_beside("config/ca.json") == "secrets/webhooks.json");
    CHECK(credentials_beside("/etc/step-ca/ca.json") == "/etc/step-ca/secrets/webhooks.json");
    CHECK(credentials_beside("ca.json") == "secrets/webhooks.json");
}

TEST_CASE("changing one entry keeps the others and what this program does not know") {
    auto file = CredentialsFile::parse(R"({"x":{"secret":"AA==","new":[1.0]},"y":5})", "f");
    REQUIRE(file);
    file->set_secret("z", "AQ==");
    file->set_login("z", {.username = "u"});
    file->set_login("z", {.password = "p"});
    file->set_login("x", {.bearer_token = "t"});
    CHECK(file->text() ==
          "{\n\t\"x\": {\n\t\t\"secret\": \"AA==\",\n\t\t\"new\": [\n\t\t\t1.0\n\t\t],\n"
          "\t\t\"bearerToken\": \"t\"\n\t},\n\t\"y\": 5,\n\t\"z\": {\n\t\t\"secret\": \"AQ==\",\n"
          "\t\t\"basicAuth\": {\n\t\t\t\"username\": \"u\",\n\t\t\t\"password\": \"p\"\n\t\t}\n"
          "\t}\n}\n");
    file->set_login("z", {.bearer_token = "t"});
    CHECK(file->text().find("basicAuth") == std::string::npos);
    file->set_login("z", {.username = "u"});
    CHECK(file->text().find("\"z\": {\n\t\t\"secret\": \"AQ==\",\n\t\t\"basicAuth\"") !=
          std::string::npos);
    file->remove("x");
    file->remove("y");
    CHECK_FALSE(file->empty());
    file->remove("z");
    CHECK(file->empty());
    CHECK(CredentialsFile::parse("", "f")->empty());
    CHECK(!CredentialsFile::parse("[]", "f"));
}

}  // namespace
}  // namespace step::webhook
