#include "issuance/final_check.h"

#include <doctest/doctest.h>

using namespace step;
using namespace step::issuance;

namespace {

constexpr SysSeconds kNow{std::chrono::seconds(1'800'000'000)};

x509::Draft good() {
    return {.subject_der = Bytes("\x30\x00", 2),
            .not_before = kNow,
            .not_after = kNow + std::chrono::hours(24),
            .names = {.dns = {"a.example.com"}, .ips = {Bytes("\x7f\x00\x00\x01", 4)}}};
}

std::string cause_of(const x509::Draft& draft, bool may_be_ca = false) {
    const Status checked = check_before_signing(draft, may_be_ca);
    REQUIRE_FALSE(bool(checked));
    CHECK(checked.error().code == Code::kInternal);
    CHECK(checked.error().has_reason(kMalformedCertificate));
    CHECK(checked.error().detail.empty());
    return checked.error().cause;
}

x509::Extension extension(const asn1::Oid& id, std::string_view value) {
    return {.id = id, .value = Bytes(value)};
}

}  // namespace

TEST_CASE("a usual leaf passes the last check") {
    x509::Draft draft = good();
    draft.extra.push_back(extension(x509::oid::kStepProvisioner, "\x05"));
    draft.extra.push_back(extension(x509::oid::kCrlDistributionPoints, "\x05"));
    CHECK(bool(check_before_signing(draft, false)));
}

TEST_CASE("a validity must have a beginning, an end, and years that can be written") {
    x509::Draft draft = good();
    draft.not_after = draft.not_before;
    CHECK(bool(check_before_signing(draft, false)));
    draft.not_after = draft.not_before - std::chrono::seconds(1);
    CHECK(cause_of(draft).find("before it begins") != std::string::npos);

    draft = good();
    draft.not_after = SysSeconds{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}};
    CHECK(cause_of(draft).find("years 1 to 9999") != std::string::npos);
    draft.not_after -= std::chrono::seconds(1);  // RFC 5280 4.1.2.5: no end
    CHECK(bool(check_before_signing(draft, false)));
    draft.not_before = SysSeconds{std::chrono::sys_days{std::chrono::year{0} / 12 / 31}};
    CHECK(cause_of(draft).find("years 1 to 9999") != std::string::npos);
}

TEST_CASE("no alternative name may be empty or of an odd size") {
    x509::Draft draft = good();
    draft.names.dns.emplace_back();
    CHECK(cause_of(draft).find("name is empty") != std::string::npos);
    draft = good();
    draft.names.emails.emplace_back();
    CHECK(cause_of(draft).find("name is empty") != std::string::npos);
    draft = good();
    draft.names.uris.emplace_back();
    CHECK(cause_of(draft).find("name is empty") != std::string::npos);
    draft = good();
    draft.names.ips.push_back("\x7f");
    CHECK(cause_of(draft).find("4 nor 16") != std::string::npos);
}

TEST_CASE("alternative names that a template wrote itself are read like a client will") {
    const auto with = [](std::string_view value) {
        x509::Draft draft = good();
        draft.names = {};
        draft.extra.push_back(extension(x509::oid::kSubjectAltName, value));
        return draft;
    };
    CHECK(bool(check_before_signing(with("\x30\x03\x82\x01"
                                         "a"),
                                    false)));
    CHECK(cause_of(with("\x30")).find("cannot be read") != std::string::npos);
    CHECK(cause_of(with(std::string_view("\x30\x00", 2))).find("empty") != std::string::npos);
    CHECK(cause_of(with(std::string_view("\x30\x02\x82\x00", 4))).find("empty") !=
          std::string::npos);
}

TEST_CASE("no extension stands twice") {
    x509::Draft draft = good();
    draft.extra.push_back(extension(x509::oid::kCertificatePolicies, "\x05"));
    draft.extra.push_back(extension(x509::oid::kStepProvisioner, "\x05"));
    draft.extra.push_back(extension(x509::oid::kCertificatePolicies, "\x04"));
    CHECK(cause_of(draft) == "certificate not signed: extension 2.5.29.32 stands twice");
}

TEST_CASE("a certificate is an authority only if that was asked for") {
    x509::Draft draft = good();
    draft.basic_constraints = x509::BasicConstraints{.ca = true};
    CHECK(cause_of(draft).find("certificate authority") != std::string::npos);
    CHECK(bool(check_before_signing(draft, true)));
    draft.basic_constraints->ca = false;
    CHECK(bool(check_before_signing(draft, false)));

    const auto raw = [](std::string_view value) {
        x509::Draft leaf = good();
        leaf.extra.push_back(extension(x509::oid::kBasicConstraints, value));
        return leaf;
    };
    const x509::Draft ca = raw("\x30\x03\x01\x01\xff");
    CHECK(cause_of(ca).find("certificate authority") != std::string::npos);
    CHECK(bool(check_before_signing(ca, true)));
    CHECK(bool(check_before_signing(raw(std::string_view("\x30\x00", 2)), false)));
    CHECK_FALSE(bool(check_before_signing(raw("nonsense"), false)));
}
