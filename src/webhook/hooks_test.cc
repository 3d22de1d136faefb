#include "webhook/hooks.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/system.h"
#include "crypto/digest.h"
#include "http/server.h"
#include "issuance/hooks.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_ca.h"

namespace step::webhook {
namespace {

using issuance::HookRequest;
using test::must;

struct MemoryLog final : Log {
    void write(Level, std::string_view message, const Fields&) override {
        const std::scoped_lock lock(mutex);
        lines.emplace_back(message);
    }
    std::mutex mutex;
    std::vector<std::string> lines{};
};

/// https://127.0.0.1:PORT, which notes what it is asked and answers what it is told to.
class Elsewhere {
public:
    explicit Elsewhere(const issuance::Authority& ca) {
        (void)std::signal(SIGPIPE, SIG_IGN);  // As every program that serves.
        const x509::Draft draft{
            .subject_der = x509::encode_name(x509::to_name({.common_name = "hooks"})),
            .not_before = SysSeconds(std::chrono::seconds(1'600'000'000)),
            .not_after = SysSeconds(std::chrono::seconds(2'500'000'000)),
            .spki = key_.public_key().spki(),
            .key_usage = x509::key_usage::kDigitalSignature,
            .names = {.ips = {Bytes("\x7f\0\0\1", 4)}}};
        const Bytes der = must(x509::sign_draft(draft, "\x02", ca.chain[0].subject_der, ca.key,
                                                crypto::default_scheme(ca.key.public_key())));
        auto tls = must(http::make_server_tls({.chain = {der, ca.chain[0].der},
                                               .key = &key_,
                                               .client_authorities = {ca.chain[0].der}}));
        auto router = std::make_shared<http::Router>();
        for (const char* method : {"POST", "GET"}) {
            router->add({method, "/{}", 1'000'000,
                         [this](const http::Request& request) { return answer(request); }});
        }
        server_ = must(http::Server::listen({.address = "127.0.0.1:0"}, std::move(tls),
                                            std::move(router), clock_, random_));
        thread_ = std::thread([this] { server_->run(); });
    }
    ~Elsewhere() {
        release();
        server_->stop();
        thread_.join();
    }

    std::string url(const std::string& path) const {
        return "https://" + server_->address() + path;
    }
    void say(const std::string& path, http::Response response) {
        const std::scoped_lock lock(mutex_);
        answers_[path].push_back(std::move(response));
    }
    void allow(const std::string& path, const std::string& data = "null") {
        say(path, {.body = R"({"allow":true,"data":)" + data + "}"});
    }
    /// From now on a path does not answer before release().
    void hang(const std::string& path) {
        const std::scoped_lock lock(mutex_);
        hanging_.push_back(path);
    }
    void release() {
        const std::scoped_lock lock(mutex_);
        hanging_.clear();
        changed_.notify_all();
    }
    std::vector<http::Request> asked() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

private:
    http::Response answer(const http::Request& request) {
        std::unique_lock lock(mutex_);
        asked_.push_back(request);
        const std::string path = request.path;
        changed_.wait(lock, [&] { return std::ranges::count(hanging_, path) == 0; });
        auto& list = answers_[path];
        if (list.empty()) {
            return {.status = 404};
        }
        http::Response response = list.front();
        if (list.size() > 1) {
            list.erase(list.begin());
        }
        return response;
    }

    SystemClock clock_;
    test::FakeRandom random_;
    crypto::PrivateKey key_ = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::vector<http::Response>> answers_{};
    std::vector<std::string> hanging_{};
    std::vector<http::Request> asked_{};
    std::unique_ptr<http::Server> server_{};
    std::thread thread_{};
};

/// A CA with one provisioner, and a server it calls.
struct World {
    issuance::Authority ca = test::make_authority();
    Elsewhere elsewhere{ca};
    SystemClock clock;
    test::FakeRandom random;
    MemoryLog log;
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    x509::Csr csr = test::make_request("leaf.test", {.dns = {"leaf.test"}}, key);
    Patience patience{.in_all = std::chrono::milliseconds(60'000),
                      .before_retry = std::chrono::milliseconds(10),
                      .at_the_end = std::chrono::milliseconds(60'000)};
    std::unique_ptr<issuance::Hooks> hooks{};

    void make(std::vector<Webhook> webhooks, const std::string& secrets = "{}") {
        Shared shared{.clock = clock, .random = random, .log = log, .patience = patience};
        shared.world.roots = [this] { return std::vector<Bytes>{ca.roots[0].der}; };
        shared.world.identity = [this]() -> Result<webhook::Identity> {
            auto own = std::make_shared<crypto::PrivateKey>(
                must(crypto::generate_key(crypto::KeyKind::kEcP256)));
            const x509::Draft draft{
                .subject_der = x509::encode_name(x509::to_name({.common_name = "the CA"})),
                .not_before = SysSeconds(std::chrono::seconds(1'600'000'000)),
                .not_after = SysSeconds(std::chrono::seconds(2'500'000'000)),
                .spki = own->public_key().spki(),
                .key_usage = x509::key_usage::kDigitalSignature};
            STEP_ASSIGN(Bytes der, x509::sign_draft(draft, "\x03", ca.chain[0].subject_der, ca.key,
                                                    crypto::default_scheme(ca.key.public_key())));
            return Identity{.chain = {std::move(der), ca.chain[0].der},
                            .key = std::move(own),
                            .not_before = draft.not_before,
                            .not_after = draft.not_after};
        };
        hooks = must(make_hooks(std::move(shared), {{"p-1", std::move(webhooks)}},
                                must(parse_credentials(secrets, "f"))));
    }
    HookRequest request() {
        HookRequest made{
            .provisioner = {.id = "p-1", .name = "admin"}, .request_id = "r-1", .csr = &csr};
        const auto token = tmpl::make_map();
        token->set("sub", "leaf.test");
        const auto data = tmpl::make_map();
        data->set("Token", token);
        made.data = data;
        return made;
    }
    /// What a client would be told, or "ok".
    std::string enrich() {
        const auto answers = hooks->enrich(request());
        return answers ? "ok" : answers.error().detail;
    }
};

std::string header(const http::Request& request, std::string_view name) {
    return std::string(http::find_header(request.headers, name));
}

TEST_CASE("enriching webhooks are asked in order, and what they say comes by name") {
    World world;
    world.elsewhere.allow("/one", R"({"team":"db"})");
    world.elsewhere.allow("/db", "[1.5]");
    world.make({{.id = "w1", .name = "first", .url = world.elsewhere.url("/one?s={{.Token.sub}}")},
                {.name = "no", .url = world.elsewhere.url("/no"), .kind = Kind::kAuthorizing},
                {.name = "ssh", .url = world.elsewhere.url("/no"), .cert_type = CertType::kSsh},
                {.name = "second", .url = world.elsewhere.url("/{{.Webhooks.first.team}}")}},
               R"({"w1":{"secret":"AQID","bearerToken":"tok"}})");
    const auto answers = world.hooks->enrich(world.request());
    REQUIRE(answers);
    CHECK(json::encode(answers->at("first")) == R"({"team":"db"})");
    CHECK(json::encode(answers->at("second")) == "[1.5]");
    CHECK(answers->size() == 2);

    const auto asked = world.elsewhere.asked();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].query == "s=leaf.test");
    CHECK(header(asked[0], "X-Smallstep-Webhook-ID") == "w1");
    CHECK(header(asked[0], "X-Request-Id") == "r-1");
    CHECK(header(asked[0], "Authorization") == "Bearer tok");
    CHECK(header(asked[0], "X-Smallstep-Signature") ==
          encode_hex(crypto::hmac(crypto::Hash::kSha256, "\1\2\3", asked[0].body)));
    CHECK(header(asked[1], "X-Smallstep-Signature") ==
          encode_hex(crypto::hmac(crypto::Hash::kSha256, "", asked[1].body)));
    CHECK(header(asked[1], "Authorization").empty());
    CHECK(asked[0].peer_chain.size() >= 1);
    CHECK(asked[0].remote == asked[1].remote);  // The connection was kept.
    const auto body = json::parse(asked[0].body);
    REQUIRE(body);
    CHECK(body->as_object()->at(0).name == "timestamp");
    CHECK(*body->find("provisionerName")->as_string() == "admin");
    CHECK(*body->find("x509CertificateRequest")->find("raw")->as_string() ==
          encode_base64(world.csr.der));
}

TEST_CASE("a webhook can be told not to see who the CA is") {
    World world;
    world.elsewhere.allow("/one");
    world.make(
        {{.name = "n", .url = world.elsewhere.url("/one"), .disable_tls_client_auth = true}});
    CHECK(world.enrich() == "ok");
    CHECK(world.elsewhere.asked()[0].peer_chain.empty());
}

TEST_CASE("the first that does not allow the request ends it, with its own words") {
    World world;
    world.elsewhere.say("/one", {.body = R"({"error":{"code":"c","message":"m"}})"});
    world.make({{.name = "n", .url = world.elsewhere.url("/one")},
                {.name = "m", .url = world.elsewhere.url("/two")}});
    const auto refused = world.hooks->enrich(world.request());
    REQUIRE(!refused);
    CHECK(refused.error().detail == "m (c)");
    CHECK(refused.error().code == Code::kForbidden);
    CHECK(refused.error().has_reason(issuance::kEnrichRefused));
    CHECK(world.elsewhere.asked().size() == 1);
}

TEST_CASE("authorizing webhooks see the certificate that would be signed") {
    World world;
    world.elsewhere.allow("/one");
    world.make({{.name = "n", .url = world.elsewhere.url("/one"), .kind = Kind::kAuthorizing}});
    const issuance::X509HookDraft draft{
        .rendered = R"({"subject":{"commonName":"leaf.test"},"keyUsage":["digitalSignature"]})",
        .not_before = SysSeconds(std::chrono::seconds(1'704'164'645)),
        .not_after = SysSeconds(std::chrono::seconds(1'704'168'245))};
    CHECK(world.hooks->authorize(world.request(), draft));
    const std::string body = world.elsewhere.asked()[0].body;
    const std::string spki = encode_base64(world.key.public_key().spki());
    CHECK(body.ends_with(R"("signatureAlgorithm":"","publicKey":")" + spki +
                         R"(","publicKeyAlgorithm":"ECDSA","notBefore":"2024-01-02T03:04:05Z",)"
                         R"("notAfter":"2024-01-02T04:04:05Z","raw":null}})"));
    world.elsewhere.say("/one", {.body = "{}"});
    CHECK(world.hooks->authorize(world.request(), draft));
    const auto refused = world.hooks->authorize(world.request(), draft);
    REQUIRE(!refused);
    CHECK(refused.error().detail == "webhook server did not allow request");
    CHECK(refused.error().has_reason(issuance::kAuthorizeRefused));
}

TEST_CASE("a failure of the server is tried again once, one of ours is not") {
    World world;
    world.elsewhere.say("/one", {.status = 503});
    world.elsewhere.allow("/one");
    world.elsewhere.say("/bad", {.status = 500});
    world.elsewhere.say("/gone", {.status = 404});
    world.make({{.name = "n", .url = world.elsewhere.url("/{{.Token.sub}}")}});
    const auto ask = [&](const std::string& path) {
        const auto before = world.elsewhere.asked().size();
        world.make({{.name = "n", .url = world.elsewhere.url(path)}});
        const std::string said = world.enrich();
        return said + " " + std::to_string(world.elsewhere.asked().size() - before);
    };
    CHECK(ask("/one") == "ok 2");
    CHECK(ask("/bad") == "Webhook server responded with 500 2");
    CHECK(ask("/gone") == "Webhook server responded with 404 1");
    world.make({{.name = "n", .url = "https://127.0.0.1:1/{{.Token.sub}}"}});
    const auto refused = world.hooks->enrich(world.request());
    REQUIRE(!refused);
    CHECK(refused.error().detail == "webhook server could not be reached");
    CHECK(refused.error().cause.find("connection refused") != std::string::npos);
    CHECK(refused.error().code == Code::kForbidden);
}

TEST_CASE("redirects are followed on the same host, and nowhere else") {
    World world;
    const auto redirect = [&](const std::string& path, int status, const std::string& to) {
        world.elsewhere.say(path, {.status = status, .headers = {{"Location", to}}});
    };
    world.elsewhere.allow("/end");
    redirect("/kept", 307, "/end");
    redirect("/get", 302, world.elsewhere.url("/end"));
    redirect("/loop", 308, "/loop");
    redirect("/away", 307, "https://localhost:1/end");
    redirect("/plain", 307, "http://127.0.0.1/end");
    redirect("/double", 307, "//evil.test/end");
    const auto ask = [&](const std::string& path) {
        world.make({{.name = "n", .url = world.elsewhere.url(path)}});
        return world.enrich();
    };
    CHECK(ask("/kept") == "ok");
    CHECK(world.elsewhere.asked().back().method == "POST");
    CHECK(!world.elsewhere.asked().back().body.empty());
    CHECK(ask("/get") == "ok");
    CHECK(world.elsewhere.asked().back().method == "GET");
    CHECK(ask("/loop") == "webhook server redirected too often");
    for (const char* path : {"/away", "/plain", "/double"}) {
        CHECK(ask(path) == "webhook server redirected to another host");
    }
}

TEST_CASE("too large an answer, and one that does not come, end the request") {
    World world;
    world.elsewhere.say("/large", {.body = std::string(3'000'000, ' ')});
    world.elsewhere.hang("/never");
    world.make({{.name = "n", .url = world.elsewhere.url("/large")}});
    CHECK(world.enrich() == "webhook server sent too large an answer");
    world.patience.in_all = std::chrono::milliseconds(200);
    world.make({{.name = "n", .url = world.elsewhere.url("/never")}});
    CHECK(world.enrich() == "webhook server did not answer in time");
}

TEST_CASE("a URL is called only if what its template gives can be") {
    World world;
    world.make({{.name = "n", .url = "https://{{ .Token.sub }}@127.0.0.1/"}});
    CHECK(world.enrich() == "webhook url may not contain username or password");
    world.make({{.name = "n", .url = R"(https://x/{{ fail "no" }})"}});
    CHECK(world.enrich() == "webhook url is invalid");
}

TEST_CASE("a notification is sent after the answer, and delivered before the CA goes") {
    World world;
    world.elsewhere.hang("/note");
    world.elsewhere.allow("/note");
    world.make({{.name = "n", .url = world.elsewhere.url("/note"), .kind = Kind::kNotifying}});
    for (int i = 0; i < 3; ++i) {
        world.hooks->notify(world.request(), issuance::X509HookIssued{.certificate = "abc"});
    }
    world.elsewhere.release();
    world.hooks.reset();
    const auto asked = world.elsewhere.asked();
    REQUIRE(asked.size() == 3);
    const auto body = json::parse(asked[0].body);
    REQUIRE(body);
    CHECK(*body->find("x509Certificate")->find("raw")->as_string() == "YWJj");
    CHECK(body->find("x509CertificateRequest") != nullptr);
    CHECK(world.log.lines.empty());
}

TEST_CASE("what cannot be delivered is logged, and more than fits is dropped") {
    World world;
    world.patience.at_the_end = std::chrono::milliseconds(1000);
    world.elsewhere.hang("/note");
    world.make({{.name = "n", .url = world.elsewhere.url("/note"), .kind = Kind::kNotifying}});
    for (int i = 0; i < 1010; ++i) {
        world.hooks->notify(world.request(), issuance::X509HookIssued{});
    }
    {
        const std::scoped_lock lock(world.log.mutex);
        REQUIRE(!world.log.lines.empty());
        CHECK(world.log.lines[0] ==
              "webhook n was not notified: too many notifications are waiting");
    }
    world.elsewhere.release();
    world.hooks.reset();
}

TEST_CASE("the pipeline learns which calls would reach a server") {
    World world;
    using Type = issuance::Hooks::CertType;
    world.make({{.name = "a", .url = "https://x", .kind = Kind::kAuthorizing},
                {.name = "b", .url = "https://x", .cert_type = CertType::kX509},
                {.name = "c", .url = "https://x", .kind = Kind::kScepChallenge}});
    const auto wanted = [&](const std::string& id, Type type) {
        const auto all = world.hooks->wanted({.id = id}, type);
        return std::string(all.enrich ? "e" : "") + (all.authorize ? "a" : "") +
               (all.notify ? "n" : "");
    };
    CHECK(wanted("p-1", Type::kX509) == "ea");
    CHECK(wanted("p-1", Type::kSsh) == "a");
    CHECK(wanted("p-2", Type::kX509).empty());
    CHECK(must(make_hooks({world.clock, world.random, world.log}, {{"p", {}}}, {})) == nullptr);
}

TEST_CASE("SSH requests and certificates are told in the original's members") {
    World world;
    world.elsewhere.allow("/one");
    world.make({{.name = "e", .url = world.elsewhere.url("/one")},
                {.name = "a", .url = world.elsewhere.url("/one"), .kind = Kind::kAuthorizing}});
    const issuance::SshHookRequest ssh{
        .public_key = "abc", .type = "user", .key_id = "id", .principals = {"p"}};
    HookRequest request = world.request();
    request.csr = nullptr;
    request.ssh = &ssh;
    request.principal = "who";
    CHECK(world.hooks->enrich(request));
    CHECK(world.hooks->authorize(
        request,
        issuance::SshHookDraft{.rendered = R"({"type":"user","keyId":"id","principals":["p"],)"
                                           R"("extensions":{"b":"","a":"1"}})",
                               .valid_after = 5,
                               .valid_before = 10}));
    const auto asked = world.elsewhere.asked();
    CHECK(asked[0].body.ends_with(
        R"(,"provisionerName":"admin","sshCertificateRequest":{"publicKey":"YWJj","type":"user",)"
        R"("keyID":"id","principals":["p"]},"authorizationPrincipal":"who"})"));
    CHECK(asked[1].body.ends_with(
        R"(,"provisionerName":"admin","sshCertificate":{"nonce":null,"serial":0,"type":"user",)"
        R"("keyId":"id","principals":["p"],"criticalOptions":null,"extensions":{"a":"1","b":""},)"
        R"("reserved":null,"publicKey":"YWJj","signatureKey":null,"validBefore":10,)"
        R"("validAfter":5},"authorizationPrincipal":"who"})"));
}

}  // namespace
}  // namespace step::webhook
