#include <algorithm>

#include "api/requests_impl.h"
#include "base/pem.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::api {
namespace {

constexpr std::int64_t kLastReason = 10;  ///< RFC 5280 5.3.1.

Error invalid(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

Error undecodable(const Error& why) {
    return {.code = Code::kInvalidArgument,
            .detail = "error decoding json",
            .cause = why.detail + (why.cause.empty() ? "" : ", " + why.cause)};
}

Result<json::Value> parse_body(std::string_view body) {
    Result<json::Value> value =
        json::parse(body, {.trailing = json::ParseOptions::Trailing::kIgnore});
    if (!value) {
        return undecodable(value.error());
    }
    if (!value->is_null() && value->as_object() == nullptr) {
        return undecodable({.detail = "cannot unmarshal " + std::string(value->kind())});
    }
    return value;
}

/// Go reads a curve it does not know as no request at all, but takes other foreign keys for
/// requests whose signature cannot be checked.
bool cannot_be_read(const Error& error) {
    const std::string_view reason = error.reason == nullptr ? "" : error.reason;
    return reason == x509::kCsrMalformed ||
           (reason == x509::kCsrUnsupportedKey && error.detail.find("curve") != std::string::npos);
}

/// The member `csr`. None if it is absent, empty or "null"; the error of parse_csr if its
/// signature is bad, which counts only after the other members could be read.
using CsrMember = std::optional<Result<x509::Csr>>;

Result<CsrMember> read_csr(json::Fields& fields) {
    std::string pem;
    fields.get("csr", pem);
    if (Status read = fields.status(); !read) {
        return undecodable(read.error());
    }
    if (pem.empty() || pem == "null") {
        return CsrMember();
    }
    const std::optional<PemStep> step = next_pem(pem);
    if (!step) {
        return undecodable({.detail = "error decoding csr"});
    }
    Result<x509::Csr> csr = x509::parse_csr(step->block.bytes);
    if (!csr && cannot_be_read(csr.error())) {
        return undecodable(csr.error());
    }
    return CsrMember(std::move(csr));
}

Result<x509::Csr> require_csr(CsrMember member) {
    if (!member) {
        return invalid("missing csr");
    }
    if (!*member) {
        const Error& why = member->error();
        if (why.reason != nullptr && std::string_view(why.reason) == x509::kCsrTooManyNames) {
            return invalid(why.detail);
        }
        return Error{.code = Code::kInvalidArgument, .detail = "invalid csr", .cause = why.detail};
    }
    return *std::move(*member);
}

Result<issuance::TimeOrDuration> read_time(json::Fields& fields, std::string_view name) {
    std::string text;
    fields.get(name, text);
    if (Status read = fields.status(); !read) {
        return undecodable(read.error());
    }
    Result<issuance::TimeOrDuration> time = issuance::parse_time_or_duration(text);
    if (!time) {
        return undecodable(time.error());
    }
    return time;
}

}  // namespace

Result<SignRequest> decode_sign_request(std::string_view body) {
    STEP_ASSIGN(const json::Value value, parse_body(body));
    json::Fields fields(value, "");
    std::string token;
    fields.get("ott", token);
    STEP_ASSIGN(const auto not_before, read_time(fields, "notBefore"));
    STEP_ASSIGN(const auto not_after, read_time(fields, "notAfter"));
    STEP_ASSIGN(CsrMember member, read_csr(fields));
    STEP_ASSIGN(x509::Csr csr, require_csr(std::move(member)));
    if (token.empty()) {
        return invalid("missing ott");
    }
    const json::Value* data = value.find("templateData");
    return SignRequest{.csr = std::move(csr),
                       .token = std::move(token),
                       .not_before = not_before,
                       .not_after = not_after,
                       .template_data = data != nullptr ? std::optional(*data) : std::nullopt};
}

Result<RekeyRequest> decode_rekey_request(std::string_view body) {
    STEP_ASSIGN(const json::Value value, parse_body(body));
    json::Fields fields(value, "");
    STEP_ASSIGN(CsrMember member, read_csr(fields));
    STEP_ASSIGN(x509::Csr csr, require_csr(std::move(member)));
    return RekeyRequest{.csr = std::move(csr)};
}

Result<RevokeRequest> decode_revoke_request(std::string_view body) {
    STEP_ASSIGN(const json::Value value, parse_body(body));
    json::Fields fields(value, "");
    RevokeRequest request;
    std::string serial;
    std::int64_t reason_code = 0;
    bool passive = false;
    fields.get("serial", serial).get("ott", request.token).get("reasonCode", reason_code);
    fields.get("reason", request.reason).get("passive", passive);
    if (Status read = fields.status(); !read) {
        return undecodable(read.error());
    }
    if (serial.empty()) {
        return invalid("missing serial");
    }
    Result<Bytes> number = x509::parse_serial(serial);
    if (!number) {
        return invalid("'" + serial +
                       "' is not a valid serial number - use a base 10 representation or a base "
                       "16 representation with '0x' prefix");
    }
    if (reason_code < 0 || reason_code > kLastReason) {
        return invalid("reasonCode out of bounds");
    }
    if (!passive) {
        return Error{.code = Code::kUnsupported, .cause = "non-passive revocation not implemented"};
    }
    request.serial = *std::move(number);
    request.serial_text = x509::serial_to_text(request.serial);
    request.reason_code = static_cast<int>(reason_code);
    return request;
}

}  // namespace step::api
