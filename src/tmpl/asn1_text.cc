#include "asn1/writer.h"
#include "base/base64.h"
#include "base/text.h"
#include "tmpl/asn1_element_impl.h"
#include "tmpl/asn1_value.h"
#include "tmpl/moment.h"
#include "tmpl/strconv.h"
#include "tmpl/unicode.h"

namespace step::tmpl::asn1_go {
namespace {

/// An OID of texts that Go's Atoi reads; none is allowed here and fails when it is written.
Result<Bytes> oid_contents(std::string_view text) {
    std::vector<std::uint64_t> arcs;
    for (const std::string& part : text.empty() ? std::vector<std::string>() : split(text, '.')) {
        const auto arc = parse_int(part, 10);
        if (!arc.fine()) {
            return failure(fmt::format(
                "invalid oid value: error unmarshaling json: {} is not an ASN1 object identifier",
                text));
        }
        if (arc.value < 0) {
            return structure("invalid object identifier");
        }
        arcs.push_back(static_cast<std::uint64_t>(arc.value));
    }
    if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] >= 40)) {
        return structure("invalid object identifier");
    }
    std::string canonical;
    for (const std::uint64_t arc : arcs) {
        canonical += fmt::format("{}{}", canonical.empty() ? "" : ".", arc);
    }
    STEP_ASSIGN(const asn1::Oid oid, asn1::Oid::from_text(canonical));
    return Bytes(oid.der());
}

Error invalid(std::string_view type, std::string_view why) {
    return failure(fmt::format("invalid {} value{}", type, why));
}

Error invalid(std::string_view type, std::string_view function, std::string_view text,
              std::string_view why) {
    return invalid(type,
                   fmt::format(": strconv.{}: parsing {}: {}", function, quote_text(text), why));
}

Result<Value> parse_bool(std::string_view text) {
    constexpr std::string_view kTrue[] = {"1", "t", "T", "TRUE", "true", "True"};
    constexpr std::string_view kFalse[] = {"0", "f", "F", "FALSE", "false", "False"};
    if (std::find(std::begin(kTrue), std::end(kTrue), text) != std::end(kTrue)) {
        return Value(true);
    }
    if (std::find(std::begin(kFalse), std::end(kFalse), text) != std::end(kFalse)) {
        return Value(false);
    }
    return invalid("bool", "ParseBool", text, "invalid syntax");
}

Result<Value> parse_whole(std::string_view text) {
    const auto number = parse_int(text, 10);
    if (!number.fine()) {
        const bool range = number.why == decltype(number)::Why::kRange;
        return invalid("int", "Atoi", text, range ? "value out of range" : "invalid syntax");
    }
    return Value::integer(number.value);
}

/// As Go prints a time, or RFC 3339.
Result<Value> parse_moment_of(std::string_view type, std::string_view text) {
    auto first =
        parse_moment("2006-01-02 15:04:05.999999999 -0700 MST", text, utc_zone(), local_zone());
    if (first) {
        return to_value(*first);
    }
    const auto second = parse_moment("2006-01-02T15:04:05Z07:00", text, utc_zone(), local_zone());
    if (second) {
        return to_value(*second);
    }
    return invalid(type, ": " + first.error().detail);
}

struct Typed {
    std::string_view type{};
    std::string params{};  ///< Without types that Go's marshaller does not know.
};

Typed parse_typed(const std::vector<std::string>& parts) {
    constexpr std::string_view kKnown[] = {"utf8",      "ia5", "numeric",
                                           "printable", "utc", "generalized"};
    constexpr std::string_view kOurs[] = {"int", "oid", "bool", "boolean", "raw"};
    const auto among = [](const auto& names, std::string_view part) {
        return std::find(std::begin(names), std::end(names), part) != std::end(names);
    };
    Typed typed;
    for (const std::string& part : parts) {
        const bool ours = among(kOurs, part);
        if (ours || among(kKnown, part)) {
            typed.type = part;
        }
        if (!ours && !part.empty()) {
            typed.params += (typed.params.empty() ? "" : ",") + part;
        }
    }
    return typed;
}

/// Whether each character may stand in a text of that type; '*' and '&' are let through here.
bool allowed(std::string_view type, std::string_view text) {
    if (type == "utf8") {
        return is_utf8(text);
    }
    return std::all_of(text.begin(), text.end(), [&](char c) {
        if (type == "ia5") {
            return static_cast<unsigned char>(c) < 128;
        }
        if (type == "numeric") {
            return c == ' ' || (c >= '0' && c <= '9');
        }
        return c == '*' || c == '&' || asn1::is_printable(std::string_view(&c, 1));
    });
}

}  // namespace

}  // namespace step::tmpl::asn1_go

namespace step::tmpl {

Result<Bytes> marshal_asn1_text(std::string_view text, std::string_view given) {
    const auto parts = split(given, ',');
    const asn1_go::Typed typed = asn1_go::parse_typed(parts);
    if (typed.type == "raw") {
        return parse_base64(text);
    }
    const asn1_go::Params params = asn1_go::parse_params(typed.params);
    if (typed.type == "oid") {
        if (text.empty() && params.omit_empty) {
            return Bytes();
        }
        constexpr int kOid = 6;
        STEP_ASSIGN(const Bytes body, asn1_go::oid_contents(text));
        STEP_TRY(asn1_go::check_params(params, kOid));
        return asn1_go::element(params, kOid, false, body);
    }
    Result<Value> value = Value(text);
    if (typed.type == "int") {
        value = asn1_go::parse_whole(text);
    } else if (typed.type == "bool" || typed.type == "boolean") {
        value = asn1_go::parse_bool(text);
    } else if (typed.type == "utc" || typed.type == "generalized") {
        value = asn1_go::parse_moment_of(typed.type, text);
    } else if (!asn1_go::allowed(typed.type, text)) {
        return asn1_go::invalid(typed.type.empty() ? "printable" : typed.type, "");
    }
    STEP_TRY(value);
    return asn1_go::marshal_scalar(*value, params);
}

}  // namespace step::tmpl
