// The responses were made by Python cryptography (tools/gen/ocsp.py).
#include "x509/ocsp.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "base/time.h"
#include "tests/support/data.h"

namespace step::x509 {
namespace {

std::string file(const std::string& name) {
    return test::data("x509/ocsp/" + name);
}

Certificate certificate(const std::string& name) {
    auto certificates = parse_certificates_pem(file(name));
    REQUIRE(certificates);
    return certificates->front();
}

const SysSeconds kThen =
    std::chrono::floor<std::chrono::seconds>(*parse_rfc3339("2030-01-01T00:00:00Z"));

/// What the response NAME says of the leaf, or why it says nothing.
Result<OcspSingle> asked(const std::string& name, SysSeconds now = kThen) {
    auto response = parse_ocsp_response(file(name));
    if (!response) {
        return response.error();
    }
    return check_ocsp(*response, certificate("leaf.pem"), certificate("issuer.pem"), now);
}

std::string refusal(const std::string& name, SysSeconds now = kThen) {
    const auto answer = asked(name, now);
    return answer ? "" : answer.error().detail;
}

}  // namespace

TEST_CASE("the request is the one that another implementation makes") {
    const CertId id = make_cert_id(certificate("leaf.pem"), certificate("issuer.pem"));
    CHECK(encode_ocsp_request(id) == file("request.der"));
}

TEST_CASE("every answer that a right responder may give is taken") {
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(STEP_TEST_DATA) + "/x509/ocsp")) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        if (name.starts_with("good")) {
            const auto answer = asked(name);
            REQUIRE_MESSAGE(answer, answer.error().detail);
            CHECK(answer->status == OcspStatus::kGood);
            ++count;
        } else if (name.starts_with("refused")) {
            const auto answer = asked(name);
            REQUIRE(!answer);
            CHECK(answer.error().code == Code::kUnauthenticated);
            ++count;
        }
    }
    CHECK(count == 19);
}

TEST_CASE("a revoked certificate is told with time and reason, an unknown one is not good") {
    const auto revoked = asked("revoked.der");
    REQUIRE(revoked);
    CHECK(revoked->status == OcspStatus::kRevoked);
    CHECK(format_rfc3339(*revoked->revoked_at) == "2029-12-30T00:00:00Z");
    CHECK(revoked->reason == 1);
    const auto unknown = asked("unknown.der");
    REQUIRE(unknown);
    CHECK(unknown->status == OcspStatus::kUnknown);
}

TEST_CASE("each refusal says why") {
    CHECK(refusal("refused-sibling.der") ==
          "ocsp: the response does not speak of this certificate");
    CHECK(refusal("refused-stale.der") ==
          "ocsp: the response is out of date since 2029-12-31T00:00:00Z");
    CHECK(refusal("refused-stale-no-end.der") ==
          "ocsp: the response is out of date since 2029-12-31T00:00:00Z");
    CHECK(refusal("refused-early.der") ==
          "ocsp: the response is not yet valid: it begins at 2030-01-02T00:00:00Z");
    CHECK(refusal("refused-other-key.der") == "x509: ECDSA verification failure");
    CHECK(refusal("refused-other-ca.der") ==
          "ocsp: the responder's certificate is not for OCSP signing");
    CHECK(refusal("refused-leaf.der") ==
          "ocsp: the responder's certificate is not for OCSP signing");
    CHECK(refusal("refused-delegate-any-usage.der") ==
          "ocsp: the responder's certificate is not for OCSP signing");
    CHECK(refusal("refused-delegate-expired.der") ==
          "ocsp: the responder's certificate is not valid");
    CHECK(refusal("refused-delegate-stranger.der") ==
          "ocsp: the responder's certificate is of another issuer");
    CHECK(refusal("refused-delegate-forged.der") == "x509: ECDSA verification failure");
    CHECK(refusal("refused-delegate-missing.der") ==
          "ocsp: the response does not hold its responder's certificate");
    CHECK(refusal("error-unauthorized.der") == "ocsp: error from server: unauthorized");
    CHECK(refusal("error-try_later.der") == "ocsp: error from server: try later");
    CHECK(refusal("request.der") == "ocsp: malformed response");
}

TEST_CASE(
    "a response holds from its beginning to its end, five minutes of clock difference given") {
    using std::chrono::days, std::chrono::minutes;
    CHECK(refusal("good.der", kThen + days(7) + minutes(5)) == "");
    CHECK(refusal("good.der", kThen + days(7) + minutes(6)) != "");
    CHECK(refusal("good.der", kThen - days(1) - minutes(5)) == "");
    CHECK(refusal("good.der", kThen - days(1) - minutes(6)) != "");
}

TEST_CASE("a response about a certificate of another issuer is not asked") {
    const auto response = parse_ocsp_response(file("good.der"));
    REQUIRE(response);
    CHECK(!check_ocsp(*response, certificate("leaf.pem"), certificate("other-issuer.pem"), kThen));
    CHECK(!check_ocsp(*response, certificate("issuer.pem"), certificate("issuer.pem"), kThen));
}

TEST_CASE("a critical extension makes a response useless") {
    auto response = parse_ocsp_response(file("good.der"));
    REQUIRE(response);
    response->unhandled_critical = true;
    CHECK(!check_ocsp(*response, certificate("leaf.pem"), certificate("issuer.pem"), kThen));
}

TEST_CASE("no part of a response is a response, and no changed octet stays unseen") {
    for (const char* const name : {"good.der", "revoked.der", "good-delegate.der"}) {
        const Bytes der = file(name);
        for (std::size_t length = 0; length < der.size(); ++length) {
            CHECK(!parse_ocsp_response(ByteView(der).substr(0, length)));
        }
        CHECK(!parse_ocsp_response(der + "x"));
        const OcspResponse good = *parse_ocsp_response(der);
        for (std::size_t at = 0; at < der.size(); ++at) {
            Bytes changed = der;
            changed[at] = static_cast<char>(changed[at] ^ 0x01);
            const auto response = parse_ocsp_response(changed);
            const auto answer = response ? check_ocsp(*response, certificate("leaf.pem"),
                                                      certificate("issuer.pem"), kThen)
                                         : Result<OcspSingle>(response.error());
            // ECDSA keys do not cover what stands around the signed part.
            CHECK((!answer || response->tbs == good.tbs));
        }
    }
}

}  // namespace step::x509
