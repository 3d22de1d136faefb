#include "policy/idna.h"

#include <idn2.h>
#include <unicase.h>

#include "base/text.h"
#include "json/utf8.h"

namespace step::policy {
namespace {

Error invalid_label(std::string_view label) {
    return {.code = Code::kInvalidArgument, .detail = "idna: invalid label " + quote(label)};
}

Error disallowed(char32_t rune) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("idna: disallowed rune U+{:04X}", static_cast<unsigned>(rune))};
}

bool is_ldh(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/// STD3: of ASCII only letters, digits, hyphens, and the dots between labels.
Status check_runes(std::string_view domain) {
    for (std::size_t at = 0; at < domain.size();) {
        const char c = domain[at];
        if (static_cast<unsigned char>(c) < 0x80) {
            if (!is_ldh(c) && c != '.') {
                return disallowed(static_cast<char32_t>(c));
            }
            ++at;
            continue;
        }
        const json::Rune rune = json::first_rune(domain.substr(at));
        if (!rune.valid) {
            return disallowed(json::kReplacement);
        }
        at += rune.size;
    }
    return ok();
}

/// RFC 5891 4.2.3.1, as UTS #46 has it.
Status check_hyphens(std::string_view label) {
    constexpr std::size_t kThird = 2;
    if (label.starts_with('-') || label.ends_with('-') ||
        (label.size() > kThird + 2 && label.substr(kThird, 2) == "--")) {
        return invalid_label(label);
    }
    return ok();
}

/// What is not plain ASCII, or says that it was not. May give several labels: U+3002 is a dot too.
Result<std::string> convert(const std::string& part) {
    unsigned char* out = nullptr;
    // Without its STD3 flag, which drops characters instead of refusing them.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): a C library of octets.
    const int rc = idn2_lookup_u8(reinterpret_cast<const unsigned char*>(part.c_str()), &out,
                                  IDN2_NONTRANSITIONAL);
    if (rc != IDN2_OK) {
        return invalid_label(part);
    }
    std::string converted;
    for (const unsigned char* at = out; *at != 0; ++at) {
        converted += static_cast<char>(*at);
    }
    idn2_free(out);
    for (const char c : converted) {
        if (!is_ldh(c) && c != '.') {  // A wide "_" became a narrow one.
            return disallowed(static_cast<char32_t>(c));
        }
    }
    return converted;
}

bool is_plain(std::string_view label) {
    return !label.starts_with("xn--") && std::ranges::all_of(label, is_ldh);
}

char32_t fold(char32_t rune) {
    constexpr char32_t kDottedI = 0x130, kDotlessI = 0x131;  // Fold to themselves, unlike "i".
    return rune == kDottedI || rune == kDotlessI ? rune : uc_tolower(uc_toupper(rune));
}

}  // namespace

Result<std::string> to_ascii(std::string_view domain) {
    STEP_TRY(check_runes(domain));
    const std::string lower = to_lower(domain);
    std::string out;
    out.reserve(lower.size());
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(lower.find('.', begin), lower.size());
        const std::string_view label = std::string_view(lower).substr(begin, end - begin);
        if (is_plain(label)) {
            STEP_TRY(check_hyphens(label));
            out += label;
        } else {
            STEP_ASSIGN(const std::string converted, convert(std::string(label)));
            out += converted;
        }
        if (end == lower.size()) {
            return out;
        }
        out += '.';
        begin = end + 1;
    }
}

std::string fold_key(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const json::Rune rune = json::first_rune(text);
        json::append_rune(out, rune.valid ? fold(rune.value) : json::kReplacement);
        text.remove_prefix(rune.size);
    }
    return out;
}

}  // namespace step::policy
