#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "challenge/alpn_certificate.h"
#include "challenge/alpn_test_world.h"
#include "crypto/digest.h"
#include "tests/support/tcp_server.h"

namespace step::challenge {
namespace {

using namespace std::chrono_literals;

const std::string kIncorrect =
    "invalid rejectedIdentifier: incorrect certificate for tls-alpn-01 challenge: ";
const std::string kOneName = "leaf certificate must contain a single IP address or DNS name, ";

TEST_CASE("tls-alpn-01: a certificate with name and digest is the proof") {
    AlpnServer server;
    CHECK(against(server) == "valid");
    CHECK(server.heard_name == "a.test");
    server.max_version = TLS1_2_VERSION;
    CHECK(against(server) == "valid");
    server.certificate.names = "DNS:A.TesT";
    CHECK(against(server) == "valid");
}

TEST_CASE("tls-alpn-01: an address is asked for by its reverse name") {
    AlpnServer v4{.certificate = {.names = "IP:127.0.0.1"}};
    CHECK(against(v4, "127.0.0.1", "ip") == "valid");
    CHECK(v4.heard_name == "1.0.0.127.in-addr.arpa");
    AlpnServer v6{.certificate = {.names = "IP:::1"}};
    CHECK(against(v6, "::1", "ip") == "valid");
    CHECK(v6.heard_name ==
          "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa");
    AlpnServer named{.certificate = {.names = "DNS:1.0.0.127.in-addr.arpa"}};
    CHECK(against(named, "127.0.0.1", "ip") == kIncorrect + kOneName + "127.0.0.1");
}

TEST_CASE("tls-alpn-01: the certificate names the identifier and nothing else") {
    for (const std::string_view names :
         {"", "DNS:b.test", "DNS:*.test", "DNS:www.a.test", "DNS:a.test,DNS:b.test",
          "DNS:a.test,DNS:a.test", "DNS:a.test,IP:127.0.0.1", "DNS:a.test,email:a@a.test",
          "DNS:a.test,URI:https://a.test", "DNS:a.test,RID:1.2.3", "IP:127.0.0.1",
          "email:a.test@a.test"}) {
        CAPTURE(names);
        AlpnServer server{.certificate = {.names = std::string(names)}};
        CHECK(against(server) == kIncorrect + kOneName + "a.test");
    }
}

TEST_CASE("tls-alpn-01: the extension is there, critical, and the digest as OCTET STRING") {
    const auto with = [](AlpnCertificate certificate) {
        AlpnServer server{.certificate = std::move(certificate)};
        return against(server);
    };
    const Bytes digest = crypto::sha256(kKeyAuthorization);
    const std::string malformed = kIncorrect + "malformed acmeValidationV1 extension value";
    CHECK(with({.with_proof = false}) == kIncorrect + "missing acmeValidationV1 extension");
    CHECK(with({.critical = false}) == kIncorrect + "acmeValidationV1 extension not critical");
    CHECK(with({.value = "\x04\x20" + crypto::sha256("other")}) ==
          kIncorrect +
              "acmeValidationV1 extension value is not the digest of the key authorization");
    CHECK(with({.value = digest}) == malformed);
    CHECK(with({.value = "\x04\x20" + digest + "x"}) == malformed);
    CHECK(with({.value = "\x04\x1f" + digest.substr(1)}) == malformed);
    CHECK(with({.value = "\x04\x21" + digest + "x"}) == malformed);
    CHECK(with({.value = "\x0c\x20" + digest}) == malformed);
    CHECK(with({.value = "\x04\x81\x20" + digest}) == malformed);  // BER
    CHECK(with({.value = Bytes("\x04\x00", 2)}) == malformed);
}

TEST_CASE("6843408d: the identifier of the drafts proves nothing") {
    AlpnServer server{.certificate = {.id = "1.3.6.1.5.5.7.1.30.1"}};
    CHECK(against(server) ==
          kIncorrect + "obsolete id-pe-acmeIdentifier in acmeValidationV1 extension");
}

TEST_CASE("tls-alpn-01: a server that does not choose acme-tls/1 is wrong for good") {
    const std::string refused =
        "invalid rejectedIdentifier: cannot negotiate ALPN acme-tls/1 protocol for tls-alpn-01 "
        "challenge";
    AlpnServer web{.protocol = "http/1.1"};
    CHECK(against(web) == refused);
    AlpnServer old_web{.protocol = "http/1.1", .max_version = TLS1_2_VERSION};
    CHECK(against(old_web) == refused);
    AlpnServer ignorant{.protocol = ""};
    CHECK(against(ignorant) == refused);
}

TEST_CASE("tls-alpn-01: nothing older than TLS 1.2 will do") {
    AlpnServer server{.max_version = TLS1_1_VERSION, .min_version = TLS1_VERSION};
    CHECK(against(server).starts_with("retry connection: TLS with a.test: "));
}

TEST_CASE("tls-alpn-01: what breaks off may be mended") {
    const auto outcome = [](const std::function<void(const test::TcpPeer&)>& handler) {
        const test::TcpServer server(handler);
        TestWorld world;
        world.settings.tls_port = server.port;
        world.settings.total = 2s;
        world.resolver.hosts["a.test"] = {{"127.0.0.1"}};
        return world.run(Kind::kTlsAlpn01, "a.test");
    };
    CHECK(outcome([](const test::TcpPeer& peer) { peer.drain(); }) ==
          "retry connection: TLS with a.test: context deadline exceeded");
    CHECK(outcome([](const test::TcpPeer&) {}).starts_with("retry connection: TLS with a.test: "));
    CHECK(outcome([](const test::TcpPeer& peer) {
              peer.say("HTTP/1.1 400 Bad Request SECRET\r\n\r\n");
              peer.drain();
          }).starts_with("retry connection: TLS with a.test: "));
    CHECK(outcome([](const test::TcpPeer& peer) {
              while (peer.say(Bytes("\x16\x03\x03\x40\x00", 5) + std::string(16384, 'x'))) {
              }
          }).starts_with("retry connection: TLS with a.test: "));
    // Alert 112: no such name here yet.
    CHECK(outcome([](const test::TcpPeer& peer) {
              peer.say(Bytes("\x15\x03\x03\x00\x02\x02\x70", 7));
              peer.drain();
          }).starts_with("retry connection: TLS with a.test: "));
}

TEST_CASE("tls-alpn-01: hosts are looked up and filtered as for http-01") {
    TestWorld world;
    world.settings.tls_port = 1;
    CHECK(world.run(Kind::kTlsAlpn01, "missing.test") ==
          "retry connection: TLS with missing.test: lookup missing.test: no such host");
    world.resolver.hosts["a.test"] = {{"127.0.0.1"}};
    CHECK(world.run(Kind::kTlsAlpn01, "a.test") ==
          "retry connection: TLS with a.test: dial tcp 127.0.0.1:1: connect: connection refused");
    world.resolver.hosts["a.test"] = {{"169.254.169.254", "127.0.0.9"}};
    CHECK(world.run(Kind::kTlsAlpn01, "a.test") ==
          "invalid connection: TLS with a.test: a.test has the address 169.254.169.254, which is a "
          "link-local address");
}

TEST_CASE("what is no certificate is no proof") {
    for (const Bytes& der : {Bytes(), Bytes("x"), Bytes("\x30\x00", 2), Bytes(5000, '\x30')}) {
        const Status checked = check_alpn_certificate(der, "a.test", kKeyAuthorization);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == Code::kInvalidArgument);
    }
    const Bytes good = make_alpn_identity({}).der;
    CHECK(check_alpn_certificate(good, "a.test", kKeyAuthorization));
    CHECK_FALSE(check_alpn_certificate(good + "x", "a.test", kKeyAuthorization));
    CHECK_FALSE(check_alpn_certificate(good, "a.test", "other"));
}

}  // namespace
}  // namespace step::challenge
