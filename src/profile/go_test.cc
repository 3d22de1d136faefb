#include <doctest/doctest.h>

#include "base/hex.h"
#include "json/decode.h"
#include "json/parse.h"
#include "profile/source.h"
#include "profile/ssh_plan.h"
#include "tests/support/data.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

using namespace step;

namespace {

std::string text(const json::Value& row, std::string_view name) {
    const json::Value* value = row.find_exact(name);
    return value == nullptr || value->as_string() == nullptr ? "" : *value->as_string();
}

std::uint64_t number(const json::Value& row, std::string_view name) {
    return static_cast<std::uint64_t>(*json::to_int64(*row.find_exact(name)->as_number()));
}

std::map<std::string, std::string> options(const json::Value& row, std::string_view name) {
    std::map<std::string, std::string> all;
    if (const json::Object* members = row.find_exact(name)->as_object()) {
        for (const json::Member& member : *members) {
            all[member.name] = *member.value.as_string();
        }
    }
    return all;
}

std::vector<std::string> list(const json::Value& row, std::string_view name) {
    std::vector<std::string> all;
    if (const json::Array* items = row.find_exact(name)->as_array()) {
        for (const json::Value& item : *items) {
            all.push_back(*item.as_string());
        }
    }
    return all;
}

std::uint64_t seconds(const std::optional<SysSeconds>& time) {
    return time ? static_cast<std::uint64_t>(time->time_since_epoch().count()) : 0;
}

}  // namespace

TEST_CASE("the JSON of SSH certificates is read as the original reads it") {
    const auto file = json::parse(test::data("profile/go.json"));
    REQUIRE(file);
    for (const json::Value& row : *file->find_exact("ssh")->as_array()) {
        INFO(text(row, "json"));
        const auto plan = profile::decode_ssh_certificate(text(row, "json"));
        if (const std::string error = text(row, "error"); !error.empty()) {
            CHECK((plan ? "no error" : plan.error().detail) == error);
            continue;
        }
        REQUIRE_MESSAGE(plan, (plan ? "" : plan.error().detail));
        CHECK(static_cast<std::uint64_t>(plan->type) == number(row, "type"));
        CHECK(plan->key_id == text(row, "keyId"));
        CHECK(plan->principals == list(row, "principals"));
        CHECK(std::to_string(plan->serial) == text(row, "serial"));
        CHECK(encode_hex(plan->nonce) == text(row, "nonce"));
        CHECK(encode_hex(plan->reserved) == text(row, "reserved"));
        CHECK(seconds(plan->valid_after) == number(row, "validAfter"));
        CHECK(seconds(plan->valid_before) == number(row, "validBefore"));
        CHECK(plan->extensions == options(row, "extensions"));
        CHECK(plan->critical_options == options(row, "criticalOptions"));
    }
}

TEST_CASE("templates see a certificate as Go shows it") {
    const auto file = json::parse(test::data("profile/go.json"));
    REQUIRE(file);
    for (const json::Value& row : *file->find_exact("certificates")->as_array()) {
        const auto parsed = x509::parse_certificates_pem(text(row, "pem"));
        REQUIRE(parsed);
        profile::TemplateData data;
        data.set(
            "AuthorizationCrt",
            profile::certificate_value(std::make_shared<const x509::Certificate>(parsed->front())));
        for (const json::Member& member : *row.find_exact("outputs")->as_object()) {
            INFO(parsed->front().subject.text(), " ", member.name);
            const auto expression = profile::parse_template(profile::TemplateKind::kCertificate,
                                                            "template", member.name);
            REQUIRE(expression);
            test::FakeClock clock;
            test::FakeRandom random;
            const auto output = (*expression)->execute(data.value(), {clock, random});
            REQUIRE_MESSAGE(output, (output ? "" : output.error().detail));
            CHECK(*output == *member.value.as_string());
        }
    }
}
