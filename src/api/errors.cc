#include "api/errors.h"

#include <algorithm>

#include "issuance/issue.h"
#include "issuance/shape.h"
#include "json/write.h"
#include "policy/reasons.h"
#include "provisioner/renew_token.h"
#include "provisioner/set.h"

namespace step::api {
namespace {

constexpr std::string_view kSeeLogs = " Please see the certificate authority logs for more info.";

/// How the words of an error reach the client.
enum class Words : unsigned char {
    kFixed,     ///< Not at all: the fixed text of the status.
    kSentence,  ///< After the prefix of the status, with a full stop.
    kClause,    ///< After the prefix of the status, without.
    kBare,      ///< As they are.
    kAdmin,     ///< In the shape of the original's admin API.
    kUnexpected,
};

struct CodeRow {
    Code code;
    int status;
    Words words;  ///< If there is a detail.
    std::string_view fixed;
    std::string_view prefix;
};
constexpr CodeRow kCodes[] = {
    {Code::kInvalidArgument, 400, Words::kSentence,
     "The request could not be completed; malformed or missing data.",
     "The request could not be completed: "},
    {Code::kUnauthenticated, 401, Words::kFixed,
     "The request lacked necessary authorization to be completed.",
     "The request lacked necessary authorization to be completed: "},
    {Code::kForbidden, 403, Words::kSentence,
     "The request was forbidden by the certificate authority.",
     "The request was forbidden by the certificate authority: "},
    {Code::kNotFound, 404, Words::kFixed, "The requested resource could not be found.", ""},
    {Code::kConflict, 409, Words::kUnexpected, "", ""},
    {Code::kTooLarge, 413, Words::kBare, "", ""},
    {Code::kUnavailable, 503, Words::kUnexpected, "", ""},
    {Code::kUnsupported, 501, Words::kFixed,
     "The requested method is not implemented by the certificate authority.", ""},
    {Code::kInternal, 500, Words::kFixed,
     "The certificate authority encountered an Internal Server Error.", ""},
};

struct ReasonRow {
    const char* reason;
    Words words;
};
constexpr ReasonRow kReasons[] = {
    {issuance::kNameConstraint, Words::kBare},
    {issuance::kTemplateResult, Words::kBare},
    {issuance::kRuleUndecided, Words::kBare},
    {policy::kNotAllowed, Words::kClause},
    {provisioner::kDisabled, Words::kBare},
    {provisioner::kExpired, Words::kClause},
    {kRootNotFound, Words::kBare},
    {provisioner::kRenewToken, Words::kBare},
    {provisioner::kRenewIssuer, Words::kAdmin},
    {kNoCrl, Words::kUnexpected},
};

const CodeRow& row_of(Code code) {
    const auto* found = std::find_if(std::begin(kCodes), std::end(kCodes),
                                     [code](const CodeRow& row) { return row.code == code; });
    return found == std::end(kCodes) ? std::end(kCodes)[-1] : *found;
}

Words words_of(const Error& error, const CodeRow& row) {
    for (const ReasonRow& special : kReasons) {
        if (error.reason != nullptr && std::string_view(special.reason) == error.reason) {
            return special.words;
        }
    }
    return row.words;
}

std::string message_of(const Error& error, const CodeRow& row) {
    const Words words = words_of(error, row);
    const bool says_nothing = error.detail.empty() && words != Words::kUnexpected;
    if (words == Words::kUnexpected || (says_nothing && row.fixed.empty())) {
        return "The certificate authority received an unexpected HTTP status code - '" +
               std::to_string(row.status) + "'." + std::string(kSeeLogs);
    }
    if (words == Words::kFixed || says_nothing) {
        return std::string(row.fixed).append(kSeeLogs);
    }
    if (words == Words::kBare || words == Words::kAdmin) {
        return error.detail;
    }
    return std::string(row.prefix) + error.detail + (words == Words::kSentence ? "." : "");
}

}  // namespace

int status_of(const Error& error) {
    return row_of(error.code).status;
}

http::Response to_response(const Error& error) {
    const CodeRow& row = row_of(error.code);
    http::Response response{.status = row.status};
    response.body = words_of(error, row) == Words::kAdmin
                        ? R"({"type":"unauthorized","detail":"unauthorized","message":)"
                        : R"({"status":)" + std::to_string(row.status) + R"(,"message":)";
    json::append_string(response.body, message_of(error, row));
    response.body += "}\n";
    if (error.code == Code::kUnavailable) {
        response.headers.emplace_back("Retry-After", "1");
    }
    std::string logged = error.detail;
    if (!error.cause.empty()) {
        logged += (logged.empty() ? "" : ": ") + error.cause;
    }
    response.log.push_back({.name = "error", .value = std::move(logged)});
    return response;
}

}  // namespace step::api
