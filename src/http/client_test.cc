#include "http/client.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>

#include "http/server_test_world.h"

namespace step::http {
namespace {

/// Accepts connections one after the other and gives each, once it has sent a head, the next of
/// these answers; then closes it.
class Scripted {
public:
    explicit Scripted(std::vector<std::string> answers) : answers_(std::move(answers)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        ::listen(fd_, 5);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~Scripted() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }
    std::uint16_t port = 0;
    std::string heard{};

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port) + "/p?q"; }

private:
    void serve() {
        for (const std::string& answer : answers_) {
            const int client = ::accept(fd_, nullptr, nullptr);
            if (client < 0) {
                return;
            }
            std::string head;
            char buffer[4096];
            while (head.find("\r\n\r\n") == std::string::npos) {
                const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
                if (count <= 0) {
                    break;
                }
                head.append(buffer, static_cast<std::size_t>(count));
            }
            heard += head;
            if (answer == "(silence)") {
                (void)::recv(client, buffer, sizeof buffer, 0);
            }
            (void)::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(client);
        }
    }

    int fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    std::vector<std::string> answers_;
    std::jthread thread_;
};

/// Status and body, or "error: " and the detail.
std::string exchange(const std::string& answer, std::size_t max_body = 100,
                     const std::string& method = "GET") {
    const Scripted server({answer});
    const auto got =
        Client::make({})->send({.method = method, .url = server.url(), .max_body = max_body});
    return got ? std::to_string(got->status) + " " + got->body : "error: " + got.error().detail;
}

TEST_CASE("an address to dial takes the place of looking the host up, and of nothing else") {
    Scripted server({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"});
    const std::string port = std::to_string(server.port);
    const auto got = Client::make({})->send({.url = "http://no-such-name.invalid:" + port + "/x",
                                             .max_body = 10,
                                             .address = "127.0.0.1"});
    REQUIRE(got);
    CHECK(got->body == "ok");
    CHECK(server.heard.find("Host: no-such-name.invalid:" + port + "\r\n") != std::string::npos);
    const auto proxied = Client::make({.proxy = "http://127.0.0.1:1"})
                             ->send({.url = server.url(), .address = "127.0.0.1"});
    REQUIRE_FALSE(proxied);
    CHECK(proxied.error().code == Code::kInvalidArgument);
}

TEST_CASE("a body above the limit can be dropped instead of failing the answer") {
    for (const std::string& body :
         {"Content-Length: 5000\r\n\r\n" + std::string(5000, 'x'), "\r\n" + std::string(5000, 'x'),
          "Transfer-Encoding: chunked\r\n\r\n800\r\n" + std::string(2048, 'x') + "\r\n0\r\n\r\n"}) {
        const Scripted server({"HTTP/1.1 302 Found\r\nLocation: /there\r\n" + body});
        const auto got =
            Client::make({})->send({.url = server.url(), .max_body = 100, .drop_large_body = true});
        REQUIRE(got);
        CHECK(got->status == 302);
        CHECK(find_header(got->headers, "Location") == "/there");
        CHECK(got->body_dropped);
        CHECK(got->body.empty());
    }
}

TEST_CASE("a request is given up once its descriptor can be read") {
    const Scripted server({"(silence)"});
    const int stop = ::eventfd(1, EFD_CLOEXEC);
    const auto got = Client::make({})->send({.url = server.url(), .stop_fd = stop});
    REQUIRE_FALSE(got);
    CHECK(got.error().detail == "context canceled");
    ::close(stop);
}

TEST_CASE("answers are read by length, in chunks and to the end") {
    CHECK(exchange("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nab") == "201 ab");
    CHECK(exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") == "200 abc");
    CHECK(exchange("HTTP/1.0 200 OK\r\n\r\nto the end") == "200 to the end");
    CHECK(exchange("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na") ==
          "200 a");
    CHECK(exchange("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", 100, "HEAD") == "200 ");
    CHECK(exchange("HTTP/1.1 204 No Content\r\n\r\n") == "204 ");
}

TEST_CASE("broken, cut and oversized answers are errors") {
    CHECK(exchange("") == "error: EOF");
    CHECK(exchange("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab") == "error: unexpected EOF");
    CHECK(exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab") ==
          "error: unexpected EOF");
    CHECK(exchange("HTTP/1.1 200 OK\r\n") == "error: unexpected EOF");
    CHECK(exchange("SSH-2.0-OpenSSH_9.2\r\n") == "error: malformed HTTP response");
    CHECK(exchange("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          "error: malformed HTTP response");
    CHECK(exchange("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')) ==
          "error: malformed HTTP response");
    const std::string big(101, 'b');
    const std::string refused = "error: response body is larger than 100 bytes";
    CHECK(exchange("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + big) == refused);
    CHECK(exchange("HTTP/1.1 200 OK\r\n\r\n" + big) == refused);
    CHECK(exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + big + "\r\n") ==
          refused);
    std::string interim;
    for (int i = 0; i < 10; ++i) {
        interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
    }
    CHECK(exchange(interim) == "error: malformed HTTP response");
}

TEST_CASE("what people meet is worded as Go words it") {
    const auto client = Client::make({});
    const auto error = [&](const std::string& url) {
        const auto got = client->send({.url = url, .max_body = 100});
        return got ? "" : got.error().detail;
    };
    CHECK(error("http://127.0.0.1:1/") == "dial tcp 127.0.0.1:1: connect: connection refused");
    CHECK(error("http://no-such-host.invalid/")
              .starts_with("dial tcp: lookup no-such-host.invalid: "));
    CHECK(error("ftp://x/") == "unsupported protocol scheme \"ftp\"");
    CHECK(error("http:///x") == "http: no Host in request URL");
    const Scripted silent({"(silence)"});
    const auto late = client->send(
        {.url = silent.url(), .max_body = 1, .timeout = std::chrono::milliseconds(100)});
    REQUIRE(!late);
    CHECK(late.error().detail == "context deadline exceeded");
}

TEST_CASE("a request says what it should, and no header can begin another") {
    const Scripted server({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
    const auto client = Client::make({});
    REQUIRE(client->send({.method = "POST",
                          .url = server.url(),
                          .headers = {{"Content-Type", "text/plain"}},
                          .max_body = 10}));
    CHECK(server.heard == "POST /p?q HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port) +
                              "\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n");
    CHECK(!client->send({.url = server.url(), .headers = {{"A", "b\r\nC: d"}}, .max_body = 10}));
    CHECK(!client->send({.method = "GET /x", .url = server.url(), .max_body = 10}));
}

TEST_CASE("connections are kept, and a kept one that the server closed is replaced") {
    const Running running({.limits = {.idle = std::chrono::seconds(1)}});
    const auto client = Client::make({});
    const Outgoing request{.url = running.url("/hello"), .max_body = 100};
    CHECK(client->send(request)->status == 200);
    CHECK(client->send(request)->status == 200);
    ::poll(nullptr, 0, 1200);
    CHECK(client->send(request)->status == 200);
    CHECK(
        client
            ->send({.method = "POST", .url = running.url("/echo"), .body = "abc", .max_body = 100})
            ->body == "abc");
    // The body is refused before it has been sent whole; the answer still arrives.
    CHECK(client
              ->send({.method = "POST",
                      .url = running.url("/echo"),
                      .body = std::string(3'000'000, 'b'),
                      .max_body = 100})
              ->status == 413);
}

TEST_CASE("a source address binds the local end, and one that is not ours is refused") {
    const Running running;
    const Outgoing request{.url = running.url("/hello"), .max_body = 100};
    CHECK(Client::make({.source = "127.0.0.2"})->send(request));
    const auto refused = Client::make({.source = "192.0.2.1"})->send(request);
    REQUIRE(!refused);
    CHECK(refused.error().detail.find("bind: cannot assign requested address") !=
          std::string::npos);
    CHECK(!Client::make({.source = "::1"})->send(request));
}

TEST_CASE("a proxy gets whole URLs for http, and CONNECT with credentials for https") {
    Scripted plain({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"});
    const auto answer = Client::make({.proxy = "http://127.0.0.1:" + std::to_string(plain.port)})
                            ->send({.url = "http://ca.test/health", .max_body = 10});
    REQUIRE(answer);
    CHECK(answer->body == "hi");
    CHECK(plain.heard.starts_with("GET http://ca.test/health HTTP/1.1\r\nHost: ca.test\r\n"));

    Scripted refusing({"HTTP/1.1 403 Forbidden\r\n\r\n"});
    const auto refused =
        Client::make({.proxy = "http://u:p%40@127.0.0.1:" + std::to_string(refusing.port)})
            ->send({.url = "https://ca.test/health", .max_body = 10});
    REQUIRE(!refused);
    CHECK(refused.error().detail == "Forbidden");
    // "u:p@" in base64 by coreutils.
    CHECK(refusing.heard ==
          "CONNECT ca.test:443 HTTP/1.1\r\nHost: ca.test:443\r\n"
          "Proxy-Authorization: Basic dTpwQA==\r\n\r\n");
    const auto dead = Client::make({.proxy = "http://127.0.0.1:1"})
                          ->send({.url = "https://ca.test/", .max_body = 10});
    REQUIRE(!dead);
    CHECK(dead.error().detail ==
          "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused");
}

}  // namespace
}  // namespace step::http
