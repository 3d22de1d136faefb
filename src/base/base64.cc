#include "base/base64.h"

#include <array>

namespace step {
namespace {

constexpr std::string_view kStdAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned char kInvalid = 0xff;

using Table = std::array<unsigned char, 256>;

constexpr Table reverse(std::string_view alphabet) {
    Table table{};
    for (auto& entry : table) {
        entry = kInvalid;
    }
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
    }
    return table;
}

constexpr Table kStdValues = reverse(kStdAlphabet);
constexpr Table kUrlValues = reverse(kUrlAlphabet);

bool is_url(Base64 kind) {
    return kind == Base64::kUrl || kind == Base64::kRawUrl;
}
bool is_padded(Base64 kind) {
    return kind == Base64::kStd || kind == Base64::kUrl;
}

}  // namespace

std::string encode_base64(ByteView bytes, Base64 kind) {
    const char* alphabet = is_url(kind) ? kUrlAlphabet.data() : kStdAlphabet.data();
    const std::size_t whole = bytes.size() / 3;
    const std::size_t rest = bytes.size() % 3;
    std::string text(whole * 4 + (rest == 0 ? 0 : is_padded(kind) ? 4 : rest + 1), '=');
    const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
    char* out = text.data();
    for (std::size_t i = 0; i < whole; ++i, in += 3, out += 4) {
        const unsigned group = unsigned{in[0]} << 16U | unsigned{in[1]} << 8U | in[2];
        out[0] = alphabet[group >> 18U];
        out[1] = alphabet[group >> 12U & 63U];
        out[2] = alphabet[group >> 6U & 63U];
        out[3] = alphabet[group & 63U];
    }
    if (rest > 0) {
        const unsigned group = unsigned{in[0]} << 16U | (rest > 1 ? unsigned{in[1]} << 8U : 0U);
        out[0] = alphabet[group >> 18U];
        out[1] = alphabet[group >> 12U & 63U];
        if (rest > 1) {
            out[2] = alphabet[group >> 6U & 63U];
        }
    }
    return text;
}

Result<Bytes> parse_base64(std::string_view text, Base64 kind) {
    const Table& values = is_url(kind) ? kUrlValues : kStdValues;
    const auto failure = [](std::size_t at) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "illegal base64 data at input byte " + std::to_string(at)};
    };
    Bytes bytes(text.size() / 4 * 3 + 3, '\0');
    char* out = bytes.data();
    std::uint32_t group = 0;
    unsigned filled = 0;
    unsigned padding = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r' || c == '\n') {
            continue;
        }
        if (c == '=' && is_padded(kind) && filled + padding >= 2 && filled + padding < 4) {
            ++padding;
            continue;
        }
        const unsigned char value = values[static_cast<unsigned char>(c)];
        if (value == kInvalid || padding > 0) {
            return failure(filled == 2 && padding == 1 ? i - 1 : i);
        }
        group = group << 6U | value;
        if (++filled == 4) {
            *out++ = static_cast<char>(group >> 16U & 255U);
            *out++ = static_cast<char>(group >> 8U & 255U);
            *out++ = static_cast<char>(group & 255U);
            filled = 0;
            group = 0;
        }
    }
    const bool complete = is_padded(kind) ? filled == 0 || filled + padding == 4 : padding == 0;
    if (filled == 1 || !complete) {
        return failure(padding == 0 ? text.size() - filled : text.size());
    }
    if (filled == 2) {
        *out++ = static_cast<char>(group >> 4U & 255U);
    } else if (filled == 3) {
        *out++ = static_cast<char>(group >> 10U & 255U);
        *out++ = static_cast<char>(group >> 2U & 255U);
    }
    bytes.resize(static_cast<std::size_t>(out - bytes.data()));
    return bytes;
}

}  // namespace step
