#include "profile/ssh_plan.h"

#include <doctest/doctest.h>

#include "profile/builtin.h"
#include "profile/render.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

using namespace step;
using profile::Builtin;
using profile::SshPlan;
using profile::SshType;

namespace {

Result<SshPlan> run(Builtin builtin, const profile::TemplateData& data) {
    test::FakeClock clock;
    test::FakeRandom random;
    return profile::render_ssh(*profile::builtin_template(builtin), data, {clock, random});
}

/// What a provisioner that says `said` shows for a request.
SshPlan plan(Builtin builtin, SshType said, const profile::SshRequest& request) {
    profile::TemplateData data;
    profile::set_ssh(data, said, "said", {"p1", "p2"});
    data.set("CriticalOptions", profile::ssh_options_value({{"force-command", "ls"}}));
    data.set_insecure("CR", profile::ssh_request_value(request));
    auto result = run(builtin, data);
    REQUIRE_MESSAGE(result, (result ? "" : result.error().detail));
    return *std::move(result);
}

const std::map<std::string, std::string> kOptions = {{"force-command", "ls"}};

}  // namespace

TEST_CASE("built-in SSH templates take from provisioner and request what they should") {
    const profile::SshRequest user{.type = "user", .key_id = "asked", .principals = {"q"}};
    const profile::SshRequest host{.type = "host", .key_id = "asked"};
    const auto five = profile::default_ssh_extensions(SshType::kUser);
    REQUIRE(five.size() == 5);
    const std::vector<std::string> said = {"p1", "p2"};

    CHECK(plan(Builtin::kSshDefault, SshType::kUser, host) == SshPlan{.type = SshType::kUser,
                                                                      .key_id = "said",
                                                                      .principals = said,
                                                                      .critical_options = kOptions,
                                                                      .extensions = five});
    CHECK(plan(Builtin::kSshDefault, SshType::kHost, user) ==
          SshPlan{.type = SshType::kHost,
                  .key_id = "said",
                  .principals = said,
                  .critical_options = kOptions});
    CHECK(plan(Builtin::kSshInstance, SshType::kHost, host) ==
          SshPlan{.type = SshType::kHost, .key_id = "said", .principals = said});
    CHECK(plan(Builtin::kSshInstance, SshType::kHost, user) ==
          SshPlan{.type = SshType::kHost, .key_id = "said", .principals = {"q"}});
    CHECK(plan(Builtin::kSshAdmin, SshType::kUser, user) == SshPlan{.type = SshType::kUser,
                                                                    .key_id = "asked",
                                                                    .principals = {"q"},
                                                                    .critical_options = kOptions,
                                                                    .extensions = five});
    CHECK(plan(Builtin::kSshAdmin, SshType::kUser, host) ==
          SshPlan{.type = SshType::kHost, .key_id = "asked"});
    CHECK(plan(Builtin::kSshRequest, SshType::kHost, user) ==
          SshPlan{
              .type = SshType::kUser, .key_id = "asked", .principals = {"q"}, .extensions = five});
    CHECK(plan(Builtin::kSshRequest, SshType::kHost, host) ==
          SshPlan{.type = SshType::kHost, .key_id = "asked"});
}

TEST_CASE("a template of an SSH certificate can say all of it") {
    const auto plan = profile::decode_ssh_certificate(
        R"({"TYPE": "Host", "keyId": "k", "principals": ["a", null], "serial": 18446744073709551615,
            "nonce": "AQID", "reserved": "BA==", "validAfter": "2024-01-02T03:04:05Z",
            "validBefore": "2025-01-02T03:04:05+01:00", "extensions": {"x": "1", "y": null},
            "criticalOptions": null, "unknown": 1} and more)");
    REQUIRE(plan);
    CHECK(*plan == SshPlan{.type = SshType::kHost,
                           .key_id = "k",
                           .principals = {"a", ""},
                           .valid_after = SysSeconds(std::chrono::seconds(1'704'164'645)),
                           .valid_before = SysSeconds(std::chrono::seconds(1'735'783'445)),
                           .extensions = {{"x", "1"}, {"y", ""}},
                           .serial = UINT64_MAX,
                           .nonce = "\x01\x02\x03",
                           .reserved = "\x04"});
}

TEST_CASE("what is wrong with an SSH certificate is said in the original's words") {
    const auto error = [](std::string_view json) {
        const auto plan = profile::decode_ssh_certificate(json);
        REQUIRE(!plan);
        CHECK(plan.error().has_reason(profile::kBadOutput));
        const std::string detail = plan.error().detail;
        REQUIRE(detail.starts_with("error unmarshaling certificate: "));
        return detail.substr(32);
    };
    CHECK(error("[]") == "json: cannot unmarshal array into Go value of type sshutil.Certificate");
    CHECK(error(R"({"type": "x"})") == "error unmarshaling 'x' as a certificate type");
    CHECK(
        error(R"({"type": 5})") ==
        "error unmarshaling certificate type: json: cannot unmarshal number into Go value of type "
        "string");
    CHECK(
        error(R"({"serial": -1})") ==
        "json: cannot unmarshal number -1 into Go struct field Certificate.serial of type uint64");
    CHECK(error(R"({"principals": "a"})") ==
          "json: cannot unmarshal string into Go struct field Certificate.principals of type "
          "[]string");
    CHECK(
        error(R"({"extensions": {"a": 5}})") ==
        "json: cannot unmarshal number into Go struct field Certificate.extensions of type string");
    CHECK(error("x") == "invalid character 'x' looking for beginning of value");
}
