#include <doctest/doctest.h>

#include "challenge/validator_test_world.h"
#include "tests/support/tcp_server.h"

namespace step::challenge {
namespace {

using namespace std::chrono_literals;
using test::TcpPeer;
using test::TcpServer;

std::string ok_with(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string redirect_to(const std::string& location, const std::string& body = "") {
    return "HTTP/1.1 302 Found\r\nLocation: " + location +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers every request with `answer`, whatever it was; a.test leads to it.
struct Site {
    explicit Site(const std::string& answer, bool v6 = false)
        : Site([answer](const std::string&) { return answer; }, v6) {}
    explicit Site(std::function<std::string(const std::string& head)> answer, bool v6 = false)
        : server(
              [this, answer = std::move(answer)](const TcpPeer& peer) {
                  const std::string head = peer.head();
                  {
                      const std::scoped_lock lock(mutex_);
                      heads_.push_back(head);
                  }
                  peer.say(answer(head));
              },
              v6) {
        world.settings.http_port = server.port;
        world.resolver.hosts["a.test"] = {{v6 ? "::1" : "127.0.0.1"}};
    }

    std::string run(const std::string& value = "a.test", const std::string& type = "dns") {
        return world.run(Kind::kHttp01, value, type);
    }
    std::string port() const { return std::to_string(server.port); }
    std::string at() const { return "http://a.test:" + port(); }

    std::vector<std::string> heads() {
        const std::scoped_lock lock(mutex_);
        return heads_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> heads_;

public:
    TestWorld world{};
    TcpServer server;
};

/// The outcome for a server that does as `handler` says, with the time in milliseconds.
std::string against(const std::function<void(const TcpPeer&)>& handler, int time = 20'000) {
    const TcpServer server(handler);
    TestWorld world;
    world.settings.http_port = server.port;
    world.settings.total = std::chrono::milliseconds(time);
    world.resolver.hosts["a.test"] = {{"127.0.0.1"}};
    const auto begin = world.clock.monotonic();
    std::string outcome = world.run(Kind::kHttp01, "a.test");
    CHECK(world.clock.monotonic() - begin < 30s);
    const std::string origin = "http://a.test:" + std::to_string(server.port);
    const std::size_t at = outcome.find(origin);
    return at == std::string::npos ? outcome : outcome.replace(at, origin.size(), "SITE");
}

TEST_CASE("http-01: the key authorization under the well-known path is the proof") {
    Site site(ok_with(kKeyAuthorization));
    CHECK(site.run() == "valid");
    REQUIRE(site.heads().size() == 1);
    CHECK(site.heads()[0].starts_with(
        "GET /.well-known/acme-challenge/DGyRejmCefe7v4NfDGDKfA HTTP/1.1\r\nHost: a.test:" +
        site.port() + "\r\n"));
    CHECK(site.heads()[0].find("\r\nUser-Agent: step++/") != std::string::npos);
    CHECK(site.heads()[0].find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("http-01: white space around the key authorization does not matter") {
    for (const char* around : {"\n", "\r\n", " \t\r\n\n", "\n\n"}) {
        CHECK(Site(ok_with(kKeyAuthorization + std::string(around))).run() == "valid");
    }
    CHECK(Site(ok_with(" " + std::string(kKeyAuthorization))).run() == "valid");
}

TEST_CASE("http-01: any framing of the answer will do") {
    const std::string body = kKeyAuthorization;
    CHECK(Site("HTTP/1.0 200 OK\r\n\r\n" + body).run() == "valid");
    CHECK(Site("HTTP/1.1 206 Partial\r\nTransfer-Encoding: chunked\r\n\r\n" +
               fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body))
              .run() == "valid");
}

TEST_CASE("http-01: addresses are validated as they are, IPv6 in brackets") {
    Site v4(ok_with(kKeyAuthorization));
    CHECK(v4.run("127.0.0.1", "ip") == "valid");
    CHECK(v4.heads().at(0).find("\r\nHost: 127.0.0.1:" + v4.port() + "\r\n") != std::string::npos);
    Site v6(ok_with(kKeyAuthorization), /*v6=*/true);
    CHECK(v6.run("::1", "ip") == "valid");
    CHECK(v6.heads().at(0).find("\r\nHost: [::1]:" + v6.port() + "\r\n") != std::string::npos);
    CHECK(v6.run("a.test") == "valid");
    CHECK(v6.heads().at(1).find("\r\nHost: a.test:" + v6.port() + "\r\n") != std::string::npos);
}

TEST_CASE("http-01: a wrong answer is wrong for good, and not a byte of it is shown") {
    for (const std::string& body :
         {std::string("SECRET"), std::string(), std::string(kToken), std::string("\0SECRET", 7),
          std::string(kKeyAuthorization) + "SECRET",
          std::string(kKeyAuthorization) + std::string(1, '\0'),
          "<html>" + std::string(kKeyAuthorization), std::string("\x1f\x8b\x08SECRET")}) {
        Site site(ok_with(body));
        CHECK(site.run() == "invalid rejectedIdentifier: the answer of " + site.at() +
                                " is not the key authorization");
    }
    Site large(ok_with(std::string(5000, 'x')));
    CHECK(large.run() ==
          "invalid rejectedIdentifier: the answer of " + large.at() + " is larger than 4096 bytes");
}

TEST_CASE("http-01: a status that is no success may change") {
    for (const char* status : {"404 Not Found", "503 SECRET", "401 Unauthorized", "304 SECRET"}) {
        Site site("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
        CHECK(site.run() == "retry connection: " + site.at() + " answered with status code " +
                                std::string(status, 3));
    }
    Site large("HTTP/1.1 404 Not Found\r\nContent-Length: 9999\r\n\r\n" + std::string(9999, 'x'));
    CHECK(large.run() == "retry connection: " + large.at() + " answered with status code 404");
}

TEST_CASE("http-01: a host that cannot be reached may come") {
    TestWorld world;
    world.settings.http_port = 1;
    CHECK(world.run(Kind::kHttp01, "missing.test") ==
          "retry connection: GET http://missing.test:1: lookup missing.test: no such host");
    world.resolver.hosts["a.test"] = {{"127.0.0.1"}};
    CHECK(world.run(Kind::kHttp01, "a.test") ==
          "retry connection: GET http://a.test:1: dial tcp 127.0.0.1:1: connect: connection "
          "refused");
}

TEST_CASE("http-01: each address is tried until one answers") {
    Site site(ok_with(kKeyAuthorization));
    site.world.resolver.hosts["a.test"] = {{"::1", "127.0.0.2", "127.0.0.1"}};
    CHECK(site.run() == "valid");
    CHECK(site.server.connections == 1);
    // What the filter refuses is left out, though the rest may be tried.
    site.world.resolver.hosts["a.test"] = {{"169.254.169.254", "127.0.0.9", "127.0.0.1"}};
    CHECK(site.run() == "valid");
}

TEST_CASE("http-01: no more than three addresses of a kind are tried") {
    Site site(ok_with(kKeyAuthorization));
    site.world.rules.allow = {"127.0.0.0/8"};
    site.world.resolver.hosts["a.test"] = {{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"}};
    CHECK(site.run().starts_with("retry connection: "));
    CHECK(site.server.connections == 0);
}

TEST_CASE("http-01: nobody is asked at an address that the filter refuses") {
    Site site(ok_with(kKeyAuthorization));
    site.world.rules.allow = {};
    for (const char* address : {"127.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1",
                                "169.254.169.254", "64:ff9b::7f00:1"}) {
        site.world.resolver.hosts["a.test"] = {{address}};
        CHECK(site.run().starts_with("invalid connection: GET " + site.at() +
                                     ": a.test has the address "));
    }
    CHECK(site.run("127.0.0.1", "ip") ==
          "invalid connection: GET http://127.0.0.1:" + site.port() +
              ": 127.0.0.1 has the address 127.0.0.1, which is a loopback address");
    CHECK(site.server.connections == 0);
}

TEST_CASE("http-01: a name is looked up once, so a second answer cannot lead elsewhere") {
    Site site(ok_with(kKeyAuthorization));
    site.world.resolver.hosts["a.test"] = {{"127.0.0.1"}, {"169.254.169.254"}};
    CHECK(site.run() == "valid");
    CHECK(site.world.resolver.asked() == std::vector<std::string>{"a.test"});
    CHECK(site.run().starts_with("invalid connection: "));
}

TEST_CASE("0.27.0 #1910: with strict names a dot ends what is looked up, and nothing else") {
    Site site(ok_with(kKeyAuthorization));
    site.world.settings.strict_fqdn = true;
    site.world.resolver.hosts["a.test."] = {{"127.0.0.1"}};
    CHECK(site.run() == "valid");
    CHECK(site.world.resolver.asked() == std::vector<std::string>{"a.test."});
    CHECK(site.heads().at(0).find("Host: a.test:") != std::string::npos);
    CHECK(site.run("127.0.0.1", "ip") == "valid");
}

TEST_CASE("http-01: redirects are followed, ten and no more") {
    std::atomic<int> left = 0;
    Site site([&left](const std::string&) {
        return left-- > 0 ? redirect_to("/next?" + std::to_string(left), std::string(9000, 'x'))
                          : ok_with(kKeyAuthorization);
    });
    left = 10;
    CHECK(site.run() == "valid");
    CHECK(site.heads().back().starts_with("GET /next?0 HTTP/1.1\r\n"));
    left = 1000;
    CHECK(site.run() == "retry connection: stopped after 10 redirects");
    CHECK(site.server.connections == 11 + 11);
}

TEST_CASE("http-01: a redirect to another host is looked up and filtered like the first") {
    Site site([&](const std::string& head) {
        const std::string here = head.substr(head.find("Host: ") + 6);
        const std::string port =
            here.substr(here.find(':') + 1, here.find('\r') - here.find(':') - 1);
        return head.find("Host: b.test") != std::string::npos
                   ? ok_with(kKeyAuthorization)
                   : redirect_to("http://b.test:" + port + "/x");
    });
    site.world.resolver.hosts["b.test"] = {{"127.0.0.1"}};
    CHECK(site.run() == "valid");
    CHECK(site.world.resolver.asked() == std::vector<std::string>{"a.test", "b.test"});
    site.world.resolver.hosts["b.test"] = {{"10.0.0.1"}};
    site.world.rules.deny = {"10.0.0.0/8"};
    CHECK(site.run() == "invalid connection: GET http://b.test:" + site.port() +
                            ": b.test has the address 10.0.0.1, which is denied by configuration");
}

TEST_CASE("10.1 (17): http-01 redirects do not lead into our own network or to another service") {
    struct Case {
        std::string location, outcome;
    };
    for (const auto& [location, outcome] : {
             Case{"http://127.0.0.9/", "which is a loopback address"},
             Case{"http://169.254.169.254/latest/meta-data/", "which is a link-local address"},
             Case{"http://[::ffff:169.254.169.254]/", "which is a link-local address"},
             Case{"http://[fd00:ec2::254]/", "which is a cloud metadata address"},
             Case{"//127.0.0.9/", "which is a loopback address"},
             Case{"http://inside.test/", "which is a loopback address"},
             Case{"file:///etc/passwd", "the redirect is refused: neither http nor https"},
             Case{"ftp://a.test/", "the redirect is refused: neither http nor https"},
             Case{"gopher://a.test:80/", "the redirect is refused: neither http nor https"},
             Case{"javascript:alert(1)", "the redirect is refused: neither http nor https"},
             Case{"http://a.test:22/", "the redirect is refused: port 22"},
             Case{"https://a.test:8443/", "the redirect is refused: port 8443"},
             Case{"http://user:SECRET@a.test/", "the redirect is refused: a user name in the URL"},
             Case{"http://127.1/", "its host is neither a DNS name nor an IP address"},
             Case{"http://2130706433/", "its host is neither a DNS name nor an IP address"},
             Case{"http://0x7f.0.0.1/", "its host is neither a DNS name nor an IP address"},
             Case{"http://[fe80::1%25lo]/", "its host is neither a DNS name nor an IP address"},
         }) {
        CAPTURE(location);
        Site site(redirect_to(location));
        site.world.resolver.hosts["inside.test"] = {{"127.0.0.9"}};
        const std::string got = site.run();
        CHECK(got.starts_with("invalid connection: GET http"));
        CHECK(got.ends_with(outcome));
        CHECK(site.server.connections == 1);
    }
}

TEST_CASE("http-01: a redirect that says nothing may be mended") {
    Site nowhere("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    CHECK(nowhere.run() == "retry connection: GET " + nowhere.at() +
                               ": the redirect cannot be followed: no Location header");
    Site broken(redirect_to("http://a b:/%zz"));
    CHECK(broken.run() == "retry connection: GET " + broken.at() +
                              ": the redirect cannot be followed: its Location header is no URL");
    Site longest(redirect_to("/" + std::string(5000, 'x')));
    CHECK(longest.run().ends_with("its Location header is too long"));
}

TEST_CASE("10.1 (17): hostile http-01 servers cost no more than the time and bytes we give") {
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\n\r\n");
              while (peer.say(std::string(65536, 'x'))) {
              }
          }) == "invalid rejectedIdentifier: the answer of SITE is larger than 4096 bytes");
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\n");
              while (peer.say("X-Header: " + std::string(1000, 'x') + "\r\n")) {
              }
          }) == "retry connection: GET SITE: malformed HTTP response");
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              while (peer.say("1;" + std::string(1000, 'x') + "\r\na\r\n")) {
              }
          }) == "retry connection: GET SITE: malformed HTTP response");
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              while (peer.say("HTTP/1.1 100 Continue\r\n\r\n")) {
              }
          }) == "retry connection: GET SITE: malformed HTTP response");
    CHECK(against(
              [](const TcpPeer& peer) {
                  peer.head();
                  peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
                  while (peer.say(std::string(65536, 'x'))) {
                  }
              },
              1000)
              .starts_with("retry connection: GET SITE: "));
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              while (peer.say(std::string(65536, '\0'))) {
              }
          }) == "retry connection: GET SITE: malformed HTTP response");
}

TEST_CASE("http-01: slow servers cost no more than the time we give") {
    const std::string late = "retry connection: GET SITE: context deadline exceeded";
    CHECK(against([](const TcpPeer& peer) { peer.drain(); }, 1000) == late);
    const auto drip = [](const std::string& start) {
        return [start](const TcpPeer& peer) {
            peer.head();
            peer.say(start);
            pollfd closed{peer.fd(), POLLIN, 0};
            while (::poll(&closed, 1, 20) == 0 && peer.say("x")) {
            }
        };
    };
    CHECK(against(drip(""), 1000) == late);
    CHECK(against(drip("HTTP/1.1 200 OK\r\nX-Slow: "), 1000) == late);
    CHECK(against(drip("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"), 1000) == late);
}

TEST_CASE("http-01: broken answers may be mended") {
    CHECK(against([](const TcpPeer&) {}).starts_with("retry connection: GET SITE: "));
    CHECK(against([](const TcpPeer& peer) { peer.head(); }) == "retry connection: GET SITE: EOF");
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab");
          }) == "retry connection: GET SITE: unexpected EOF");
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              peer.say("SSH-2.0-OpenSSH_9.2 SECRET\r\n");
          }) == "retry connection: GET SITE: malformed HTTP response");
    CHECK(against([](const TcpPeer& peer) {
              peer.head();
              peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nSECRET");
          }) == "retry connection: GET SITE: malformed HTTP response");
}

TEST_CASE("http-01: the second address has its share of the time if the first is silent") {
    Site site(ok_with(kKeyAuthorization));
    // 127.0.0.2 listens on the same port and never answers.
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(site.server.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    REQUIRE(::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(silent, 5) == 0);
    site.world.settings.total = 4s;  // Each has half of it.
    site.world.resolver.hosts["a.test"] = {{"127.0.0.2", "127.0.0.1"}};
    CHECK(site.run() == "valid");
    ::close(silent);
}

TEST_CASE("what is no identifier or no token is never asked for") {
    Site site(ok_with(kKeyAuthorization));
    for (const char* name : {"127.0.0.1", "::1", "127.1", "0x7f000001", "*.a.test", "a.test.",
                             "a.test/x", "a.test:80", "user@a.test", "", "a..test"}) {
        for (const Kind kind : {Kind::kHttp01, Kind::kDns01, Kind::kTlsAlpn01}) {
            CAPTURE(name);
            CHECK(site.world.run(kind, name).starts_with("invalid rejectedIdentifier: "));
        }
    }
    for (const char* address : {"a.test", "127.1", "fe80::1%lo", ""}) {
        CHECK(site.run(address, "ip") ==
              "invalid rejectedIdentifier: an identifier that cannot be validated");
    }
    CHECK(site.run("a.test", "permanent-identifier").starts_with("invalid rejectedIdentifier: "));
    for (const char* token : {"", "../../admin", "a b", "a?b", "a%2fb", "a\r\nb"}) {
        Request request = TestWorld::request(Kind::kHttp01, "a.test");
        request.token = token;
        CHECK(TestWorld::text_of(site.world.validator()->validate(request)) ==
              "invalid serverInternal: the challenge has no usable token");
    }
    CHECK(site.server.connections == 0);
    CHECK(site.world.resolver.asked().empty());
}

TEST_CASE("a validator that is stopped lets go of what it waits for") {
    const TcpServer server([](const TcpPeer& peer) { peer.drain(); });
    TestWorld world;
    world.settings.http_port = server.port;
    const auto validator = world.validator();
    std::string outcome;
    {
        const std::jthread waiting([&] {
            outcome = TestWorld::text_of(
                validator->validate(TestWorld::request(Kind::kHttp01, "127.0.0.1", "ip")));
        });
        while (server.connections == 0) {
            std::this_thread::yield();
        }
        validator->stop();
    }
    CHECK(outcome.starts_with("retry connection: "));
    CHECK(outcome.ends_with("context canceled"));
}

TEST_CASE("a validator serves several threads at once") {
    Site site(ok_with(kKeyAuthorization));
    const auto validator = site.world.validator();
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 10; ++j) {
                    const Outcome outcome =
                        validator->validate(TestWorld::request(Kind::kHttp01, "a.test"));
                    right += outcome.verdict == Outcome::Verdict::kValid ? 1 : 0;
                }
            });
        }
    }
    CHECK(right == 80);
}

}  // namespace
}  // namespace step::challenge
