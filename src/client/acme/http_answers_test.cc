// Paths and types are those of RFC 8555 8.3, on loopback.
#include "client/acme/http_answers.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/system.h"
#include "crypto/random.h"
#include "http/server.h"
#include "tests/support/temp_folder.h"

namespace step::client::acme {
namespace {

struct World {
    SystemClock clock{};
    crypto::SystemRandom random{};

    /// A port that was free a moment ago.
    std::string free_address(const std::string& host) {
        const auto probe = http::Server::listen({.address = host + ":0"}, nullptr,
                                                std::make_shared<http::Router>(), clock, random);
        REQUIRE_MESSAGE(probe, probe.error().detail);
        return (*probe)->address();
    }
    static Result<http::Incoming> get(const std::string& address, const std::string& path) {
        return http::Client::make({})->send({.url = "http://" + address + path, .max_body = 1'000});
    }
};

constexpr const char* kPlace = "/.well-known/acme-challenge/";

}  // namespace

TEST_CASE("our own server knows the tokens that are shown, and ends with its owner") {
    World world;
    for (const char* host : {"127.0.0.1", "[::1]"}) {
        CAPTURE(host);
        const std::string address = world.free_address(host);
        {
            const auto answers = standalone_answers(address, world.clock, world.random);
            CHECK(answers->name() == "Standalone");
            CHECK(!World::get(address, "/"));  // Nobody listens before the first token.
            REQUIRE(answers->show("one", "one.thumb"));
            REQUIRE(answers->show("two", "two.thumb"));
            const auto found = World::get(address, std::string(kPlace) + "one");
            REQUIRE(found);
            CHECK(found->status == 200);
            CHECK(found->body == "one.thumb");
            CHECK(http::find_header(found->headers, "Content-Type") == "application/octet-stream");
            for (const char* other : {"three", "", "one/x", "../../../etc/passwd"}) {
                CHECK(World::get(address, std::string(kPlace) + other)->status == 404);
            }
            CHECK(World::get(address, "/")->status == 404);
            REQUIRE(answers->hide("one"));
            CHECK(World::get(address, std::string(kPlace) + "one")->status == 404);
            CHECK(World::get(address, std::string(kPlace) + "two")->body == "two.thumb");
        }
        CHECK(!World::get(address, std::string(kPlace) + "two"));
    }
}

TEST_CASE("a port that another holds is named, with what to do") {
    World world;
    const auto holder =
        http::Server::listen({.address = "127.0.0.1:0"}, nullptr, std::make_shared<http::Router>(),
                             world.clock, world.random);
    REQUIRE(holder);
    const std::string address = (*holder)->address();
    const Status shown = standalone_answers(address, world.clock, world.random)->show("a", "b");
    REQUIRE(!shown);
    CHECK(
        shown.error().detail ==
        "error listening at " + address + " for the HTTP challenge: listen tcp " + address +
            ": bind: address already in use; free the port, or use '--http-listen' or '--webroot'");
}

TEST_CASE("files of a webroot can be read by all, and go") {
    const test::TempFolder folder;
    const std::string place = folder / ".well-known/acme-challenge/";
    {
        const auto answers = webroot_answers(folder.path);
        CHECK(answers->name() == "Webroot");
        REQUIRE(answers->show("one", "one.thumb"));
        REQUIRE(answers->show("two", "two.thumb"));
        CHECK(*read_file(place + "one") == "one.thumb");
        CHECK(test::mode_of(place + "one") == 0644);
        CHECK(test::mode_of(folder / ".well-known") == 0755);
        CHECK(test::mode_of(place) == 0755);
        REQUIRE(answers->hide("one"));
        CHECK(kind_of(place + "one") == Kind::kNothing);
        CHECK(answers->hide("one"));
    }
    CHECK(kind_of(place + "two") == Kind::kNothing);
    CHECK(kind_of(place) == Kind::kFolder);
}

TEST_CASE("a webroot has to be there, and a folder") {
    const test::TempFolder folder;
    const auto fails = [](const std::string& path) {
        return webroot_answers(path)->show("a", "b").error().detail;
    };
    CHECK(fails(folder / "none") == "webroot directory " + (folder / "none") + " does not exist");
    const std::string file = folder.write("file", "");
    CHECK(fails(file) == "webroot " + file + " is not a directory");
}

}  // namespace step::client::acme
