#include "remote/google.h"

#include <atomic>
#include <thread>

#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "json/write.h"
#include "tests/support/fake_environment.h"
#include "tests/support/fake_fetcher.h"
#include "tests/support/shared_clock.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::remote;
using test::must;

namespace {

constexpr const char* kAncestry =
    "https://cloudresourcemanager.googleapis.com/v1/projects/p:getAncestry";
constexpr const char* kMetadata =
    "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token";

json::Value service_account(const crypto::PrivateKey& key) {
    json::Value file;
    file.set("type", "service_account");
    file.set("client_email", "ca@project.iam.gserviceaccount.com");
    file.set("private_key_id", "kid-1");
    file.set("private_key", std::string(crypto::encode_pkcs8_key(key).view()));
    file.set("token_uri", "https://oauth2.googleapis.com/token");
    return file;
}

struct GoogleWorld {
    GoogleWorld() {
        fetcher->put(kAncestry,
                     R"({"ancestor":[{"resourceId":{"type":"organization","id":"77"}}]})");
        environment.variables["HOME"] = folder.path;
    }
    std::string organization() {
        const auto found = projects.organization_of("p");
        return found ? *found : found.error().cause;
    }
    std::size_t asked(std::string_view url) const {
        const auto all = fetcher->asked();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const http::Outgoing& one) { return one.url == url; }));
    }

    test::TempFolder folder{};
    test::FakeEnvironment environment{};
    test::SharedClock clock{};
    std::shared_ptr<test::FakeFetcher> fetcher = std::make_shared<test::FakeFetcher>();
    GoogleProjects projects{fetcher, clock, &environment};
};

}  // namespace

TEST_CASE("a service account's key signs for an access token, which is used until it ends") {
    GoogleWorld world;
    const crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kRsa));
    world.environment.variables["GOOGLE_APPLICATION_CREDENTIALS"] =
        world.folder.write("key.json", json::encode(service_account(key)));
    world.fetcher->put("https://oauth2.googleapis.com/token",
                       R"({"access_token":"one","expires_in":3600,"token_type":"Bearer"})");
    CHECK(world.organization() == "77");
    CHECK(world.organization() == "77");
    CHECK(world.asked("https://oauth2.googleapis.com/token") == 1);
    CHECK(http::find_header(world.fetcher->asked().back().headers, "Authorization") ==
          "Bearer one");

    const std::string form = world.fetcher->asked().front().body;
    constexpr std::string_view kStart =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    REQUIRE(form.starts_with(kStart));
    const jose::Jws assertion = must(jose::parse_jws(form.substr(kStart.size())));
    CHECK(assertion.algorithm == "RS256");
    CHECK(assertion.key_id == "kid-1");
    CHECK(jose::verify_jws(assertion, key.public_key()));
    const jose::Claims claims = must(jose::parse_claims(assertion.payload));
    CHECK(claims.issuer == "ca@project.iam.gserviceaccount.com");
    CHECK(claims.audience == std::vector<std::string>{"https://oauth2.googleapis.com/token"});
    CHECK(*claims.expires - *claims.issued_at == std::chrono::hours(1));

    world.clock.advance(std::chrono::seconds(3541));
    CHECK(world.organization() == "77");
    CHECK(world.asked("https://oauth2.googleapis.com/token") == 2);
}

TEST_CASE("without a file the metadata service of the machine gives the token") {
    GoogleWorld world;
    world.fetcher->put(kMetadata, R"({"access_token":"meta","expires_in":100})");
    CHECK(world.organization() == "77");
    const auto asked = world.fetcher->asked();
    CHECK(http::find_header(asked.front().headers, "Metadata-Flavor") == "Google");
    CHECK(http::find_header(asked.back().headers, "Authorization") == "Bearer meta");
}

TEST_CASE("gcloud's own file counts where no other is named: a user's refresh token") {
    GoogleWorld world;
    world.folder.write(
        ".config/gcloud/application_default_credentials.json",
        R"({"type":"authorized_user","client_id":"c d","client_secret":"s","refresh_token":"r/1"})");
    world.fetcher->put("https://oauth2.googleapis.com/token",
                       R"({"access_token":"user","expires_in":100})");
    CHECK(world.organization() == "77");
    CHECK(world.fetcher->asked().front().body ==
          "grant_type=refresh_token&client_id=c%20d&client_secret=s&refresh_token=r%2F1");
}

TEST_CASE("a refused token is not used again") {
    GoogleWorld world;
    world.fetcher->put(kMetadata, R"({"access_token":"meta","expires_in":100})");
    world.fetcher->put(kAncestry, "{}", {}, 401);
    CHECK(world.organization() == "error reading " + std::string(kAncestry) + ": status 401");
    CHECK(!world.organization().empty());
    CHECK(world.asked(kMetadata) == 2);
}

TEST_CASE("who has waited for a token while it could not be had does not wait for another try") {
    constexpr int kMany = 8;
    GoogleWorld world;
    std::atomic<int> waiting{0}, refused{0};
    world.fetcher->put(kMetadata, [&](const http::Outgoing&) -> Result<http::Incoming> {
        while (waiting < kMany) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        world.clock.advance(std::chrono::seconds(3));
        return Error{.code = Code::kUnavailable, .detail = "context deadline exceeded"};
    });
    std::vector<std::jthread> threads;
    for (int i = 0; i < kMany; ++i) {
        threads.emplace_back([&] {
            ++waiting;
            refused += world.organization().find("deadline exceeded") != std::string::npos ? 1 : 0;
        });
    }
    threads.clear();
    CHECK(refused == kMany);
    CHECK(world.asked(kMetadata) <= kMany / 2);  // One, but for threads that come late.
    world.fetcher->put(kMetadata, R"({"access_token":"meta","expires_in":100})");
    CHECK(world.organization() == "77");
}

TEST_CASE("what is wrong with credentials is said, and never what is in them") {
    GoogleWorld world;
    const auto wrong = [&](const std::string& text) {
        world.environment.variables["GOOGLE_APPLICATION_CREDENTIALS"] =
            world.folder.write("bad.json", text);
        return world.organization();
    };
    json::Value file = service_account(must(crypto::generate_key(crypto::KeyKind::kRsa)));
    const auto with = [&](const char* name, json::Value value) {
        json::Value changed = file;
        changed.set(name, std::move(value));
        const std::string words = wrong(json::encode(changed));
        CHECK(words.find("BEGIN") == std::string::npos);
        return words;
    };
    CHECK(wrong("").find("bad.json") != std::string::npos);
    CHECK(wrong("{}").find("type \"\" is not supported") != std::string::npos);
    CHECK(with("type", "external_account").find("is not supported") != std::string::npos);
    CHECK(with("type", 7).find("cannot unmarshal") != std::string::npos);
    CHECK(with("private_key", "garbage").find("private_key") != std::string::npos);
    CHECK(with("client_email", "").find("client_email") != std::string::npos);
    CHECK(with("token_uri", "http://oauth2.googleapis.com/token").find("https") !=
          std::string::npos);
    CHECK(wrong(R"({"type":"authorized_user"})").find("refresh_token") != std::string::npos);
    world.environment.variables["GOOGLE_APPLICATION_CREDENTIALS"] = "/nonexistent";
    CHECK(world.organization().find("/nonexistent") != std::string::npos);
    CHECK(world.fetcher->asked().empty());
    for (const char* answer : {"", "[]", "{}", R"({"access_token":""})", R"({"access_token":7})",
                               R"({"access_token":"a","expires_in":"x"})"}) {
        world.environment.variables.erase("GOOGLE_APPLICATION_CREDENTIALS");
        world.fetcher->put(kMetadata, answer);
        CHECK(world.organization().starts_with("no access token of Google"));
    }
}

TEST_CASE("the last ancestor is the organisation, if it is one") {
    CHECK(
        must(parse_ancestry(
            R"({"ancestor":[{"resourceId":{"type":"project","id":"p"}},{"resourceId":{"type":"folder","id":"5"}},{"resourceId":{"type":"organization","id":"9"}}]})")) ==
        "9");
    CHECK(must(parse_ancestry(R"({"ancestor":[{"resourceId":{"type":"project","id":"p"}}]})"))
              .empty());
    CHECK(must(parse_ancestry(R"({"ancestor":[{}]})")).empty());
    CHECK(!parse_ancestry(R"({"ancestor":[]})"));
    CHECK(!parse_ancestry(R"({"ancestor":[{"resourceId":{"type":7}}]})"));
}
