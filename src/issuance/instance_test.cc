#include <doctest/doctest.h>

#include "issuance/issue.h"
#include "issuance/rules.h"
#include "json/parse.h"
#include "profile/builtin.h"
#include "profile/source.h"
#include "storage/memory/memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_ca.h"

using namespace step;
using namespace step::issuance;
using test::must;

namespace {

const x509::AltNames kAsked{.dns = {"a.test", "b.test"},
                            .emails = {"m@a.test"},
                            .ips = {Bytes("\x0a\0\0\1", 4)},
                            .uris = {"https://a.test/"}};

/// Remembers whom requests were said to speak for.
struct Listener final : Hooks {
    Wanted wanted(const ProvisionerRef& /*provisioner*/, CertType /*type*/) const override {
        return {.enrich = true, .authorize = true};
    }
    Result<Answers> enrich(const HookRequest& request) override {
        heard.push_back(request.principal);
        return Answers{};
    }
    Status authorize(const HookRequest& request, const X509HookDraft& /*draft*/) override {
        heard.push_back(request.principal);
        return ok();
    }
    Status authorize(const HookRequest& /*request*/, const SshHookDraft& /*draft*/) override {
        return ok();
    }
    void notify(const HookRequest& /*request*/,
                const X509HookIssued& /*issued*/) noexcept override {}
    void notify(const HookRequest& /*request*/, const SshHookIssued& /*issued*/) noexcept override {
    }

    std::vector<std::string> heard{};
};

/// A machine of a cloud that asks for a certificate.
struct Machine {
    Result<Issued> issue(const std::string& common_name, const x509::AltNames& names) {
        return issuer.issue(test::make_request(common_name, names, key), grant, {}, {});
    }
    x509::Certificate certificate(const std::string& common_name, const x509::AltNames& names) {
        return must(x509::parse_certificate(must(issue(common_name, names)).certificate));
    }
    std::string words(const std::string& common_name, const x509::AltNames& names) {
        const auto issued = issue(common_name, names);
        return issued ? "issued" : issued.error().detail;
    }

    test::FakeClock clock;
    test::FakeRandom random;
    std::unique_ptr<storage::Database> database = storage::open_memory();
    Issuer issuer{clock, random, std::make_shared<const Authority>(test::make_authority()),
                  *database};
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    Grant grant{.origin = {.provisioner = {.id = "aws/a", .name = "a", .type = "AWS"}},
                .subject = {.common_name = "sub.test"},
                .lifetimes = {.min = std::chrono::minutes(5),
                              .max = std::chrono::hours(24),
                              .normal = std::chrono::hours(24)},
                .builtin = profile::Builtin::kInstance};
};

/// One whose names are its cloud's.
struct NamedMachine : Machine {
    NamedMachine() {
        grant.names = {"one.internal", "two.internal", "10.0.0.1"};
        grant.common_names = {"one", "one.internal"};
        grant.name_rule = NameRule::kSubset;
    }
};

std::shared_ptr<const Rules> with_template(const std::string& text) {
    const json::Value options(json::Object{{.name = "template", .value = text}});
    return std::make_shared<const Rules>(Rules{
        .x509_template =
            must(profile::TemplateSource::make(options, "", profile::TemplateKind::kCertificate))});
}

}  // namespace

TEST_CASE("a machine with custom names gets what its request asks for") {
    Machine machine;
    machine.grant.name_rule = NameRule::kAny;
    machine.grant.any_common_name = true;
    const x509::Certificate made = machine.certificate("any", kAsked);
    CHECK(made.subject.text() == "CN=any");
    CHECK(made.names == kAsked);
    CHECK(made.key_usage == x509::key_usage::kDigitalSignature);
    // Nothing asked for: nothing but the key.
    CHECK(machine.certificate("", {.dns = {"x.test"}}).subject.text().empty());
}

TEST_CASE("a common name that the provisioner binds is bound with custom names too") {
    Machine machine;
    machine.grant.name_rule = NameRule::kAny;
    machine.grant.common_names = {"sub.test"};
    CHECK(machine.words("sub.test", kAsked) == "issued");
    CHECK(machine.words("", kAsked) == "issued");
    CHECK(machine.words("any", kAsked) ==
          "certificate request does not contain the valid common name - got any, want sub.test");
}

TEST_CASE("without custom names a machine gets all of its own, whichever of them it asks for") {
    NamedMachine machine;
    for (const x509::AltNames& asked : {x509::AltNames{}, x509::AltNames{.dns = {"two.internal"}},
                                        x509::AltNames{.dns = {"one.internal", "two.internal"},
                                                       .ips = {Bytes("\x0a\0\0\1", 4)}}}) {
        const x509::Certificate made = machine.certificate("one", asked);
        CHECK(made.subject.text() == "CN=one");
        CHECK(made.names.dns == std::vector<std::string>{"one.internal", "two.internal"});
        CHECK(made.names.ips == std::vector<Bytes>{Bytes("\x0a\0\0\1", 4)});
    }
}

TEST_CASE("without custom names what is not the machine's is refused, in the original's words") {
    NamedMachine machine;
    CHECK(machine.words("two", {}) ==
          "certificate request does not contain the valid common name - got two, want [one "
          "one.internal]");
    CHECK(machine.words("", {.dns = {"one.internal", "evil.test"}}) ==
          "certificate request contains unauthorized DNS names - got [one.internal evil.test], "
          "allowed [one.internal two.internal]");
    CHECK(machine.words("", {.ips = {Bytes("\x0a\0\0\2", 4)}}) ==
          "certificate request does not contain the valid IP addresses - got [10.0.0.2], want "
          "[10.0.0.1]");
    CHECK(
        machine.words("", {.emails = {"a@b.test"}}) ==
        "certificate request does not contain the valid email addresses - got [a@b.test], want []");
    CHECK(machine.words("", {.uris = {"https://x.test/"}}) ==
          "certificate request does not contain the valid URIs - got [https://x.test/], want []");
}

TEST_CASE("templates of machines see names only where the provisioner has some, and the token") {
    const std::string text = R"({"subject":{"commonName":{{ toJson .Subject.CommonName }},
        "organization":{{ toJson .Token.amazon.region }}},
        "dnsNames":["{{ if .SANs }}named{{ else }}{{ toJson .SANs }}{{ end }}.test"]})";
    json::Value token = must(json::parse(R"({"amazon":{"region":"eu-west-1"}})"));
    Machine any;
    any.grant.name_rule = NameRule::kAny;
    NamedMachine named;
    for (Machine* machine : {static_cast<Machine*>(&any), static_cast<Machine*>(&named)}) {
        machine->grant.rules = with_template(text);
        machine->grant.token = std::make_shared<const json::Value>(token);
    }
    CHECK(any.certificate("", {}).names.dns == std::vector<std::string>{"null.test"});
    const x509::Certificate made = named.certificate("", {});
    CHECK(made.names.dns == std::vector<std::string>{"named.test"});
    CHECK(made.subject.values(x509::oid::kOrganization) == std::vector<std::string>{"eu-west-1"});
    CHECK(made.subject.common_name() == "sub.test");
}

TEST_CASE("webhooks hear which machine the token spoke for") {
    Machine machine;
    machine.grant.name_rule = NameRule::kAny;
    machine.grant.any_common_name = true;
    machine.grant.principal = "i-0123";
    Listener listener;
    Issuer issuer(machine.clock, machine.random,
                  std::make_shared<const Authority>(test::make_authority()), *machine.database,
                  &listener);
    const auto issued =
        issuer.issue(test::make_request("any", kAsked, machine.key), machine.grant, {}, {});
    REQUIRE(issued);
    CHECK(issued->names == kAsked);  // The template's text gives what the native way gives.
    CHECK(listener.heard == std::vector<std::string>{"i-0123", "i-0123"});
}

TEST_CASE("policies see the names of a request that may ask for any") {
    Machine machine;
    machine.grant.name_rule = NameRule::kAny;
    machine.grant.any_common_name = true;
    const auto policies = must(policy::compile(
        policy::read_entry(must(json::parse(R"({"x509":{"deny":{"dns":["*.evil.test"]}}})")),
                           "policy", *std::make_unique<std::vector<Error>>()),
        "policy"));
    machine.grant.rules = std::make_shared<const Rules>(Rules{.policies = policies});
    CHECK(machine.words("", {.dns = {"a.good.test"}}) == "issued");
    CHECK(machine.words("", {.dns = {"a.evil.test"}}) != "issued");
}
