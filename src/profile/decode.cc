#include "json/decode.h"

#include <charconv>

#include "base/base64.h"
#include "base/text.h"
#include "json/parse.h"
#include "profile/decode_impl.h"
#include "tmpl/moment.h"

namespace step::profile::impl {
namespace {

constexpr std::string_view kIntoStrings = "Go value of type []string",
                           kIntoString = "Go value of type string";

/// Go's strconv.Atoi: a sign and leading zeros are fine.
std::optional<std::int64_t> parse_int(std::string_view text) {
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-') {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string_view line_of(std::string_view text, std::uint32_t line) {
    for (std::uint32_t i = 1; i < line; ++i) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            return {};
        }
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

}  // namespace

Error mistake(const json::Value& at, std::string detail) {
    Error error = json::error_at(at.place(), std::move(detail));
    error.reason = kBadOutput;
    return error;
}

Error unfit(const json::Value& at, std::string detail) {
    Error error = json::error_at(at.place(), std::move(detail));
    error.reason = kBadContent;
    return error;
}

Error cannot_unmarshal(const json::Value& at, std::string_view into) {
    return mistake(at, fmt::format("json: cannot unmarshal {} into {}", at.kind(), into));
}

Error wrap(Error error, int times) {
    for (; times > 0; --times) {
        error.detail.insert(0, "error unmarshaling json: ");
    }
    return error;
}

Result<std::string> read_string(const json::Value& value, std::string_view into) {
    if (const std::string* text = value.as_string()) {
        return *text;
    }
    return value.is_null() ? Result<std::string>(std::string()) : cannot_unmarshal(value, into);
}

Result<bool> read_flag(const json::Value& value, std::string_view into) {
    if (const bool* flag = value.as_bool()) {
        return *flag;
    }
    return value.is_null() ? Result<bool>(false) : cannot_unmarshal(value, into);
}

Result<Bytes> read_octets(const json::Value& value, std::string_view into) {
    if (value.is_null()) {
        return Bytes();
    }
    if (const std::string* text = value.as_string()) {
        Result<Bytes> octets = parse_base64(*text);
        return octets ? std::move(octets) : mistake(value, octets.error().detail);
    }
    const json::Array* numbers = value.as_array();
    if (numbers == nullptr) {
        return cannot_unmarshal(value, into);
    }
    Bytes octets;
    for (const json::Value& element : *numbers) {
        const auto number =
            element.as_number() != nullptr ? json::to_int64(*element.as_number()) : std::nullopt;
        if (!number || *number < 0 || *number > 255) {
            return cannot_unmarshal(element, "Go value of type uint8");
        }
        octets += static_cast<char>(*number);
    }
    return octets;
}

Result<std::vector<std::string>> read_strings(const json::Value& value) {
    if (value.is_null()) {
        return std::vector<std::string>();
    }
    if (const std::string* text = value.as_string()) {
        return std::vector{*text};
    }
    const json::Array* array = value.as_array();
    if (array == nullptr) {
        return wrap(cannot_unmarshal(value, kIntoStrings));
    }
    std::vector<std::string> texts;
    texts.reserve(array->size());
    for (const json::Value& element : *array) {
        Result<std::string> text = read_string(element, kIntoString);
        if (!text) {
            return wrap(std::move(text).error());
        }
        texts.push_back(*std::move(text));
    }
    return texts;
}

Result<std::vector<std::string>> read_list(const json::Value& value) {
    Result<std::vector<std::string>> texts = read_strings(value);
    return texts ? std::move(texts) : wrap(std::move(texts).error());
}

Result<asn1::Oid> parse_oid(const json::Value& at, std::string_view text) {
    if (text.empty()) {
        return asn1::Oid();
    }
    std::string dotted;
    for (const std::string& part : split(text, '.')) {
        const auto number = parse_int(part);
        if (!number) {
            return wrap(mistake(at, fmt::format("{} is not an ASN1 object identifier", text)));
        }
        dotted += (dotted.empty() ? "" : ".") + std::to_string(*number);
    }
    Result<asn1::Oid> oid = asn1::Oid::from_text(dotted);
    return oid ? std::move(oid) : unfit(at, "error creating certificate: " + std::string(kBadOid));
}

Result<asn1::Oid> read_oid(const json::Value& value) {
    Result<std::string> text = read_string(value, kIntoString);
    return text ? parse_oid(value, *text) : wrap(std::move(text).error());
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c & '\x80') == 0; });
}

Status check_ascii(const json::Value& at, std::string_view text) {
    if (!is_ascii(text)) {
        return unfit(at, fmt::format("error creating certificate: x509: {} cannot be encoded as an "
                                     "IA5String",
                                     quote(text)));
    }
    return ok();
}

Result<std::optional<SysSeconds>> read_time(const json::Value& value) {
    if (value.is_null()) {
        return std::optional<SysSeconds>();
    }
    const std::string* text = value.as_string();
    if (text == nullptr) {
        return mistake(value, "Time.UnmarshalJSON: input is not a JSON string");
    }
    constexpr std::string_view kRfc3339 = "2006-01-02T15:04:05Z07:00";
    const auto moment = tmpl::parse_moment(kRfc3339, *text, tmpl::utc_zone(), tmpl::utc_zone());
    if (!moment) {
        return mistake(value, moment.error().detail);
    }
    if (*moment == tmpl::Moment()) {
        return std::optional<SysSeconds>();
    }
    return std::optional(SysSeconds(std::chrono::seconds(moment->seconds)));
}

Result<json::Value> parse_output(std::string_view text) {
    Result<json::Value> value =
        json::parse(text, {.trailing = json::ParseOptions::Trailing::kIgnore});
    if (!value) {
        Error error = std::move(value).error();
        if (error.detail == "unexpected end of JSON input") {
            // A decoder of streams, as the original's is, puts it in other words.
            error.detail = trim(text).empty() ? "EOF" : "unexpected EOF";
        }
        error.reason = kBadOutput;
        return error;
    }
    return value;
}

Error show(Error error, std::string_view text) {
    constexpr std::size_t kMaxShown = 200;
    if (error.has_reason(kBadOutput)) {
        error.detail.insert(0, "error unmarshaling certificate: ");
    }
    const json::Place place = json::place_of(error);
    if (place.line > 0) {
        error.cause = fmt::format("{} of the template's output: {}", error.cause,
                                  printable(line_of(text, place.line).substr(0, kMaxShown)));
    }
    return error;
}

}  // namespace step::profile::impl
