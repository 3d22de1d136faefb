#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/pem.h"
#include "json/write.h"
#include "tests/support/golden_ca.h"
#include "tests/support/test_ca.h"

using namespace step;
using test::GoldenCa;
using test::must;

namespace {

std::string sign_body(const GoldenCa& ca, const std::string& common_name, bool with_jti = true) {
    json::Value header, payload, body;
    header.set("kid", ca.key_id);
    payload.set("iss", "admin@test");
    payload.set("sub", "leaf.test");
    payload.set("aud", "https://localhost/1.0/sign");
    if (with_jti) {
        payload.set("jti", encode_hex(ca.random.bytes(16)));
    }
    const crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    body.set("csr",
             encode_pem("CERTIFICATE REQUEST", test::make_request(common_name, {}, key).der));
    body.set("ott", ca.sign_token(header, payload));
    return json::encode(body);
}

int status(const GoldenCa& ca, const std::string& body) {
    return ca.ask({.method = "POST", .path = "/sign", .body = body}).status;
}

}  // namespace

TEST_CASE("of fifty parallel uses of one token exactly one gives a certificate") {
    const GoldenCa ca("core-sign", GoldenCa::Db::kMemory);
    const std::string body = sign_body(ca, "leaf.test");
    std::atomic<int> issued{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 50; ++i) {
        threads.emplace_back([&] {
            const int got = status(ca, body);
            issued += got == 201 ? 1 : 0;
            refused += got == 401 ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(issued == 1);
    CHECK(refused == 49);
    CHECK(ca.ledger->list({}, 100)->entries.size() == 1);
}

TEST_CASE("a request that fails does not burn its token") {
    const GoldenCa ca("core-sign", GoldenCa::Db::kMemory);
    json::Value header, payload;
    header.set("kid", ca.key_id);
    payload.set("iss", "admin@test");
    payload.set("sub", "leaf.test");
    payload.set("aud", "https://localhost/1.0/sign");
    const std::string token = ca.sign_token(header, payload);
    const auto ask = [&](const std::string& common_name) {
        const crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
        json::Value body;
        body.set("csr",
                 encode_pem("CERTIFICATE REQUEST", test::make_request(common_name, {}, key).der));
        body.set("ott", token);
        return status(ca, json::encode(body));
    };
    CHECK(ask("other.test") == 403);
    CHECK(ask("leaf.test") == 201);
    CHECK(ask("leaf.test") == 401);
}

TEST_CASE("the log of a signature has the certificate's facts and no token") {
    const GoldenCa ca("core-sign", GoldenCa::Db::kMemory);
    const std::string body = sign_body(ca, "leaf.test", /*with_jti=*/false);
    const http::Response response = ca.ask({.method = "POST", .path = "/sign", .body = body});
    REQUIRE(response.status == 201);
    std::vector<std::string> names;
    for (const Field& field : response.log) {
        names.push_back(field.name);
        if (const auto* text = std::get_if<std::string>(&field.value)) {
            CHECK(text->find(".eyJ") == std::string::npos);
        }
    }
    CHECK(names == std::vector<std::string>{"token-id", "serial", "subject", "issuer", "sans",
                                            "valid-from", "valid-to", "public-key", "certificate",
                                            "provisioner"});
}

TEST_CASE("a request with more than a thousand names is told so") {
    const GoldenCa ca("core-sign", GoldenCa::Db::kMemory);
    const crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    x509::CsrDraft draft;
    draft.names.dns.assign(1001, "a.test");
    json::Value body;
    body.set("csr", encode_pem("CERTIFICATE REQUEST", must(x509::make_csr(draft, key))));
    body.set("ott", "x");
    const http::Response response =
        ca.ask({.method = "POST", .path = "/sign", .body = json::encode(body)});
    CHECK(response.status == 400);
    CHECK(response.body.find("has more than 1000 names") != std::string::npos);
}
