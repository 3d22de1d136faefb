#include <doctest/doctest.h>

#include "issuance/issue.h"
#include "issuance/rules.h"
#include "issuance/shape.h"
#include "json/parse.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::issuance;
using test::must;

namespace {

json::Value parsed(const std::string& text) {
    return must(json::parse(text));
}

policy::Policies policies(const std::string& x509) {
    return must(policy::compile(
        must(policy::parse_entry(parsed("{\"x509\":" + x509 + "}"), "policy")), "policy"));
}

/// Webhooks that write down what they are asked and answer as they are told.
class FakeHooks final : public Hooks {
public:
    Wanted wanted(const ProvisionerRef& /*provisioner*/, CertType /*type*/) const override {
        return {.enrich = true, .authorize = true, .notify = true};
    }
    Result<Answers> enrich(const HookRequest& request) override {
        log.push_back("enrich " + request.provisioner.name + " " + request.request_id);
        if (refuse == "enrich") {
            return Error{.code = Code::kForbidden, .detail = "no (1)", .reason = kEnrichRefused};
        }
        return Answers{{"people", parsed(R"({"team":"red"})")}};
    }
    Status authorize(const HookRequest& /*request*/, const X509HookDraft& draft) override {
        log.push_back("authorize " + draft.rendered);
        if (refuse == "authorize") {
            return Error{.code = Code::kForbidden, .detail = "no (2)", .reason = kAuthorizeRefused};
        }
        return ok();
    }
    Status authorize(const HookRequest& /*request*/, const SshHookDraft& /*draft*/) override {
        return ok();
    }
    void notify(const HookRequest& /*request*/, const X509HookIssued& issued) noexcept override {
        log.push_back("notify " + std::to_string(issued.certificate.size()));
    }
    void notify(const HookRequest& /*request*/, const SshHookIssued& /*issued*/) noexcept override {
    }

    std::string refuse{};
    std::vector<std::string> log{};
};

struct World {
    explicit World(Authority made = test::make_authority(), Hooks* hooks = nullptr)
        : authority(std::make_shared<const Authority>(std::move(made))),
          issuer(clock, random, authority, *database, hooks) {}

    test::FakeClock clock;
    test::FakeRandom random;
    std::unique_ptr<storage::Database> database = storage::open_memory();
    std::shared_ptr<const Authority> authority;
    Issuer issuer;
    Ledger ledger{*database};
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    Rules rules{};
    Options options{.request_id = "r1"};
    x509::Extension provisioner =
        x509::encode_step_provisioner({.type = 1, .name = "p", .credential_id = "k"});
    bool extension = true;
    int used = 0;

    /// The template of the provisioner from now on.
    void set_template(const std::string& text, const std::string& data = "null") {
        json::Object options_x509{{.name = "template", .value = text},
                                  {.name = "templateData", .value = parsed(data)}};
        rules.x509_template = must(profile::TemplateSource::make(
            json::Value(options_x509), "", profile::TemplateKind::kCertificate));
    }

    Result<Issued> issue(const std::vector<std::string>& names) {
        Grant grant{.origin = {.provisioner = {.id = "p:k", .name = "p", .type = "JWK"}},
                    .subject = {.common_name = names.front()},
                    .names = names,
                    .common_names = names,
                    .lifetimes = {.min = std::chrono::minutes(5),
                                  .max = std::chrono::hours(24),
                                  .normal = std::chrono::hours(24)},
                    .rules = std::make_shared<const Rules>(rules),
                    .token = std::make_shared<const json::Value>(parsed(R"({"user":{"n":7}})"))};
        if (extension) {
            grant.extension = x509::StepProvisioner{.type = 1, .name = "p", .credential_id = "k"};
        }
        return issuer.issue(test::make_request(names.front(), {}, key), grant, options,
                            [this](storage::Transaction& /*t*/, ByteView /*serial*/) {
                                ++used;
                                return ok();
                            });
    }
    x509::Certificate certificate(const std::vector<std::string>& names) {
        return must(x509::parse_certificate(must(issue(names)).certificate));
    }
    Error refused(const std::vector<std::string>& names) {
        Result<Issued> issued = issue(names);
        REQUIRE_FALSE(bool(issued));
        CHECK(recorded() == 0);
        CHECK(used == 0);
        return issued.error();
    }
    std::size_t recorded() { return ledger.list({}, 100)->entries.size(); }
};

}  // namespace

TEST_CASE("a template decides what the certificate says, with token, user and names at hand") {
    World world;
    world.set_template(R"({"subject": {"commonName": {{ toJson .Subject.CommonName }},
        "organization": "n={{ .Token.user.n }} u={{ .Insecure.User.u }} d={{ .who }}"},
        "sans": {{ toJson .SANs }}, "keyUsage": ["digitalSignature"], "extKeyUsage": ["clientAuth"]})",
                       R"({"who": "data"})");
    world.options.template_data = parsed(R"({"u": "<set>"})");
    const x509::Certificate made = world.certificate({"a.test", "b.test"});
    CHECK(made.subject.common_name() == "a.test");
    CHECK(made.subject.values(x509::oid::kOrganization) ==
          std::vector<std::string>{"n=7 u=<set> d=data"});
    CHECK(made.names.dns == std::vector<std::string>{"a.test", "b.test"});
    REQUIRE(made.extended_key_usage);
    CHECK(*made.extended_key_usage == std::vector{x509::oid::kClientAuth});
    CHECK(made.find(x509::oid::kStepProvisioner) != nullptr);
    CHECK(world.recorded() == 1);
    CHECK(world.used == 1);
}

TEST_CASE("without a template of one's own, templateData still replaces what the built-in uses") {
    World world;
    const json::Value options = parsed(R"({"templateData":{"Subject":{"commonName":"other"}}})");
    world.rules.x509_template =
        must(profile::TemplateSource::make(options, "", profile::TemplateKind::kCertificate));
    const x509::Certificate made = world.certificate({"a.test"});
    CHECK(made.subject.text() == "CN=other");
    CHECK(made.names.dns == std::vector<std::string>{"a.test"});
}

TEST_CASE("nobody but the CA says which provisioner a certificate is of") {
    World world;
    const std::string fake =
        R"({"subject":"x","extensions":[{"id":"1.3.6.1.4.1.37476.9000.64.1","value":"BQA="},)"
        R"({"id":"1.2.3.4","value":"BQA="}]})";
    world.set_template(fake);
    const x509::Certificate made = world.certificate({"a.test"});
    const x509::Extension* found = made.find(x509::oid::kStepProvisioner);
    REQUIRE(found != nullptr);
    CHECK(*found == world.provisioner);
    CHECK(made.find(must(asn1::Oid::from_text("1.2.3.4"))) != nullptr);

    world.extension = false;
    const x509::Certificate bare = world.certificate({"a.test"});
    CHECK(bare.find(x509::oid::kStepProvisioner) == nullptr);
    CHECK(bare.find(must(asn1::Oid::from_text("1.2.3.4"))) != nullptr);
}

TEST_CASE("authority.template fills what a template leaves empty") {
    Authority authority = test::make_authority();
    authority.default_subject = {.country = {"DE"}, .organization = {"Default"}};
    World world(std::move(authority));
    world.set_template(R"({"subject":{"commonName":"x","organization":"Mine"}})");
    CHECK(world.certificate({"a.test"}).subject.text() == "CN=x,O=Mine,C=DE");
}

TEST_CASE("the request's times come before the template's, and limits hold for both") {
    World world;
    const SysSeconds now = std::chrono::floor<std::chrono::seconds>(world.clock.now());
    const auto in = [&](std::chrono::seconds offset) { return format_rfc3339(now + offset); };
    using std::chrono::hours;
    world.set_template("{\"notBefore\":\"" + in(hours(1)) + "\",\"notAfter\":\"" + in(hours(3)) +
                       "\"}");
    const x509::Certificate made = world.certificate({"a.test"});
    CHECK(made.not_before == now + hours(1));
    CHECK(made.not_after == now + hours(3));

    world.options.not_after = must(parse_time_or_duration("30m"));
    CHECK(world.certificate({"a.test"}).not_after == now + hours(1) + std::chrono::minutes(30));

    World strict;
    strict.set_template("{\"notAfter\":\"" + in(hours(48)) + "\"}");
    CHECK(strict.refused({"a.test"}).detail.find("more than the authorized maximum") !=
          std::string::npos);
}

TEST_CASE("what a template says to fail is for the client, what is wrong with it for the log") {
    World world;
    world.set_template(R"({{ fail "ask the platform team" }})");
    Error error = world.refused({"a.test"});
    CHECK(error.code == Code::kInvalidArgument);
    CHECK(error.detail == "ask the platform team");

    world.set_template("{\"subject\": {{ .Subject.CommonName }}}");
    error = world.refused({"a.test"});
    CHECK(error.code == Code::kInternal);
    CHECK(error.has_reason(kTemplateResult));
    CHECK(error.detail == "error applying certificate template");
    CHECK(error.cause.find("a.test") != std::string::npos);  // The line of the output.

    world.set_template("{\"subject\": {{ index .SANs 7 }}}");
    error = world.refused({"a.test"});
    CHECK(error.code == Code::kInternal);
    CHECK(error.detail.empty());
    CHECK(error.cause.find("template:") != std::string::npos);
}

TEST_CASE("policies see every name of the certificate, however it got in") {
    const auto allowed_only = [](const std::string& text) {
        World world;
        world.rules.policies = policies(R"({"allow":{"dns":["*.good.test"],"cn":["x"]}})");
        world.set_template(text);
        return world.issue({"a.good.test"});
    };
    CHECK(bool(allowed_only(R"({"subject":"x","dnsNames":"b.good.test"})")));
    // A type that is only known to templates, next to it a name that is forbidden.
    const auto extended = allowed_only(
        R"({"subject":"x","sans":[{"type":"userPrincipalName","value":"u"},{"type":"dns","value":"bad.test"}]})");
    REQUIRE_FALSE(bool(extended));
    CHECK(extended.error().detail.find("bad.test") != std::string::npos);
    // 30 0a 82 08 "bad.test" as a raw extension.
    const auto raw = allowed_only(
        R"({"subject":"x","extensions":[{"id":"2.5.29.17","value":"MAqCCGJhZC50ZXN0"}]})");
    REQUIRE_FALSE(bool(raw));
    CHECK(raw.error().code == Code::kForbidden);
    CHECK(raw.error().detail == "dns name \"bad.test\" not allowed");
    CHECK_FALSE(raw.error().cause.empty());
    CHECK_FALSE(bool(allowed_only(
        R"({"subject":{"commonName":"x","extraNames":[{"type":"2.5.4.3","value":"bad.test"}]}})")));
}

TEST_CASE(
    "the provisioner's policy comes first, then the chain's constraints, then the authority's") {
    Authority authority = test::make_authority(
        crypto::KeyKind::kEcP256, x509::NameConstraints{.permitted = {.dns = {"test"}}});
    authority.policy = policies(R"({"deny":{"dns":["c.test"]}})").x509;
    World world(std::move(authority));
    world.rules.policies = policies(R"({"deny":{"dns":["a.test","a.other"]}})");
    CHECK(world.refused({"a.other"}).has_reason(policy::kNotAllowed));
    CHECK(world.refused({"b.other"}).has_reason(kNameConstraint));
    CHECK(world.refused({"a.test"}).cause.find("policy") != std::string::npos);
    CHECK(world.refused({"c.test"}).has_reason(policy::kNotAllowed));
    CHECK(bool(world.issue({"b.test"})));
}

TEST_CASE("webhooks are asked before the template and before signing, and told afterwards") {
    FakeHooks hooks;
    World world(test::make_authority(), &hooks);
    world.set_template(R"({"subject":"{{ .Webhooks.people.team }}"})");
    const Issued issued = must(world.issue({"a.test"}));
    CHECK(issued.common_name == "red");
    CHECK(hooks.log ==
          std::vector<std::string>{"enrich p r1", R"(authorize {"subject":"red"})",
                                   "notify " + std::to_string(issued.certificate.size())});
}

TEST_CASE("a webhook that says no leaves no certificate, no record and an unused token") {
    FakeHooks hooks;
    World world(test::make_authority(), &hooks);
    hooks.refuse = "enrich";
    Error error = world.refused({"a.test"});
    CHECK(error.code == Code::kForbidden);
    CHECK(error.detail == "no (1)");
    CHECK(hooks.log.size() == 1);

    hooks.log.clear();
    hooks.refuse = "authorize";
    error = world.refused({"a.test"});
    CHECK(error.code == Code::kForbidden);
    CHECK(error.detail == "error creating certificate");
    CHECK(error.cause == "no (2)");
    CHECK(hooks.log.size() == 2);

    // Policy comes before: who may not have the certificate never gets to the second webhook.
    hooks.log.clear();
    world.rules.policies = policies(R"({"deny":{"dns":["a.test"]}})");
    CHECK(world.refused({"a.test"}).has_reason(policy::kNotAllowed));
    CHECK(hooks.log == std::vector<std::string>{"enrich p r1"});
}

TEST_CASE("only a template's basicConstraints make an authority") {
    World world;
    world.set_template(R"({"subject":"x","basicConstraints":{"isCA":true,"maxPathLen":0}})");
    CHECK(world.certificate({"a.test"}).is_ca());
    World other;  // MAMBAf8=: SEQUENCE { TRUE }
    other.set_template(
        R"({"subject":"x","extensions":[{"id":"2.5.29.19","critical":true,"value":"MAMBAf8="}]})");
    CHECK(other.refused({"a.test"}).cause.find("certificate authority") != std::string::npos);
}

TEST_CASE("a serial number that a template chose is used once") {
    World world;
    world.set_template(R"({"subject":"x","serialNumber":"0x1234"})");
    CHECK(must(world.issue({"a.test"})).serial == "\x12\x34");
    const Result<Issued> again = world.issue({"a.test"});
    REQUIRE_FALSE(bool(again));
    CHECK(again.error().code == Code::kConflict);
    CHECK(world.recorded() == 1);
}
