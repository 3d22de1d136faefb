#include "remote/key_set.h"

#include <poll.h>

#include <atomic>

#include "crypto/keygen.h"
#include "jose/jwk.h"
#include "json/write.h"
#include "remote/outside.h"
#include "tests/support/fake_fetcher.h"
#include "tests/support/fake_random.h"
#include "tests/support/shared_clock.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::remote;
using namespace std::chrono_literals;
using test::must;

namespace {

constexpr const char* kUrl = "https://keys.test/certs";

struct Lines final : Log {
    void write(Level /*level*/, std::string_view text, const Fields& /*fields*/) override {
        const std::scoped_lock lock(mutex);
        all.emplace_back(text);
    }
    std::mutex mutex{};
    std::vector<std::string> all{};
};

/// A server of keys, and a set that follows it.
struct KeyWorld {
    KeyWorld() {
        jose::Jwk jwk;
        jwk.public_key = key.public_key();
        shape = jose::public_jwk(jwk);
    }
    std::string keys(std::initializer_list<const char*> names) const {
        json::Array all;
        for (const char* name : names) {
            json::Value one = shape;
            one.set("kid", name);
            all.push_back(one);
        }
        return json::encode(json::Object{{.name = "keys", .value = all}});
    }
    /// Answers that wait until `gate` opens, and are counted.
    void serve(std::string body, http::Headers headers = {}, int status = 200) {
        fetcher->put(kUrl, [this, body, headers, status](const http::Outgoing&) {
            ++served;
            while (!gate) {
                std::this_thread::sleep_for(1ms);
            }
            return http::Incoming{.status = status, .headers = headers, .body = body};
        });
    }
    std::shared_ptr<KeySet> make() {
        return std::make_shared<KeySet>(KeyPlace{.url = kUrl}, KeySet::World{.fetcher = fetcher,
                                                                             .clock = clock,
                                                                             .random = random,
                                                                             .log = log,
                                                                             .timing = timing});
    }
    /// Until the set has asked `count` times, or a minute has passed.
    bool reached(int count) const {
        for (int i = 0; i < 60'000 && served < count; ++i) {
            std::this_thread::sleep_for(1ms);
        }
        return served >= count;
    }
    static bool has(const std::shared_ptr<KeySet>& set, std::string_view kid) {
        const auto found = set->get(kid);
        return found && (*found)->has(kid);
    }

    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    json::Value shape{};
    std::shared_ptr<test::FakeFetcher> fetcher = std::make_shared<test::FakeFetcher>();
    test::SharedClock clock{};
    test::FakeRandom random{};
    Lines log{};
    KeyTiming timing{.wait = 60s, .first_retry = 1s, .last_retry = 8s, .nap = 2ms};
    std::atomic<int> served{0};
    std::atomic<bool> gate{true};
};

}  // namespace

TEST_CASE("nothing is fetched before somebody needs it, then once") {
    KeyWorld world;
    world.serve(world.keys({"a", "b"}));
    const auto set = world.make();
    CHECK(set->trouble() == "https://keys.test/certs has not been fetched yet");
    CHECK(world.served == 0);
    CHECK(KeyWorld::has(set, "a"));
    CHECK(KeyWorld::has(set, "b"));
    CHECK(set->trouble().empty());
    CHECK(world.served == 1);
    const http::Outgoing asked = world.fetcher->asked().at(0);
    CHECK(asked.max_body == (std::size_t{1} << 20U));
    CHECK(asked.timeout == 10s);
    CHECK(asked.stop_fd >= 0);
}

TEST_CASE("any number of requests that wait for the first keys cause one fetch") {
    KeyWorld world;
    world.serve(world.keys({"a"}));
    world.gate = false;
    const auto set = world.make();
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] { good += KeyWorld::has(set, "a") ? 1 : 0; });
    }
    CHECK(world.reached(1));
    world.gate = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(good == 8);
    CHECK(world.served == 1);
}

TEST_CASE("keys are fetched anew before they run out, and nobody waits for that") {
    KeyWorld world;
    world.serve(world.keys({"a"}), {{"Cache-Control", "max-age=600"}});
    const auto set = world.make();
    CHECK(KeyWorld::has(set, "a"));
    world.clock.advance(399s);  // At most a third earlier.
    std::this_thread::sleep_for(20ms);
    CHECK(world.served == 1);
    world.gate = false;
    world.clock.advance(201s);
    CHECK(world.reached(2));
    for (int i = 0; i < 100; ++i) {
        CHECK(KeyWorld::has(set, "a"));  // While the server does not answer.
    }
    CHECK(world.served == 2);
    world.gate = true;
}

TEST_CASE("an unknown name causes a fetch, strangers' names no more than one in half a minute") {
    KeyWorld world;
    world.serve(world.keys({"a"}));
    const auto set = world.make();
    CHECK(KeyWorld::has(set, "a"));
    world.serve(world.keys({"a", "new"}));
    CHECK(!KeyWorld::has(set, "new"));  // Just fetched.
    CHECK(world.served == 1);
    world.clock.advance(31s);
    CHECK(KeyWorld::has(set, "new"));
    CHECK(world.served == 2);
    for (int i = 0; i < 1000; ++i) {
        CHECK(!KeyWorld::has(set, "stranger " + std::to_string(i)));
    }
    CHECK(world.served == 2);
}

TEST_CASE("keys stay in use for a day after their server has gone, and no longer") {
    KeyWorld world;
    world.serve(world.keys({"a"}), {{"Cache-Control", "max-age=600"}});
    const auto set = world.make();
    CHECK(KeyWorld::has(set, "a"));
    world.serve("gone", {}, 500);
    world.clock.advance(23h);
    CHECK(world.reached(2));
    CHECK(KeyWorld::has(set, "a"));
    CHECK(set->trouble().empty());
    world.clock.advance(2h);
    std::this_thread::sleep_for(20ms);
    CHECK(!KeyWorld::has(set, "a"));
    CHECK(set->trouble() == "error reading https://keys.test/certs: status 500");
    world.serve(world.keys({"a"}));
    world.clock.advance(1min);
    CHECK(KeyWorld::has(set, "a"));
    CHECK(world.log.all.size() == 2);
}

TEST_CASE(
    "whatever a server of keys does, the set says what is wrong and works when it is mended") {
    struct Row {
        const char* why;
        std::function<Result<http::Incoming>(const http::Outgoing&)> answer;
    };
    const auto body = [](std::string text) {
        return
            [text](const http::Outgoing&) { return http::Incoming{.status = 200, .body = text}; };
    };
    const auto status = [](int code) {
        return
            [code](const http::Outgoing&) { return http::Incoming{.status = code, .body = "{}"}; };
    };
    const auto failure = [](const char* text) {
        return [text](const http::Outgoing&) -> Result<http::Incoming> {
            return Error{.code = Code::kUnavailable, .detail = text};
        };
    };
    const Row rows[] = {
        {"status 500", status(500)},
        {"status 404", status(404)},
        {"status 301", status(301)},
        {"status 204", status(204)},
        {"EOF", body("")},
        {"invalid character", body("<html>sign in</html>")},
        {"no JWK set", body("[]")},
        {"no JWK set", body("null")},
        {"no key that can be used", body(R"({"keys":[]})")},
        {"no key that can be used", body(R"({"keys":[{"kty":"oct","k":"AAAA"}]})")},
        {"larger", body(std::string(std::size_t{50} << 20U, ' '))},
        {"context deadline exceeded", failure("context deadline exceeded")},
        {"connection refused", failure("dial tcp 127.0.0.1:1: connect: connection refused")},
        {"unknown authority", failure("tls: failed to verify certificate: x509: certificate signed "
                                      "by unknown authority")},
    };
    for (const Row& row : rows) {
        KeyWorld world;
        world.fetcher->put(kUrl, row.answer);
        const auto set = world.make();
        INFO(std::string(row.why));
        const auto got = set->get("a");
        INFO((got ? std::string() : got.error().detail));
        REQUIRE(!got);
        CHECK(got.error().code == Code::kUnavailable);
        CHECK(got.error().detail.find(row.why) != std::string::npos);
        CHECK(set->trouble() == got.error().detail);
        // Until it is tried again, the answer comes at once.
        CHECK(!set->get("a"));
        world.serve(world.keys({"a"}));
        world.clock.advance(10s);
        CHECK(KeyWorld::has(set, "a"));
        CHECK(set->trouble().empty());
    }
}

TEST_CASE("a server that is down is asked less and less often") {
    KeyWorld world;
    world.serve("down", {}, 503);
    const auto set = world.make();
    set->start();
    CHECK(world.reached(1));
    int asked = 0;
    for (int second = 0; second < 60; ++second) {
        world.clock.advance(1s);
        const int seen = world.clock.looks();
        // Twice, for the first may have been under way; once more for the end of a fetch.
        while (world.clock.looks() < seen + 3) {
            std::this_thread::sleep_for(1ms);
        }
    }
    asked = world.served;
    CHECK(asked >= 6);   // 1, 2, 4 and then each 8 seconds at most,
    CHECK(asked <= 16);  // a quarter less at least.
}

TEST_CASE("a set that goes stops what it fetches and whoever waits") {
    KeyWorld world;
    std::atomic<bool> stopped{false};
    world.fetcher->put(kUrl, [&](const http::Outgoing& request) -> Result<http::Incoming> {
        ++world.served;
        pollfd one{request.stop_fd, POLLIN, 0};
        stopped = ::poll(&one, 1, 60'000) == 1;
        return Error{.code = Code::kUnavailable, .detail = "context canceled"};
    });
    auto set = world.make();
    set->start();
    CHECK(world.reached(1));
    set.reset();
    CHECK(stopped);
}

TEST_CASE("whoever asks for the keys of a place has the same set, as long as somebody has it") {
    KeyWorld world;
    world.serve(world.keys({"a"}));
    Outside outside(
        {.fetcher = world.fetcher, .clock = world.clock, .random = world.random, .log = world.log},
        nullptr);
    auto one = outside.keys({.url = kUrl});
    CHECK(outside.keys({.url = kUrl}) == one);
    CHECK(outside.keys({.url = kUrl, .is_discovery = true}) != one);
    CHECK(KeyWorld::has(one, "a"));
    const auto next = outside.keys({.url = kUrl});  // A new configuration.
    one.reset();                                    // The old one has gone.
    CHECK(KeyWorld::has(next, "a"));
    CHECK(world.served == 1);
}
