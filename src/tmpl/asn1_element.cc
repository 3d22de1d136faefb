#include "base/text.h"
#include "tmpl/asn1_element_impl.h"
#include "tmpl/function.h"
#include "tmpl/strconv.h"

namespace step::tmpl::asn1_go {
namespace {

std::optional<std::int64_t> number_after(std::string_view prefix, std::string_view part) {
    if (!part.starts_with(prefix)) {
        return std::nullopt;
    }
    const auto number = parse_int(part.substr(prefix.size()), 10);
    return number.fine() ? std::optional(number.value) : std::nullopt;
}

Bytes header(unsigned tag_class, std::int64_t tag, bool compound, std::size_t length) {
    unsigned first = tag_class << 6U | (compound ? 0x20U : 0U);
    Bytes out;
    if (tag >= 31) {
        out += static_cast<char>(first | 0x1fU);
        Bytes digits;
        for (auto rest = static_cast<std::uint64_t>(tag); rest != 0; rest >>= 7U) {
            digits.insert(digits.begin(),
                          static_cast<char>((rest & 0x7fU) | (digits.empty() ? 0U : 0x80U)));
        }
        out += digits;
    } else {
        first |= static_cast<unsigned>(tag) & 0xffU;
        out += static_cast<char>(first);
    }
    if (length < 128) {
        return out += static_cast<char>(length);
    }
    Bytes octets;
    for (std::size_t rest = length; rest != 0; rest >>= 8U) {
        octets.insert(octets.begin(), static_cast<char>(rest & 0xffU));
    }
    out += static_cast<char>(0x80U | octets.size());
    return out += octets;
}

}  // namespace

Error structure(std::string_view text) {
    return failure(fmt::format("asn1: structure error: {}", text));
}

Params parse_params(std::string_view text) {
    constexpr std::pair<std::string_view, int> kStrings[] = {
        {"ia5", kIa5}, {"printable", kPrintable}, {"numeric", kNumeric}, {"utf8", kUtf8}};
    constexpr std::pair<std::string_view, int> kTimes[] = {{"generalized", kGeneralizedTime},
                                                           {"utc", kUtcTime}};
    Params params;
    for (const std::string_view part : split(text, ',')) {
        params.optional = params.optional || part == "optional";
        params.is_explicit = params.is_explicit || part == "explicit";
        params.set = params.set || part == "set";
        params.application = params.application || part == "application";
        params.is_private = params.is_private || part == "private";
        params.omit_empty = params.omit_empty || part == "omitempty";
        for (const auto& [name, type] : kStrings) {
            params.string_type = part == name ? type : params.string_type;
        }
        for (const auto& [name, type] : kTimes) {
            params.time_type = part == name ? type : params.time_type;
        }
        if (const auto tag = number_after("tag:", part)) {
            params.tag = tag;
        } else if (const auto otherwise = number_after("default:", part)) {
            params.otherwise = otherwise;
        }
        const bool has_class = part == "explicit" || part == "application" || part == "private";
        if (has_class && !params.tag) {
            params.tag = 0;
        }
    }
    return params;
}

Bytes element(const Params& params, int tag, bool compound, const Bytes& body) {
    if (!params.tag) {
        return header(0, tag, compound, body.size()) + body;
    }
    const unsigned tag_class = params.application ? 1 : params.is_private ? 3 : 2;
    if (!params.is_explicit) {
        return header(tag_class, *params.tag, compound, body.size()) + body;
    }
    const Bytes inner = header(0, tag, compound, body.size()) + body;
    return header(tag_class, *params.tag, true, inner.size()) + inner;
}

Status check_params(const Params& params, int tag) {
    if (params.time_type != 0 && tag != kUtcTime) {
        return structure("explicit time type given to non-time member");
    }
    if (params.string_type != 0 && tag != kPrintable) {
        return structure("explicit string type given to non-string member");
    }
    if (params.set && tag != kSequence) {
        return structure("non sequence tagged as set");
    }
    return ok();
}

}  // namespace step::tmpl::asn1_go
