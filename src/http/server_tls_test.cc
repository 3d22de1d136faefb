#include <netinet/in.h>
#include <poll.h>

#include "http/client.h"
#include "http/server_test_world.h"
#include "http/tls_impl.h"
#include "http/tls_probe.h"
#include "http/tls_test_world.h"

namespace step::http {
namespace {

Result<Incoming> fetch(const Running& running, const TlsContextPtr& tls,
                       const std::string& path = "/hello", const std::string& host = "127.0.0.1") {
    return Client::make({.tls = tls})
        ->send({.url = "https://" + host + ":" + std::to_string(running.server->port()) + path,
                .max_body = 5'000'000});
}

std::string error_of(const Result<Incoming>& result) {
    return result ? "" : result.error().detail;
}

TEST_CASE("a client certificate is verified if given and handed on with its whole chain") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    CHECK(fetch(running, world.client_tls(), "/peer")->body == "0");
    // The client sends its leaf alone: our own intermediate vouches for it.
    CHECK(fetch(running, world.client_tls(&world.client), "/peer")->body == "2");
}

TEST_CASE("a client certificate that does not verify ends the handshake") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const TlsWorld other;
    const Identity expired = make_identity(
        {.name = "old", .usage = "clientAuth", .begins = -7200, .ends = -60}, &world.middle);
    const Identity wrong_use =
        make_identity({.name = "server only", .usage = "serverAuth"}, &world.middle);
    const Identity selfmade = make_identity({.name = "self", .usage = "clientAuth"});
    for (const Identity* identity : {&other.client, &expired, &wrong_use, &selfmade}) {
        const std::string error = error_of(fetch(running, world.client_tls(identity)));
        CHECK(error.starts_with("remote error: tls: "));
    }
    CHECK(error_of(fetch(running, world.client_tls(&expired))) ==
          "remote error: tls: expired certificate");
    CHECK(error_of(fetch(running, world.client_tls(&selfmade))) ==
          "remote error: tls: unknown certificate authority");
    CHECK(fetch(running, world.client_tls()));
}

TEST_CASE("a handshake offers one protocol and gives what the server chose") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const std::string address = "127.0.0.1:" + std::to_string(running.server->port());
    const auto shake = [&](const std::string& protocol) {
        return shake_hands({.address = address, .server_name = "localhost", .protocol = protocol},
                           *world.client_tls());
    };
    const auto usual = shake("");
    REQUIRE(usual);
    CHECK(usual->protocol == "http/1.1");
    CHECK(usual->chain.at(0) == world.server.der);
    const auto other = shake("acme-tls/1");
    REQUIRE_FALSE(other);
    CHECK(other.error().has_reason(kNoProtocol));
    CHECK_FALSE(shake(std::string(256, 'x')));
}

TEST_CASE("the client says in Go's words why it does not trust a server") {
    const TlsWorld world;
    const TlsWorld other;
    const auto seen_by = [&](const CertificateOptions& options, const TlsContextPtr& tls,
                             const std::string& host = "127.0.0.1") {
        const Running running({}, world.server_tls(make_identity(options, &world.middle)));
        return error_of(fetch(running, tls, "/hello", host));
    };
    const std::string failed = "tls: failed to verify certificate: x509: ";
    const TlsContextPtr trusting = world.client_tls();
    CHECK(seen_by({.alt_names = "IP:127.0.0.1", .usage = "serverAuth"}, trusting).empty());
    CHECK(seen_by({.alt_names = "IP:127.0.0.1", .usage = "serverAuth"}, other.client_tls()) ==
          failed + "certificate signed by unknown authority");
    CHECK(seen_by({.alt_names = "IP:10.0.0.1,IP:::2,DNS:a"}, trusting) ==
          failed + "certificate is valid for 10.0.0.1, ::2, not 127.0.0.1");
    CHECK(seen_by({.alt_names = "DNS:localhost"}, trusting) ==
          failed +
              "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP "
              "SANs");
    CHECK(seen_by({.alt_names = "DNS:a.test,DNS:b.test"}, trusting, "localhost") ==
          failed + "certificate is valid for a.test, b.test, not localhost");
    CHECK(seen_by({.name = "localhost"}, trusting, "localhost") ==
          failed + "certificate is not valid for any names, but wanted to match localhost");
    const std::string expired =
        seen_by({.alt_names = "IP:127.0.0.1", .begins = -7200, .ends = -60}, trusting);
    CHECK(expired.starts_with(failed +
                              "certificate has expired or is not yet valid: current time 20"));
    CHECK(expired.find("Z is after 20") != std::string::npos);
    CHECK(seen_by({.alt_names = "IP:127.0.0.1", .begins = 60}, trusting).find("Z is before 20") !=
          std::string::npos);
    CHECK(seen_by({.alt_names = "IP:127.0.0.1", .usage = "clientAuth"}, trusting) ==
          failed + "certificate specifies an incompatible key usage");
}

TEST_CASE("without verification the chain as sent is still handed over") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const auto blind = *make_client_tls_with({.insecure_skip_verify = true}, nullptr);
    const auto answer = fetch(running, blind);
    REQUIRE(answer);
    CHECK(answer->peer_chain == std::vector<Bytes>{world.server.der, world.middle.der});
}

TEST_CASE(
    "only http/1.1 is spoken, X25519 and AES-128 first, no tickets, and nothing below TLS 1.2") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const std::uint16_t port = running.server->port();
    CHECK(handshake(port, "\x08http/1.1") == "http/1.1 TLSv1.3 X25519 TLS_AES_128_GCM_SHA256");
    CHECK(handshake(port, "\x02h2\x08http/1.1") ==
          "http/1.1 TLSv1.3 X25519 TLS_AES_128_GCM_SHA256");
    CHECK(handshake(port, "") == " TLSv1.3 X25519 TLS_AES_128_GCM_SHA256");
    CHECK(handshake(port, "\x02h2").find("no application protocol") != std::string::npos);
    CHECK(handshake(port, "\x08http/1.1", 0x0303) ==
          "http/1.1 TLSv1.2 X25519 ECDHE-ECDSA-AES256-GCM-SHA384");
    CHECK(handshake(port, "\x08http/1.1", 0x0302).starts_with("failed: "));
}

TEST_CASE("a new certificate serves new connections, the old ones go on") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const auto client = Client::make({.tls = world.client_tls()});
    const Outgoing request{.url = running.url("/hello", "https"), .max_body = 100};
    REQUIRE(client->send(request));
    const Identity renewed =
        make_identity({.name = "renewed", .alt_names = "IP:127.0.0.1"}, &world.middle);
    running.server->set_tls(world.server_tls(renewed));
    CHECK(client->send(request)->peer_chain.front() == world.server.der);
    CHECK(fetch(running, world.client_tls())->peer_chain.front() == renewed.der);
}

TEST_CASE("retired connections answer once more, those of a client certificate not at all") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const Outgoing request{.url = running.url("/hello", "https"), .max_body = 100};
    const auto anonymous = Client::make({.tls = world.client_tls()});
    const auto known = Client::make({.tls = world.client_tls(&world.client)});
    REQUIRE(anonymous->send(request));
    REQUIRE(known->send(request));
    const Identity renewed =
        make_identity({.name = "renewed", .alt_names = "IP:127.0.0.1"}, &world.middle);
    running.server->set_tls(world.server_tls(renewed));
    running.server->retire_connections();
    const auto last = anonymous->send(request);
    REQUIRE(last);
    CHECK(last->peer_chain.front() == world.server.der);
    CHECK(find_header(last->headers, "Connection") == "close");
    CHECK(anonymous->send(request)->peer_chain.front() == renewed.der);
    CHECK(known->send(request)->peer_chain.front() == renewed.der);
}

TEST_CASE("large answers, kept connections and many clients at once work over TLS") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    CHECK(fetch(running, world.client_tls(), "/large")->body.size() == 3'000'000);
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            const auto client = Client::make({.tls = world.client_tls(&world.client)});
            for (int n = 0; n < 20; ++n) {
                const auto answer = client->send({.method = "POST",
                                                  .url = running.url("/echo", "https"),
                                                  .body = std::string(900, 'b'),
                                                  .max_body = 1000});
                good += answer && answer->status == 201 && answer->body.size() == 900 ? 1 : 0;
            }
        });
    }
    threads.clear();
    CHECK(good == 160);
}

TEST_CASE(
    "a server that closes while the client still writes is an error or an answer, no SIGPIPE") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    for (int i = 0; i < 3; ++i) {
        const auto answer = Client::make({.tls = world.client_tls()})
                                ->send({.method = "POST",
                                        .url = running.url("/echo", "https"),
                                        .body = std::string(30'000'000, 'b'),
                                        .max_body = 1000});
        CHECK((answer ? answer->status == 413 : answer.error().code == Code::kUnavailable));
    }
}

/// A proxy for one CONNECT: keeps its head, then carries bytes to `port` and back until one side
/// closes.
class Tunnel {
public:
    explicit Tunnel(std::uint16_t to) : to_(to) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        ::listen(listener_, 1);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        thread_ = std::jthread([this] { carry(); });
    }
    ~Tunnel() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::uint16_t port = 0;
    std::string head{};  ///< Read it when the client is done.

private:
    void carry() {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) {
            return;
        }
        char octet = 0;
        while (!head.ends_with("\r\n\r\n") && ::recv(client, &octet, 1, 0) == 1) {
            head += octet;
        }
        const int server = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(to_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            const std::string_view open = "HTTP/1.1 200 Connection established\r\n\r\n";
            (void)::send(client, open.data(), open.size(), MSG_NOSIGNAL);
            pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
            while (::poll(ends, 2, 60'000) > 0 && (ends[0].revents == 0 || pass(client, server)) &&
                   (ends[1].revents == 0 || pass(server, client))) {
            }
        }
        ::close(server);
        ::close(client);
    }
    static bool pass(int from, int to) {
        char buffer[4096];
        const ssize_t count = ::recv(from, buffer, sizeof buffer, 0);
        return count > 0 &&
               ::send(to, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    }

    int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    std::uint16_t to_;
    std::jthread thread_;
};

TEST_CASE("https goes through a proxy's tunnel to the server itself, which is verified") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    const std::string proxy = "http://127.0.0.1:";
    const Outgoing request{.url = running.url("/peer", "https", "localhost"), .max_body = 100};
    {
        const Tunnel tunnel(running.server->port());
        auto client = Client::make(
            {.tls = world.client_tls(&world.client), .proxy = proxy + std::to_string(tunnel.port)});
        for (int i = 0; i < 2; ++i) {  // The second request takes the same tunnel.
            const auto answer = client->send(request);
            REQUIRE(answer);
            CHECK(answer->body == "2");
            CHECK(answer->peer_chain.front() == world.server.der);
        }
        client.reset();
        const std::string authority = "localhost:" + std::to_string(running.server->port());
        CHECK(tunnel.head ==
              "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    }
    const TlsWorld other;
    const Tunnel tunnel(running.server->port());
    CHECK(error_of(Client::make(
                       {.tls = other.client_tls(), .proxy = proxy + std::to_string(tunnel.port)})
                       ->send(request)) ==
          "tls: failed to verify certificate: x509: certificate signed by unknown authority");
}

TEST_CASE("plain HTTP to a TLS port is told so, garbage is dropped, and both ends of it") {
    const TlsWorld world;
    const Running running({}, world.server_tls());
    CHECK(Wire(running.server->port())
              .say(get("/hello"))
              .all()
              .ends_with("Client sent an HTTP request to an HTTPS server.\n"));
    const std::string garbage = Wire(running.server->port()).say("\xff\xff garbage garbage").all();
    CHECK(garbage.find("HTTP/1") == std::string::npos);
    const Running plain;
    CHECK(error_of(fetch(plain, world.client_tls())) ==
          "http: server gave HTTP response to HTTPS client");
}

TEST_CASE("contexts that cannot work are refused when they are made") {
    const TlsWorld world;
    const auto code = [&](const ServerTls& options, const Identity& key) {
        const auto made = make_server_tls_with(options, key.key.get());
        return made ? Code::kInternal : made.error().code;
    };
    const Bytes& leaf = world.server.der;
    CHECK(code({.chain = {leaf}}, world.client) == Code::kInvalidArgument);
    CHECK(code({}, world.server) == Code::kInvalidArgument);
    CHECK(code({.chain = {leaf + "x"}}, world.server) == Code::kInvalidArgument);
    CHECK(code({.chain = {leaf}, .cipher_list = "NONSENSE"}, world.server) ==
          Code::kInvalidArgument);
    CHECK(code({.chain = {leaf}, .min = TlsVersion::k13, .max = TlsVersion::k12}, world.server) ==
          Code::kInvalidArgument);
    CHECK(!make_client_tls_with({.roots = {"no DER"}}, nullptr));
}

// Names: crypto/tls.CipherSuites and InsecureCipherSuites of Go 1.26; ciphers(1) of OpenSSL 3.0.
TEST_CASE("suite names of Go translate to OpenSSL's") {
    CHECK(openssl_cipher("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256") ==
          "ECDHE-ECDSA-AES128-GCM-SHA256");
    CHECK(openssl_cipher("TLS_AES_128_GCM_SHA256") == "TLS_AES_128_GCM_SHA256");
    CHECK(is_go_cipher("TLS_RSA_WITH_RC4_128_SHA"));
    CHECK(openssl_cipher("TLS_RSA_WITH_RC4_128_SHA").empty());
    CHECK(!is_go_cipher("ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK(!is_go_cipher(""));
    const TlsWorld world;
    CHECK(make_server_tls_with(
        {.chain = {world.server.der},
         .cipher_list = openssl_cipher("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256") + ":" +
                        openssl_cipher("TLS_RSA_WITH_AES_128_CBC_SHA256")},
        world.server.key.get()));
}

}  // namespace
}  // namespace step::http
