#include "http/server.h"

#include <poll.h>

#include <condition_variable>
#include <mutex>

#include "http/client.h"
#include "http/server_test_world.h"

namespace step::http {
namespace {

std::string ask(const Running& running, const std::string& text) {
    return Wire(running.server->port()).say(text).all();
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

int count(std::string_view text, std::string_view part) {
    int found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; ++at) {
        ++found;
    }
    return found;
}

// The answers of step-ca v0.30.2 as recorded in golden/api/core.json.
TEST_CASE("answers have the headers and bodies of the original") {
    const Running running;
    const std::string ok = ask(running, get_and_close("/hello"));
    CHECK(ok.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: "));
    CHECK(has(ok, "\r\nDate: "));
    CHECK(has(ok, " GMT\r\nContent-Length: 15\r\n"));
    CHECK(ok.ends_with("\r\n\r\n{\"hello\":true}\n"));

    for (const char* path : {"/nope", "/hello/", "//hello", "/1.0/../hello", "/item//part/",
                             "/item/a/part/", "/item/a/part/b/c", "/hel%6Co", "/"}) {
        CAPTURE(path);
        const std::string none = ask(running, get_and_close(path));
        CHECK(
            none.starts_with("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; "
                             "charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"));
        CHECK(none.ends_with("\r\n\r\n404 page not found\n"));
    }

    const std::string wrong = ask(running, "POST /hello HTTP/1.0\r\n\r\n");
    CHECK(wrong.starts_with("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nX-Request-Id: "));
    CHECK(has(wrong, "Content-Length: 0\r\n"));
    CHECK(!has(wrong, "Content-Type"));
}

TEST_CASE("HEAD is answered by the GET handler, without a body") {
    const Running running;
    const std::string head =
        ask(running, "HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has(head, "Content-Length: 15\r\n"));
    CHECK(head.ends_with("\r\n\r\n"));
    const std::string wrong =
        ask(running, "HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(has(wrong, "405 Method Not Allowed\r\nAllow: POST\r\n"));
    CHECK(!has(wrong, "Content-Length"));
    CHECK(!has(ask(running, get_and_close("/empty")), "Content-Length"));
}

TEST_CASE("captures, query and absolute targets reach the handler as sent") {
    const Running running;
    CHECK(ask(running, get_and_close("/item/a%2Fb/part/c?d=%20"))
              .ends_with("\r\n\r\na%2Fb|c|d=%20|/item/a%2Fb/part/c"));
    CHECK(ask(running, get_and_close("http://other/item/a/part/c?d"))
              .ends_with("a|c|d|/item/a/part/c"));
}

TEST_CASE("the request id is the client's if it is decent, else the trace header's, else new") {
    const Running running;
    const auto id = [&](const std::string& headers) {
        const std::string text = ask(running, get("/hello", headers + "Connection: close\r\n"));
        const std::size_t at = text.find("X-Request-Id: ") + 14;
        return text.substr(at, text.find('\r', at) - at);
    };
    CHECK(id("X-Request-Id: abc-1\r\n") == "abc-1");
    CHECK(id("x-smallstep-id: t1\r\n") == "t1");
    CHECK(id("X-Request-Id: a b\r\nX-Smallstep-Id: t2\r\n") == "t2");
    CHECK(id("X-Request-Id: " + std::string(128, 'a') + "\r\n") == std::string(128, 'a'));
    CHECK(id("X-Request-Id: " + std::string(129, 'a') + "\r\n").size() == 36);
    CHECK(id("X-Request-Id: \xc3\xa9\r\n").size() == 36);
    CHECK(id("") != id(""));
}

TEST_CASE("a handler that throws answers 500, and its headers cannot split the answer") {
    const Running running;
    CHECK(ask(running, get_and_close("/throw")).starts_with("HTTP/1.1 500 "));
    // Some readers take a line feed alone for the end of a line.
    CHECK(has(ask(running, get_and_close("/split")), "\r\nX-Bad: a  X-Evil: yes\r\n"));
}

TEST_CASE("bodies: by length, in chunks, in pieces, and none above the route's limit") {
    const Running running;
    const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    CHECK(ask(running, head + "Content-Length: 5\r\n\r\nhello").ends_with("\r\n\r\nhello"));
    CHECK(ask(running, head + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n"
                              "Trailer: t\r\n\r\n")
              .ends_with("\r\n\r\nhello"));
    Wire wire(running.server->port());
    for (const char c : head + "Content-Length: 5\r\n\r\nhello") {
        wire.say({&c, 1});
    }
    CHECK(wire.all().ends_with("\r\n\r\nhello"));

    const std::string most(1000, 'm');
    CHECK(ask(running, head + "Content-Length: 1000\r\n\r\n" + most).ends_with(most));
    const std::string refused =
        "{\"status\":413,\"message\":\"request body is larger than 1000 "
        "bytes\"}\n";
    const std::string stated = ask(running, head + "Content-Length: 1001\r\n\r\n" + most + "m");
    CHECK(stated.starts_with("HTTP/1.1 413 "));
    CHECK(has(stated, "Content-Type: application/json\r\n"));
    CHECK(stated.ends_with("\r\n\r\n" + refused));
    CHECK(ask(running, head + "Content-Length: 99999999999999\r\n\r\n").ends_with(refused));
    CHECK(ask(running, head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + most + "\r\n1\r\nm\r\n")
              .ends_with(refused));
    CHECK(ask(running, head + "Content-Length: 5000000\r\n\r\n" + std::string(200'000, 'z'))
              .ends_with(refused));
}

TEST_CASE("a client that expects 100 gets it before it sends the body, and 413 instead of it") {
    const Running running;
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Connection: close\r\nContent-Length: ";
    Wire wire(running.server->port());
    wire.say(head + "2\r\n\r\n");
    CHECK(wire.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(wire.say("hi").all().ends_with("\r\n\r\nhi"));
    CHECK(ask(running, head + "2000\r\n\r\n").starts_with("HTTP/1.1 413 "));
    CHECK(ask(running, "GET /hello HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n")
              .starts_with("HTTP/1.1 417 "));
}

TEST_CASE("requests sent at once are answered in order on one connection") {
    const Running running;
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all +=
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
    }
    const std::string heard = ask(running, all + get_and_close("/hello"));
    CHECK(count(heard, "HTTP/1.1 201 Created\r\n") == 50);
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        const std::size_t next = heard.find("\r\n\r\n" + std::to_string(100 + i), at);
        CHECK(next != std::string::npos);
        at = next;
    }
    CHECK(heard.ends_with("{\"hello\":true}\n"));
}

TEST_CASE("requests that two readers could split differently are refused, and nothing after") {
    const Running running;
    const std::string evil = get("/hello");
    const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    const std::pair<std::string, std::string> rows[] = {
        {post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        {post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400"},
        {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "400"},
        {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", "400"},
        {post + "Content-Length: 1, 1\r\n\r\na", "400"},
        {post + "Content-Length: +1\r\n\r\na", "400"},
        {post + "Content-Length: -1\r\n\r\na", "400"},
        {post + "Content-Length: 0x1\r\n\r\na", "400"},
        {post + "Content-Length: 99999999999999999999999\r\n\r\na", "400"},
        {post + "Content-Length : 1\r\n\r\na", "400"},
        {post + "Transfer-Encoding: gzip\r\n\r\n", "501"},
        {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"},
        {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        {post + "Transfer-Encoding: xchunked\r\n\r\n", "501"},
        {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
        {post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", "400"},
        {post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "400"},
        {post + "Transfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n", "400"},
        {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        {post + "X: a\r\n b\r\n\r\n", "400"},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
        {"GET /hello HTTP/1.1\r\n\r\n", "400"},
        {"GET /hello HTTP/1.1\nHost: x\n\n", "505"},
        {"GET hello HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /hello% HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
        {"GET /hel\x01lo HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nX: a\x01\r\n\r\n", "400"},
        {std::string("GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 40), "400"},
        {"\x16\x03\x01\x02", "400"},
    };
    for (const auto& [text, status] : rows) {
        CAPTURE(text);
        const std::string heard = ask(running, text + evil);
        CHECK(heard.substr(0, 12) == "HTTP/1.1 " + status);
        CHECK(count(heard, "HTTP/1.1 ") == 1);
        CHECK(!has(heard, "(no end)"));
    }
}

TEST_CASE("a head above the limit is 431, a line that never ends in a body is refused") {
    const Running running({.limits = {.header_bytes = 2000}});
    CHECK(ask(running, get("/hello", "X: " + std::string(2000, 'a') + "\r\n"))
              .starts_with("HTTP/1.1 431 "));
    CHECK(ask(running, "GET /" + std::string(100'000, 'a')).starts_with("HTTP/1.1 431 "));
    CHECK(ask(running, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                           std::string(100'000, 'e'))
              .starts_with("HTTP/1.1 400 "));
    CHECK(ask(running, get("/hello", "X: " + std::string(1800, 'a') + "\r\nConnection: close\r\n"))
              .starts_with("HTTP/1.1 200 "));
}

TEST_CASE("slow heads, slow bodies, idle and deaf clients are closed at their deadlines") {
    const std::chrono::seconds limit{2};
    const Running running({.limits = {.request = limit, .write = limit, .idle = limit}});
    const std::uint16_t port = running.server->port();
    Wire idle(port);
    Wire head(port);
    head.say("GET /hel");
    Wire body(port);
    body.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
    Wire kept(port);
    kept.say(get("/hello"));
    CHECK(kept.until("true}\n").starts_with("HTTP/1.1 200 "));
    Wire deaf(port);
    std::string many;
    for (int i = 0; i < 10; ++i) {
        many += get("/large");
    }
    deaf.say(many);
    const SystemClock clock;
    const auto began = clock.monotonic();
    for (int i = 0; i < 24; ++i) {  // A drip of bytes buys no time.
        head.say("l");
        ::poll(nullptr, 0, 100);
    }
    CHECK(idle.all().empty());
    CHECK(!has(head.all(), "200 OK"));
    CHECK(body.all().empty());
    CHECK(kept.all().empty());
    ::poll(nullptr, 0, 3000);  // Its time began last.
    CHECK(deaf.all().size() < 30'000'000);
    CHECK(clock.monotonic() - began < std::chrono::seconds(14));
}

/// A handler that waits until it is let go.
struct Gate {
    std::mutex mutex;
    std::condition_variable moved;
    bool entered = false, open = false;

    std::shared_ptr<Router> router() {
        auto made = test_router();
        made->add({"GET", "/gate", 0, [this](const Request&) {
                       std::unique_lock lock(mutex);
                       entered = true;
                       moved.notify_all();
                       moved.wait(lock, [this] { return open; });
                       return Response{.body = "through"};
                   }});
        return made;
    }
    void wait_entered() {
        std::unique_lock lock(mutex);
        moved.wait(lock, [this] { return entered; });
    }
    void let_go() {
        const std::scoped_lock lock(mutex);
        open = true;
        moved.notify_all();
    }
};

TEST_CASE("beyond the limit a new connection takes the place of the one that waited longest") {
    // One worker: before the next answer it has put down whom the last one was for as waiting.
    const Running running({.limits = {.connections = 2, .workers = 1}});
    const std::uint16_t port = running.server->port();
    Wire first(port);
    Wire second(port);
    first.say(get("/hello"));
    CHECK(has(first.until("true}"), "200 OK"));
    second.say(get("/hello"));
    CHECK(has(second.until("true}"), "200 OK"));
    first.say(get("/hello"));
    CHECK(has(first.until("true}"), "200 OK"));
    Wire third(port);
    third.say(get("/hello"));
    CHECK(has(third.until("true}"), "200 OK"));
    CHECK(second.all().empty());
    CHECK(has(first.say(get_and_close("/hello")).all(), "200 OK"));
}

TEST_CASE("while all connections of the limit have a request in hand, further ones wait") {
    Gate gate;
    const Running running({.limits = {.connections = 1}}, nullptr, gate.router());
    const std::uint16_t port = running.server->port();
    Wire first(port);
    first.say(get_and_close("/gate"));
    gate.wait_entered();
    Wire second(port);
    second.say(get_and_close("/hello"));
    ::poll(nullptr, 0, 100);
    gate.let_go();
    CHECK(first.all().ends_with("through"));
    CHECK(has(second.all(), "200 OK"));
}

TEST_CASE("stop answers what is in flight, closes what is idle, and takes nothing new") {
    Gate gate;
    Running running({}, nullptr, gate.router());
    const std::uint16_t port = running.server->port();
    Wire idle(port);
    Wire busy(port);
    busy.say(get("/gate"));
    gate.wait_entered();
    running.server->stop();
    CHECK(idle.all().empty());
    gate.let_go();
    const std::string answer = busy.all();
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK(answer.ends_with("\r\n\r\nthrough"));
    running.stop();
    const auto client = Client::make({});
    CHECK(!client->send({.url = running.url("/hello"), .max_body = 100}));
}

TEST_CASE("who is not done when the drain's time is up is closed, and run ends") {
    const SystemClock clock;
    Gate gate;
    Running running({.limits = {.drain = std::chrono::seconds(1)}}, nullptr, gate.router());
    const std::uint16_t port = running.server->port();
    Wire deaf(port);
    deaf.say(get("/large") + get("/large") + get("/large") + get("/large"));
    CHECK(has(deaf.until("200 OK"), "200 OK"));
    Wire stuck(port);
    stuck.say(get("/gate"));
    gate.wait_entered();
    const auto began = clock.monotonic();
    running.server->stop();
    CHECK(stuck.all().empty());
    CHECK(clock.monotonic() - began >= std::chrono::milliseconds(900));
    gate.let_go();
    running.stop();
    CHECK(clock.monotonic() - began < std::chrono::seconds(30));
    CHECK(!has(deaf.all(), "(no end)"));
}

TEST_CASE("a server listens on IPv6, and without a host on both families") {
    const auto fetch = [](const Running& running, const std::string& host) {
        const auto got =
            Client::make({})->send({.url = running.url("/hello", "http", host), .max_body = 100});
        return got ? got->status : 0;
    };
    const Running six({.address = "[::1]:0"});
    CHECK(six.server->address() == "[::1]:" + std::to_string(six.server->port()));
    CHECK(fetch(six, "[::1]") == 200);
    CHECK(fetch(six, "127.0.0.1") == 0);
    const Running both({.address = ":0"});
    CHECK(fetch(both, "[::1]") == 200);
    CHECK(fetch(both, "127.0.0.1") == 200);
}

TEST_CASE("requests begun before a change of the router end on the old one") {
    Gate gate;
    const Running running({}, nullptr, gate.router());
    Wire before(running.server->port());
    before.say(get_and_close("/gate"));
    gate.wait_entered();
    auto fresh = std::make_shared<Router>();
    fresh->add({"GET", "/hello", 0, [](const Request&) { return Response{.body = "new"}; }});
    running.server->set_router(fresh);
    CHECK(ask(running, get_and_close("/hello")).ends_with("\r\n\r\nnew"));
    CHECK(has(ask(running, get_and_close("/gate")), "404 Not Found"));
    gate.let_go();
    CHECK(before.all().ends_with("through"));
}

TEST_CASE("the access log sees each answer, 404 and 413 too") {
    std::mutex mutex;
    std::string seen;
    {
        const Running running({.on_answer = [&](const Request& request, const Response& response,
                                                std::chrono::nanoseconds) {
            const std::scoped_lock lock(mutex);
            seen += request.path + "=" + std::to_string(response.status) + "/" + request.id + " ";
            CHECK(request.remote.starts_with("127.0.0.1:"));
        }});
        ask(running, get("/hello", "X-Request-Id: 1\r\nConnection: close\r\n"));
        ask(running, get("/nope", "X-Request-Id: 2\r\nConnection: close\r\n"));
        ask(running, "POST /echo HTTP/1.0\r\nX-Request-Id: 3\r\nContent-Length: 1001\r\n\r\n");
    }
    CHECK(seen == "/hello=200/1 /nope=404/2 /echo=413/3 ");
}

TEST_CASE("a port that is taken is an error in Go's words") {
    const Running running;
    const SystemClock clock;
    test::FakeRandom random;
    const std::string address = running.server->address();
    const auto second = Server::listen({.address = address}, nullptr, test_router(), clock, random);
    REQUIRE(!second);
    CHECK(second.error().code == Code::kUnavailable);
    CHECK(second.error().detail == "listen tcp " + address + ": bind: address already in use");
    CHECK(!Server::listen({.address = "nonsense"}, nullptr, test_router(), clock, random));
    CHECK(!Server::listen({.address = "127.0.0.1:99999"}, nullptr, test_router(), clock, random));
}

}  // namespace
}  // namespace step::http
