// The expected outputs were recorded from the original step v0.30.3 (tests/data/inspect/crl-*).
#include <filesystem>

#include <doctest/doctest.h>

#include "base/time.h"
#include "json/write.h"
#include "tests/support/data.h"
#include "x509/crl.h"
#include "x509/inspect.h"

namespace step::x509 {
namespace {

// When the recordings were made.
const SysSeconds kInspected =
    std::chrono::floor<std::chrono::seconds>(*parse_rfc3339("2026-11-22T06:00:00Z"));

std::string recorded(const std::string& folder, const std::string& file) {
    return test::data("inspect/" + folder + "/" + file);
}

std::string as_json(const RevocationList& list, const CrlVerdict& verdict) {
    return json::encode_indent(inspect_json(list, verdict), "  ") + "\n";
}

}  // namespace

TEST_CASE("a revocation list is shown as by the original, byte for byte") {
    for (const char* const name : {"crl-bad-signature", "crl-empty", "crl-entries",
                                   "crl-from-step-ca", "crl-rsa-issuer-many-fields"}) {
        const std::string folder = name;
        CAPTURE(folder);
        const std::string pem = recorded(folder, "input.pem");
        const auto list = parse_crl_file(pem);
        REQUIRE_MESSAGE(list, list.error().detail);
        CHECK(parse_crl(list->der));
        // What was read is wrapped as it is, PEM too.
        CHECK(encode_crl_pem(pem) == recorded(folder, "pem.pem"));

        const CrlVerdict unasked;
        CHECK(inspect_text(*list, unasked) == recorded(folder, "text-insecure.txt"));
        CHECK(as_json(*list, unasked) == recorded(folder, "json-insecure.json"));
        const auto issuer = parse_certificates_pem(recorded(folder, "issuer.pem"));
        REQUIRE(issuer);
        const CrlVerdict verdict = judge_signature(*list, *issuer, kInspected);
        CHECK(inspect_text(*list, verdict) == recorded(folder, "text-ca.txt"));
        CHECK(as_json(*list, verdict) == recorded(folder, "json-ca.json"));
        const auto other = parse_certificates_pem(
            recorded(folder == "crl-empty" ? "crl-from-step-ca" : "crl-empty", "issuer.pem"));
        const CrlVerdict stranger = judge_signature(*list, *other, kInspected);
        if (folder != "crl-entries") {  // Made by the same issuer as the empty one.
            CHECK(inspect_text(*list, stranger) == recorded(folder, "text-unrelated-ca.txt"));
        }
    }
}

TEST_CASE("a list without a number is shown, where the original stops dead") {
    const auto list = parse_crl_file(recorded("crl-without-number", "input.pem"));
    REQUIRE(list);
    CHECK(!list->number);
    CHECK(inspect_text(*list, {}).find("        Version: 2 (0x1)\n") != std::string::npos);
    CHECK(as_json(*list, {}).find("\"version\": 2,") != std::string::npos);
}

}  // namespace step::x509
