#include "api/errors.h"

#include <doctest/doctest.h>

#include "issuance/issue.h"
#include "provisioner/set.h"

using namespace step;
using namespace step::api;

namespace {
const std::string kLogs = " Please see the certificate authority logs for more info.";
}

TEST_CASE("every kind of error has a status and says no more than it may") {
    struct Row {
        Code code;
        int status;
        std::string message;
    };
    // The original's; 409, 413 and 503 are ours.
    const Row rows[] = {
        {Code::kInvalidArgument, 400, "The request could not be completed: why."},
        {Code::kUnauthenticated, 401,
         "The request lacked necessary authorization to be completed." + kLogs},
        {Code::kForbidden, 403, "The request was forbidden by the certificate authority: why."},
        {Code::kNotFound, 404, "The requested resource could not be found." + kLogs},
        {Code::kConflict, 409,
         "The certificate authority received an unexpected HTTP status code - '409'." + kLogs},
        {Code::kTooLarge, 413, "why"},
        {Code::kUnavailable, 503,
         "The certificate authority received an unexpected HTTP status code - '503'." + kLogs},
        {Code::kUnsupported, 501,
         "The requested method is not implemented by the certificate authority." + kLogs},
        {Code::kInternal, 500,
         "The certificate authority encountered an Internal Server Error." + kLogs},
    };
    for (const Row& row : rows) {
        const http::Response response =
            to_response({.code = row.code, .detail = "why", .cause = "secret"});
        CHECK(response.status == row.status);
        CHECK(response.body == "{\"status\":" + std::to_string(row.status) + ",\"message\":\"" +
                                   row.message + "\"}\n");
        CHECK(std::get<std::string>(response.log.at(0).value) == "why: secret");
        CHECK(response.headers.empty() == (row.code != Code::kUnavailable));
    }
    CHECK(std::size(rows) == static_cast<std::size_t>(Code::kInternal) + 1);
}

TEST_CASE("some reasons have words of their own") {
    const auto body = [](Code code, const char* reason, std::string detail) {
        return to_response({.code = code, .detail = std::move(detail), .reason = reason}).body;
    };
    CHECK(body(Code::kForbidden, issuance::kNameConstraint, "<x>") ==
          "{\"status\":403,\"message\":\"\\u003cx\\u003e\"}\n");
    CHECK(body(Code::kUnauthenticated, provisioner::kExpired, "certificate expired on T") ==
          "{\"status\":401,\"message\":\"The request lacked necessary authorization to be "
          "completed: certificate expired on T\"}\n");
    CHECK(body(Code::kInvalidArgument, nullptr, "") ==
          "{\"status\":400,\"message\":\"The request could not be completed; malformed or missing "
          "data." +
              kLogs + "\"}\n");
    CHECK(body(Code::kNotFound, kNoCrl, "") ==
          "{\"status\":404,\"message\":\"The certificate authority received an unexpected HTTP "
          "status code - '404'." +
              kLogs + "\"}\n");
}
