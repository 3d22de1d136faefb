#include "base/base64.h"
#include "base/files.h"
#include "tmpl/families_impl.h"

namespace step::tmpl {
namespace {

Result<Value> b64enc(Call& call) {
    return Value(encode_base64(call.text(0)));
}

/// An error of sprig's decoders is the text they return.
Result<Value> text_or_error(Result<std::string> text) {
    return text ? Value(*std::move(text)) : Value(text.error().detail);
}

Result<Value> b64dec(Call& call) {
    return text_or_error(parse_base64(call.text(0)));
}

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

Result<Value> b32enc(Call& call) {
    std::string out;
    std::uint64_t bits = 0;
    unsigned count = 0;
    for (const char c : call.text(0)) {
        bits = bits << 8U | static_cast<unsigned char>(c);
        for (count += 8; count >= 5; count -= 5) {
            out += kBase32[bits >> (count - 5) & 31U];
        }
    }
    if (count > 0) {
        out += kBase32[bits << (5 - count) & 31U];
    }
    while (out.size() % 8 != 0) {
        out += '=';
    }
    return Value(std::move(out));
}

Error bad_base32(std::size_t at) {
    return failure(fmt::format("illegal base32 data at input byte {}", at));
}

/// Go's base32 decoder: CR and LF are skipped, groups of 8 with padding, the last one shorter.
Result<std::string> decode_base32(std::string_view input) {
    std::string text(input);
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::uint64_t bits = 0;
        unsigned digits = 0;
        bool ended = false;
        for (; digits < 8 && !ended;) {
            if (at == text.size()) {
                // Go looks back to where the group began to go wrong.
                return bad_base32(at - digits);
            }
            const char c = text[at++];
            if (c == '=' && digits >= 2) {
                const std::size_t padding = 8 - digits;
                const std::string_view rest = std::string_view(text).substr(at);
                if (rest.size() < padding - 1) {
                    return bad_base32(text.size());
                }
                const std::size_t wrong = rest.substr(0, padding - 1).find_first_not_of('=');
                if (wrong != std::string_view::npos) {
                    return bad_base32(at + wrong);
                }
                if (digits == 3 || digits == 6) {
                    return bad_base32(at - 1);
                }
                at += padding - 1;
                ended = true;
                continue;
            }
            const std::size_t value = kBase32.find(c);
            if (value == std::string_view::npos) {
                return bad_base32(at - 1);
            }
            bits = bits << 5U | value;
            ++digits;
        }
        const unsigned octets = digits * 5 / 8;
        bits >>= digits * 5 - octets * 8;
        for (unsigned i = octets; i-- > 0;) {
            out += static_cast<char>(bits >> (i * 8) & 0xffU);
        }
        if (ended && at < text.size()) {
            return bad_base32(at);
        }
    }
    return out;
}

Result<Value> b32dec(Call& call) {
    return text_or_error(decode_base32(call.text(0)));
}

constexpr Entry kFamily[] = {
    {"b64enc", "string", b64enc},
    {"b64dec", "string", b64dec},
    {"b32enc", "string", b32enc},
    {"b32dec", "string", b32dec},
};

/// Go's path.Clean.
std::string clean_path(std::string_view path) {
    const bool rooted = path.starts_with('/');
    std::vector<std::string_view> parts;
    for (std::string_view rest = path; !rest.empty();) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, slash);
        rest.remove_prefix(std::min(slash + 1, rest.size()));
        if (part.empty() || part == ".") {
            continue;
        }
        if (part != ".." || (!rooted && (parts.empty() || parts.back() == ".."))) {
            parts.push_back(part);
        } else if (!parts.empty()) {
            parts.pop_back();
        }
    }
    std::string out = rooted ? "/" : "";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        out.append(i > 0 ? "/" : "").append(parts[i]);
    }
    return out.empty() ? "." : out;
}

Result<Value> base(Call& call) {
    std::string_view path = call.text(0);
    if (path.empty()) {
        return Value(".");
    }
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    path.remove_prefix(path.rfind('/') + 1);
    return Value(path.empty() ? "/" : path);
}

Result<Value> dir(Call& call) {
    const std::string_view path = call.text(0);
    return Value(clean_path(path.substr(0, path.rfind('/') + 1)));
}

Result<Value> clean(Call& call) {
    return Value(clean_path(call.text(0)));
}

Result<Value> ext(Call& call) {
    const std::string_view path = call.text(0);
    const std::size_t at = path.find_last_of("./");
    return Value(at == std::string_view::npos || path[at] == '/' ? "" : path.substr(at));
}

Result<Value> is_abs(Call& call) {
    return Value(call.text(0).starts_with('/'));
}

constexpr Entry kPathFamily[] = {
    {"base", "string", base},      {"dir", "string", dir},       {"clean", "string", clean},
    {"ext", "string", ext},        {"isAbs", "string", is_abs},  {"osBase", "string", base},
    {"osDir", "string", dir},      {"osClean", "string", clean}, {"osExt", "string", ext},
    {"osIsAbs", "string", is_abs},
};

}  // namespace

std::span<const Entry> encoding_family() {
    return kFamily;
}

std::span<const Entry> path_family() {
    return kPathFamily;
}

}  // namespace step::tmpl
