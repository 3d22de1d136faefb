#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "app/app.h"
#include "base/files.h"
#include "base/pem.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"
#include "setup/init.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace step::app {

struct MemoryLog final : Log {
    std::vector<std::string> lines{};
    void write(Level, std::string_view message, const Fields&) override {
        lines.emplace_back(message);
    }
};

/// A CA made by init in a folder of its own, on a clock that stands still.
struct World {
    test::TempFolder folder;
    test::FakeClock clock;
    test::FakeRandom random;
    MemoryLog log;
    std::unique_ptr<App> app{};
    std::optional<jose::Jwk> provisioner{};
    crypto::PrivateKey leaf_key = *crypto::generate_key(crypto::KeyKind::kEcP256);
    int tokens = 0;

    World() {
        setup::InitOptions options;
        options.dns = {"ca.test", "[::1]", "127.0.0.1"};
        options.address = ":8443";
        options.provisioner = "admin@test";
        options.folder = folder.path;
        const auto root = setup::make_root("Test", clock.now(), random);
        const auto intermediate = setup::make_intermediate("Test", *root, clock.now(), random);
        const Secret password{Bytes("password")};
        const auto plan =
            setup::plan_init(options, *root, *intermediate, password, nullptr, random);
        REQUIRE(plan);
        REQUIRE(setup::write_init(*plan));
    }

    std::string config_text() const { return *read_file(folder / "config/ca.json"); }

    std::string open(const std::string& text, const std::string& password = "password") {
        auto config = setup::parse_config(text, "ca.json");
        if (!config) {
            return config.error().detail;
        }
        KeyPassword given;
        given.given = Secret(password);
        auto opened = App::open(*std::move(config), given, {clock, random, log});
        if (!opened) {
            return opened.error().detail;
        }
        app = *std::move(opened);
        return "ok";
    }

    http::Response call(const std::string& method, const std::string& path,
                        const std::string& body = "", std::vector<Bytes> peer = {}) {
        const auto match = app->router()->find(method, path);
        REQUIRE_MESSAGE(match.route != nullptr, path);
        http::Request request;
        request.method = method;
        request.path = path;
        request.body = body;
        request.captures = match.captures;
        request.peer_chain = std::move(peer);
        return match.route->handler(request);
    }

    std::string token(const std::string& subject, const std::string& path) {
        if (!provisioner) {
            const auto config = json::parse(config_text());
            const std::string jwe = *config->find("authority")
                                         ->find("provisioners")
                                         ->as_array()
                                         ->front()
                                         .find("encryptedKey")
                                         ->as_string();
            provisioner = *jose::parse_jwk(jose::decrypt_with_password(jwe, "password")->view());
        }
        const auto now = std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch();
        const json::Value payload = json::Object{
            {"aud", "https://ca.test:8443" + path},
            {"exp", static_cast<std::int64_t>((now + std::chrono::minutes(5)).count())},
            {"iat", static_cast<std::int64_t>(now.count())},
            {"iss", "admin@test"},
            {"jti", "token-" + std::to_string(++tokens)},
            {"nbf", static_cast<std::int64_t>(now.count())},
            {"sub", subject}};
        const auto signed_token =
            jose::sign_jws(json::encode(payload), "ES256",
                           {{"kid", provisioner->kid}, {"typ", "JWT"}}, *provisioner->private_key);
        REQUIRE(signed_token);
        return *signed_token;
    }

    http::Response sign(const std::string& ott) {
        x509::CsrDraft draft;
        draft.subject = x509::to_name({.common_name = "leaf.test"});
        draft.names.dns = {"leaf.test"};
        const auto csr = x509::make_csr(draft, leaf_key);
        REQUIRE(csr);
        return call("POST", "/1.0/sign",
                    json::encode(json::Object{{"csr", encode_pem("CERTIFICATE REQUEST", *csr)},
                                              {"ott", ott}}));
    }

    static x509::Certificate leaf_of(const http::Response& response) {
        REQUIRE_MESSAGE(response.status == 201, response.body);
        const auto body = json::parse(response.body);
        REQUIRE(body);
        const auto chain = x509::parse_certificates_pem(*body->find("crt")->as_string());
        REQUIRE(chain);
        return chain->front();
    }
};

}  // namespace step::app
