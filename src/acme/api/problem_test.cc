#include <doctest/doctest.h>

#include "acme/api/problem_impl.h"
#include "acme/problem_types.h"

namespace step::acme {
namespace {

std::string told(const Error& error, const Reply& reply = {}) {
    const http::Response response = to_response(error, reply);
    CHECK(response.content_type == "application/problem+json");
    return std::to_string(response.status) + " " + response.body;
}

std::string logged(const Error& error) {
    return std::get<std::string>(to_response(error, {}).log.front().value);
}

TEST_CASE("each reason becomes its type and status, and the original's words begin the detail") {
    const auto is = [](const char* reason, int status, std::string_view type) {
        const std::string answer = told({.code = Code::kForbidden, .reason = reason});
        CHECK(answer.starts_with(std::to_string(status) +
                                 R"( {"type":"urn:ietf:params:acme:error:)" + std::string(type) +
                                 R"(","detail":")"));
    };
    is(kAccountDoesNotExist, 400, "accountDoesNotExist");
    is(kAlreadyReplaced, 409, "alreadyReplaced");
    is(kAlreadyRevoked, 400, "alreadyRevoked");
    is(kBadCsr, 400, "badCSR");
    is(kBadNonce, 400, "badNonce");
    is(kBadPublicKey, 400, "badPublicKey");
    is(kBadRevocationReason, 400, "badRevocationReason");
    is(kBadSignatureAlgorithm, 400, "badSignatureAlgorithm");
    is(kExternalAccountRequired, 400, "externalAccountRequired");
    is(kInvalidContact, 400, "invalidContact");
    is(kInvalidProfile, 400, "invalidProfile");
    is(kMalformed, 400, "malformed");
    is(kOrderNotReady, 400, "orderNotReady");
    is(kRateLimited, 429, "rateLimited");
    is(kRejectedIdentifier, 400, "rejectedIdentifier");
    is(kServerInternal, 500, "serverInternal");
    is(kUnauthorized, 401, "unauthorized");
    is(kUnsupportedContact, 400, "unsupportedContact");
    is(kUnsupportedIdentifier, 400, "unsupportedIdentifier");
}

TEST_CASE("an error of any kind without a reason of ours is serverInternal and tells nothing") {
    for (const Code code :
         {Code::kInvalidArgument, Code::kUnauthenticated, Code::kForbidden, Code::kNotFound,
          Code::kConflict, Code::kUnsupported, Code::kInternal}) {
        const Error error{.code = code, .detail = "secret", .cause = "10.0.0.1", .reason = "x.y"};
        CHECK(told(error) == R"(500 {"type":"urn:ietf:params:acme:error:serverInternal",)"
                             R"("detail":"The server experienced an internal error"})"
                             "\n");
        CHECK(logged(error) == "secret: 10.0.0.1");
    }
}

TEST_CASE("what is down will be back") {
    const http::Response response = to_response({.code = Code::kUnavailable}, {});
    CHECK(response.status == 503);
    CHECK(http::find_header(response.headers, "Retry-After") == "1");
}

TEST_CASE("the detail goes on with what was wrong; the cause is for the log") {
    const Error error{.code = Code::kInvalidArgument,
                      .detail = "a \"name\"",
                      .cause = "db1",
                      .reason = kMalformed};
    CHECK(told(error) == R"(400 {"type":"urn:ietf:params:acme:error:malformed",)"
                         R"("detail":"The request message was malformed: a \"name\""})"
                         "\n");
    CHECK(logged(error) == "a \"name\": db1");
    CHECK(told(error, {.failure_status = 403, .detail_alone = true}) ==
          R"(403 {"type":"urn:ietf:params:acme:error:malformed","detail":"a \"name\""})"
          "\n");
}

TEST_CASE("a problem has its parts, with the name each is about, or no list of them") {
    std::string out;
    append_problem(out, {.type = "compound",
                         .detail = "two",
                         .parts = {{.type = "dns", .detail = "no"},
                                   {.type = "rejectedIdentifier",
                                    .detail = "never",
                                    .identifier = {.type = "dns", .value = "a.test"}}}});
    CHECK(out == R"({"type":"urn:ietf:params:acme:error:compound","detail":"two","subproblems":[)"
                 R"({"type":"urn:ietf:params:acme:error:dns","detail":"no"},)"
                 R"({"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"never",)"
                 R"("identifier":{"type":"dns","value":"a.test"}}]})");
    out.clear();
    append_problem(out, {.type = "connection", .detail = ""});
    CHECK(out == R"({"type":"urn:ietf:params:acme:error:connection","detail":""})");
}

}  // namespace
}  // namespace step::acme
