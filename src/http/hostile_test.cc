// Attacks on memory and time. Forms that two readers could split differently are in server_test.cc,
// all of it against the whole step-ca in tests/functional/hostile_http_test.py.
#include <poll.h>

#include "http/server_test_world.h"
#include "http/tls_test_world.h"

namespace step::http {
namespace {

const std::string kChunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_CASE(
    "CVE-2023-39326: a small body in large wrapping is refused, chunks of one octet are not") {
    const Running running;
    std::string bomb = kChunked;
    for (int i = 0; i < 20; ++i) {
        bomb += "1;" + std::string(2000, 'e') + "\r\nx\r\n";
    }
    CHECK(Wire(running.server->port()).say(bomb).until("\r\n\r\n").starts_with("HTTP/1.1 400 "));
    std::string small = kChunked;
    for (int i = 0; i < 1000; ++i) {
        small += "1\r\nx\r\n";
    }
    CHECK(Wire(running.server->port())
              .say(small + "0\r\n\r\n")
              .until("xxx")
              .starts_with("HTTP/1.1 201 "));
}

TEST_CASE("bodies of all clients together stay below their limit, small ones pass beside them") {
    auto router = test_router();
    router->add({"POST", "/much", 1'000'000, [](const Request& request) {
                     return Response{.body = std::to_string(request.body.size())};
                 }});
    const Running running({.limits = {.bodies = 250'000}}, nullptr, router);
    const std::uint16_t port = running.server->port();
    const auto begin = [](Wire& wire, std::size_t size) {
        wire.say("POST /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                 std::to_string(size) + "\r\n\r\n" + std::string(size - 1, 'x'));
    };
    Wire first(port);
    Wire second(port);
    Wire small(port);
    begin(first, 200'000);
    // The one thread that reads has taken what came before a hundred other requests.
    Wire other(port);
    for (int i = 0; i < 100; ++i) {
        REQUIRE(
            other.say("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").until("true}\n").ends_with("}\n"));
    }
    begin(second, 200'000);
    const std::string refused = second.all();
    CHECK(refused.starts_with("HTTP/1.1 503 "));
    CHECK(refused.find("Retry-After: 5\r\n") != std::string::npos);
    begin(small, 10'000);
    CHECK(small.say("x").all().ends_with("\r\n\r\n10000"));
    CHECK(first.say("x").all().ends_with("\r\n\r\n200000"));
    Wire next(port);  // What ended holds nothing any more.
    begin(next, 250'000);
    CHECK(next.say("x").all().ends_with("\r\n\r\n250000"));
}

TEST_CASE("a TLS hello that promises more than 16 KiB, or comes in crumbs, is dropped at once") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const std::uint16_t port = running.server->port();
    using namespace std::string_view_literals;
    CHECK(Wire(port).say("\x16\x03\x01\x00\x09\x01\x01\xff\x00\x03\x03zzz"sv).all().empty());
    CHECK(Wire(port).say("\x16\x03\x01\x00\x01\x01\x16\x03\x01\x00\x01\x00"sv).all().empty());
}

TEST_CASE("a TLS hello may come octet by octet") {
    const TlsWorld world;
    const Running running({.limits = {.idle = std::chrono::seconds(60)}}, world.server_tls());
    Wire wire(running.server->port());
    // A hello of TLS 1.0 without anything: it is read to its end and then refused by an alert.
    std::string hello("\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01", 11);
    hello += std::string(32, 'r') + std::string("\x00\x00\x02\x00\x2f\x01\x00", 7);
    for (const char octet : hello) {
        wire.say({&octet, 1});
        ::poll(nullptr, 0, 5);
    }
    CHECK(wire.all().substr(0, 1) == "\x15");
}

}  // namespace
}  // namespace step::http
