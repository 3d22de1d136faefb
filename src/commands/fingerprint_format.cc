#include "commands/fingerprint_format.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"

namespace step::commands {

namespace {

template <Base64 kKind>
std::string write_base64(ByteView digest) {
    return encode_base64(digest, kKind);
}

struct Format {
    std::string_view name;
    DigestWriter writer;
};
constexpr Format kFormats[] = {
    {"hex", encode_hex},
    {"base64", write_base64<Base64::kStd>},
    {"base64url", write_base64<Base64::kUrl>},
    {"base64-url", write_base64<Base64::kUrl>},
    {"base64raw", write_base64<Base64::kRawStd>},
    {"base64-raw", write_base64<Base64::kRawStd>},
    {"base64urlraw", write_base64<Base64::kRawUrl>},
    {"base64url-raw", write_base64<Base64::kRawUrl>},
    {"base64-url-raw", write_base64<Base64::kRawUrl>},
    {"emoji", encode_emoji},
    {"emojisum", encode_emoji},
};

}  // namespace

Result<DigestWriter> parse_fingerprint_format(std::string_view format) {
    const std::string name = to_lower(trim(format));
    for (const Format& known : kFormats) {
        if (known.name == name) {
            return known.writer;
        }
    }
    return Error{.code = Code::kInvalidArgument,
                 .detail = fmt::format("error parsing fingerprint format: '{}' is not a valid "
                                       "fingerprint format",
                                       format)};
}

}  // namespace step::commands
