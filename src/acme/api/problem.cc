#include <algorithm>

#include "acme/api/problem_impl.h"
#include "acme/problem_types.h"
#include "json/write.h"

namespace step::acme {
namespace {

constexpr std::string_view kReasonPrefix = "acme.";
constexpr std::string_view kNamespace = "urn:ietf:params:acme:error:";
/// RFC 8555 6.2: what may sign.
constexpr std::string_view kAlgorithms =
    R"(["ES256","ES384","ES512","EdDSA","RS256","RS384","RS512","PS256","PS384","PS512"])";

struct Row {
    const char* reason;
    int status;
    std::string_view text;
};
/// Texts and statuses of the original; it never sends those of RFC 9773 and of profiles.
constexpr Row kRows[] = {
    {kAccountDoesNotExist, 400, "Account does not exist"},
    {kAlreadyReplaced, 409, "The certificate is already marked as replaced"},
    {kAlreadyRevoked, 400, "Certificate already revoked"},
    {kBadCsr, 400, "The CSR is unacceptable"},
    {kBadNonce, 400, "Unacceptable anti-replay nonce"},
    {kBadPublicKey, 400, "The jws was signed by a public key the server does not support"},
    {kBadRevocationReason, 400, "The revocation reason provided is not allowed by the server"},
    {kBadSignatureAlgorithm, 400,
     "The JWS was signed with an algorithm the server does not support"},
    {kExternalAccountRequired, 400,
     "The request must include a value for the \"externalAccountBinding\" field"},
    {kInvalidContact, 400, "A contact URL for an account was invalid"},
    {kInvalidProfile, 400, "The request names a profile that is not offered"},
    {kMalformed, 400, "The request message was malformed"},
    {kOrderNotReady, 400,
     "The request attempted to finalize an order that is not ready to be finalized"},
    {kRateLimited, 429, "The request exceeds a rate limit"},
    {kRejectedIdentifier, 400, "The server will not issue certificates for the identifier"},
    {kUnauthorized, 401, "The client lacks sufficient authorization"},
    {kUnsupportedContact, 400, "A contact URL for an account used an unsupported protocol scheme"},
    {kUnsupportedIdentifier, 400, "An identifier is of an unsupported type"},
    {kServerInternal, 500, "The server experienced an internal error"},
};

const Row& row_of(const Error& error) {
    const auto* found =
        std::ranges::find_if(kRows, [&](const Row& row) { return error.has_reason(row.reason); });
    return found == std::end(kRows) ? std::end(kRows)[-1] : *found;
}

int status_of(const Error& error, const Row& row) {
    if (error.code == Code::kTooLarge) {
        return 413;
    }
    // A dependency that is down is no bug of ours, and will be back.
    return row.status == 500 && error.code == Code::kUnavailable ? 503 : row.status;
}

std::string_view type_of(const Row& row) {
    return std::string_view(row.reason).substr(kReasonPrefix.size());
}

/// `"type":…,"detail":…`
void append_type(std::string& out, std::string_view type, std::string_view detail) {
    out += R"("type":)";
    json::append_string(out, std::string(kNamespace).append(type));
    out += R"(,"detail":)";
    json::append_string(out, detail);
}

void append_parts(std::string& out, const std::vector<Problem::Part>& parts) {
    if (parts.empty()) {
        return;  // Never null: clients break on it.
    }
    out += R"(,"subproblems":[)";
    for (const Problem::Part& part : parts) {
        out += &part == &parts.front() ? "{" : ",{";
        append_type(out, part.type, part.detail);
        if (!part.identifier.type.empty()) {
            out += R"(,"identifier":)";
            append_identifier(out, part.identifier);
        }
        out += '}';
    }
    out += ']';
}

std::string in_the_log(const Error& error) {
    std::string text = error.detail;
    if (!error.cause.empty()) {
        text += (text.empty() ? "" : ": ") + error.cause;
    }
    return text;
}

}  // namespace

Error malformed(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail), .reason = kMalformed};
}

void append_identifier(std::string& out, const Identifier& identifier) {
    out += R"({"type":)";
    json::append_string(out, identifier.type);
    out += R"(,"value":)";
    json::append_string(out, identifier.value);
    out += '}';
}

void append_problem(std::string& out, const Problem& problem) {
    out += '{';
    append_type(out, problem.type, problem.detail);
    append_parts(out, problem.parts);
    out += '}';
}

http::Response to_response(const Error& error, const Reply& reply) {
    const Row& row = row_of(error);
    http::Response response{.status = status_of(error, row),
                            .content_type = "application/problem+json"};
    std::string detail(row.text);
    if (reply.detail_alone) {
        detail = error.detail;
    } else if (response.status < 500 && !error.detail.empty()) {
        detail += ": " + error.detail;
    }
    response.body = "{";
    append_type(response.body, type_of(row), detail);
    if (error.has_reason(kBadSignatureAlgorithm)) {
        response.body.append(R"(,"algorithms":)").append(kAlgorithms);
    }
    append_parts(response.body, reply.parts);
    response.body += "}\n";
    if (reply.failure_status != 0) {
        response.status = reply.failure_status;
    }
    if (response.status == 503 && !reply.retry_after) {
        response.headers.emplace_back("Retry-After", "1");
    }
    response.log.push_back({.name = "error", .value = in_the_log(error)});
    return response;
}

http::Response no_such_provisioner(std::string_view name) {
    http::Response response{.status = 404};
    const std::string message = "provisioner " + std::string(name) + " not found";
    response.body = R"({"type":"notFound","detail":"resource not found","message":)";
    json::append_string(response.body, message);
    response.body += "}\n";
    response.log.push_back({.name = "error", .value = message});
    return response;
}

}  // namespace step::acme
