#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "client/acme/issue.h"
#include "client/acme/session.h"
#include "crypto/keygen.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"
#include "x509/certificate.h"
#include "x509/draft.h"

namespace step::client::acme::test {

using step::test::FakeClock, step::test::FakeRandom, step::test::TempFolder;

/// What the client asked for.
struct Asked {
    std::string method{}, url{}, payload{};
    json::Value header{};  ///< The protected one; null without a signature.
};

/// An ACME server in the client's process. It insists on RFC 8555 6: a fresh nonce, the URL in the
/// protected header, a good signature by "jwk" or the key of an account, POST for everything but
/// the directory and nonces. What it answers is a script by path: the last answer of a list stays.
struct FakeServer {
    std::map<std::string, std::deque<http::Incoming>> script{};
    std::map<std::string, crypto::PublicKey> accounts{};  ///< By URL.
    std::vector<Asked> asked{};
    std::set<std::string> nonces{};  ///< Given out and not used.
    int count = 0;
    int bad_nonces = 0;  ///< So many requests are told that their nonce is bad.
    bool gives_nonces = true;

    static std::string url(const std::string& path) { return "https://acme.test" + path; }
    static http::Incoming answer(int status, std::string body, http::Headers headers = {}) {
        return {.status = status, .headers = std::move(headers), .body = std::move(body)};
    }
    static http::Incoming problem(int status, const std::string& type,
                                  const std::string& detail = "No.") {
        return answer(status,
                      fmt::format(R"({{"type":"urn:ietf:params:acme:error:{}","detail":"{}"}})",
                                  type, detail),
                      {{"Content-Type", "application/problem+json"}});
    }
    void says(const std::string& path, std::vector<http::Incoming> answers) {
        script[path].assign(answers.begin(), answers.end());
    }
    /// How often the client asked for a path.
    long times(const std::string& path) const {
        return std::ranges::count(asked, url(path), &Asked::url);
    }
    const Asked& last(const std::string& path) const {
        const auto found = std::ranges::find(asked.rbegin(), asked.rend(), url(path), &Asked::url);
        REQUIRE_MESSAGE(found != asked.rend(), path);
        return *found;
    }

    http::Incoming serve(const http::Outgoing& request) {
        REQUIRE_MESSAGE(request.url.starts_with("https://acme.test/"), request.url);
        const std::string path = request.url.substr(url("").size());
        http::Incoming reply =
            request.method == "POST" ? serve_signed(request, path) : plain(request, path);
        if (gives_nonces && path != "/dir") {
            nonces.insert(fmt::format("nonce-{}", ++count));
            reply.headers.emplace_back("Replay-Nonce", fmt::format("nonce-{}", count));
        }
        return reply;
    }

private:
    http::Incoming plain(const http::Outgoing& request, const std::string& path) {
        REQUIRE((path == "/dir" || path == "/nonce"));
        asked.push_back({.method = request.method, .url = request.url});
        return next(path);
    }
    http::Incoming serve_signed(const http::Outgoing& request, const std::string& path) {
        CHECK(http::find_header(request.headers, "Content-Type") == "application/jose+json");
        const json::Value body = *json::parse(request.body);
        const auto part = [&](std::string_view name) {
            return *body.find_exact(name)->as_string();
        };
        const auto jws =
            jose::parse_jws(part("protected") + "." + part("payload") + "." + part("signature"));
        REQUIRE(jws);
        CHECK(jws->algorithm == "ES256");
        CHECK(*jws->header.find_exact("url")->as_string() == request.url);
        CHECK(nonces.erase(*jws->header.find_exact("nonce")->as_string()) == 1);
        asked.push_back(
            {.method = "POST", .url = request.url, .payload = jws->payload, .header = jws->header});
        const json::Value* jwk = jws->header.find_exact("jwk");
        CHECK((path == "/account") == (jwk != nullptr));
        if (jwk != nullptr) {
            const crypto::PublicKey key = *jose::parse_jwk(*jwk)->public_key;
            CHECK(jose::verify_jws(*jws, key));
            accounts.insert_or_assign(url(fmt::format("/account/{}", accounts.size() + 1)), key);
        } else if (const auto known = accounts.find(jws->key_id); known != accounts.end()) {
            CHECK(jose::verify_jws(*jws, known->second));
        } else {
            return problem(400, "accountDoesNotExist");
        }
        if (bad_nonces > 0) {
            --bad_nonces;
            return problem(400, "badNonce");
        }
        http::Incoming reply = next(path);
        if (path == "/account" && reply.status < 400 &&
            http::find_header(reply.headers, "Location").empty()) {
            reply.headers.emplace_back("Location",
                                       url(fmt::format("/account/{}", accounts.size())));
        }
        return reply;
    }
    http::Incoming next(const std::string& path) {
        auto& answers = script[path];
        REQUIRE_MESSAGE(!answers.empty(), path);
        http::Incoming reply = answers.front();
        if (answers.size() > 1) {
            answers.pop_front();
        }
        return reply;
    }
};

/// The client's end of it.
struct Wire final : http::Client {
    FakeServer& server;
    explicit Wire(FakeServer& to) : server(to) {}
    Result<http::Incoming> send(const http::Outgoing& request) override {
        CHECK(request.max_body > 0);
        http::Incoming reply = server.serve(request);
        if (reply.body.size() > request.max_body) {
            return Error{.code = Code::kTooLarge, .detail = "response body is too large"};
        }
        return reply;
    }
};

/// Remembers what is shown, and what was.
struct FakeAnswers final : HttpAnswers {
    std::map<std::string, std::string> shown{}, ever{};
    std::string_view name() const override { return "Standalone"; }
    Status show(const std::string& token, const std::string& text) override {
        shown[token] = ever[token] = text;
        return ok();
    }
    Status hide(const std::string& token) override {
        shown.erase(token);
        return ok();
    }
};

/// A client of that server, whose waits pass at once.
struct World {
    FakeServer server{};
    FakeClock clock{};
    FakeRandom random{};
    FakeAnswers answers{};
    TempFolder folder{};
    std::string told{};
    std::vector<Duration> waits{};
    bool interrupted = false;
    crypto::PrivateKey key = *crypto::generate_key(crypto::KeyKind::kEcP256);
    std::string leaf = certificate(key);

    World() {
        server.says(
            "/dir",
            {FakeServer::answer(
                200,
                fmt::format(
                    R"({{"newNonce":"{0}/nonce","newAccount":"{0}/account","newOrder":"{0}/new-order","meta":{{}}}})",
                    FakeServer::url("")))});
        server.says("/nonce", {FakeServer::answer(200, "")});
        server.says("/account", {FakeServer::answer(201, R"({"status":"valid"})")});
        server.says("/new-order",
                    {order("pending", {{"Location", FakeServer::url("/order")}}, 201)});
        server.says("/authz", {authz("pending"), authz("valid")});
        server.says("/challenge", {FakeServer::answer(200, "{}")});
        server.says("/order", {order("ready"), order("valid")});
        server.says("/finalize", {order("processing")});
        server.says("/cert",
                    {FakeServer::answer(200, leaf,
                                        {{"Content-Type", "application/pem-certificate-chain"}})});
    }

    static std::string certificate(const crypto::PrivateKey& key) {
        const Bytes name = x509::encode_name(x509::to_name({.common_name = "a.test"}));
        const x509::Draft draft{.subject_der = name,
                                .not_before = SysSeconds(std::chrono::seconds(1'600'000'000)),
                                .not_after = SysSeconds(std::chrono::seconds(2'500'000'000)),
                                .spki = key.public_key().spki()};
        return x509::encode_certificate_pem(
            *x509::sign_draft(draft, "\x01", name, key, crypto::default_scheme(key.public_key())));
    }
    static http::Incoming order(const std::string& status, http::Headers headers = {},
                                int code = 200, const std::string& more = "") {
        return FakeServer::answer(
            code,
            fmt::format(R"({{"status":"{}","authorizations":["{}"],"finalize":"{}"{}{}}})", status,
                        FakeServer::url("/authz"), FakeServer::url("/finalize"),
                        status == "valid"
                            ? fmt::format(R"(,"certificate":"{}")", FakeServer::url("/cert"))
                            : "",
                        more),
            std::move(headers));
    }
    static http::Incoming authz(const std::string& status, const std::string& challenge = "pending",
                                const std::string& more = "", http::Headers headers = {}) {
        return FakeServer::answer(
            200,
            fmt::format(
                R"({{"status":"{}","identifier":{{"type":"dns","value":"a.test"}},"challenges":[)"
                R"({{"type":"dns-01","url":"{}","status":"pending","token":"other"}},)"
                R"({{"type":"http-01","url":"{}","status":"{}","token":"tok-1_A"{}}}]}})",
                status, FakeServer::url("/dns"), FakeServer::url("/challenge"), challenge, more),
            std::move(headers));
    }

    Result<Session> open(const std::string& url = FakeServer::url("/dir")) {
        return Session::open(
            url, {.transport = std::make_unique<Wire>(server), .clock = clock, .random = random});
    }
    AccountFile file() { return {folder.path, FakeServer::url("/dir"), {"mailto:a@b.test"}}; }
    Wish wish() {
        return {.identifiers = {{"dns", "a.test"}}, .csr = "csr", .key = key.public_key()};
    }
    Result<std::string> issue() {
        STEP_ASSIGN(Session session, open());
        Issue issue({.session = session,
                     .answers = answers,
                     .clock = clock,
                     .pause = [&](Duration duration) -> Status {
                         waits.push_back(duration);
                         clock.ticks += duration;
                         clock.time +=
                             std::chrono::duration_cast<std::chrono::microseconds>(duration);
                         return interrupted ? Status(Error{.detail = "interrupted"}) : ok();
                     },
                     .tell = [&](std::string_view text) { told += text; }});
        return issue.run(wish(), file());
    }
    /// The error of a run that has to fail.
    std::string failure() {
        const auto result = issue();
        REQUIRE(!result);
        CHECK(answers.shown.empty());
        return result.error().detail;
    }
};

}  // namespace step::client::acme::test
