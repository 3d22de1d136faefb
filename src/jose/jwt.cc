#include "jose/jwt.h"

#include "jose/strict.h"
#include "json/decode.h"

namespace step::jose {
namespace {

/// RFC 7519 4.1.3: one string or a list of strings.
Status get_audience(const json::Value& object, std::vector<std::string>& out) {
    const json::Value* value = object.find_exact("aud");
    if (value == nullptr) {
        return ok();
    }
    if (const std::string* one = value->as_string()) {
        out = {*one};
        return ok();
    }
    const json::Array* list = value->as_array();
    const auto is_string = [](const json::Value& element) { return element.as_string(); };
    if (list == nullptr || !std::all_of(list->begin(), list->end(), is_string)) {
        return invalid("expected string or array value to unmarshal to Audience");
    }
    for (const json::Value& element : *list) {
        out.push_back(*element.as_string());
    }
    return ok();
}

Error refused(std::string detail) {
    return {.code = Code::kUnauthenticated, .detail = std::move(detail)};
}

/// A moment in two parts, so that no claim, however large, overflows when it is compared.
struct Moment {
    SysSeconds second{};
    bool past = false;  ///< A fraction of a second after `second`.

    bool is_before(SysSeconds other) const { return second < other; }
    bool is_after(SysSeconds other) const { return second > other || (second == other && past); }
};

Moment to_moment(SysTime time) {
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(time);
    return {second, time > second};
}

}  // namespace

// A fraction is cut off; what does not fit 64 bits is refused.
Status get_date(const json::Value& object, std::string_view name, std::optional<SysSeconds>& out) {
    const json::Value* value = object.find_exact(name);
    if (value == nullptr || value->is_null()) {
        return ok();
    }
    const json::Number* number = value->as_number();
    const std::optional<double> seconds = number ? json::to_double(*number) : std::nullopt;
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    if (!seconds || *seconds >= kLimit || *seconds < -kLimit) {
        return invalid("expected number value to unmarshal NumericDate");
    }
    out = SysSeconds(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
    return ok();
}

Result<Claims> parse_claims(std::string_view payload) {
    Claims claims;
    STEP_ASSIGN(claims.all, parse_object(payload, "claims"));
    STEP_TRY(get_string(claims.all, "iss", claims.issuer));
    STEP_TRY(get_string(claims.all, "sub", claims.subject));
    STEP_TRY(get_string(claims.all, "jti", claims.id));
    STEP_TRY(get_audience(claims.all, claims.audience));
    STEP_TRY(get_date(claims.all, "exp", claims.expires));
    STEP_TRY(get_date(claims.all, "nbf", claims.not_before));
    STEP_TRY(get_date(claims.all, "iat", claims.issued_at));
    return claims;
}

Status check_claims(const Claims& claims, std::string_view issuer, SysTime now, Duration leeway) {
    if (!issuer.empty() && issuer != claims.issuer) {
        return refused("validation failed, invalid issuer claim (iss)");
    }
    const auto slack = std::chrono::duration_cast<SysTime::duration>(leeway);
    const Moment early = to_moment(now - slack);
    const Moment late = to_moment(now + slack);
    if (claims.not_before && late.is_before(*claims.not_before)) {
        return refused("validation failed, token not valid yet (nbf)");
    }
    if (claims.expires && early.is_after(*claims.expires)) {
        return refused("validation failed, token is expired (exp)");
    }
    if (claims.issued_at && late.is_before(*claims.issued_at)) {
        return refused("validation failed, token issued in the future (iat)");
    }
    return ok();
}

}  // namespace step::jose
