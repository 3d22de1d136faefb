#include "acme/renewal_id.h"

#include "acme/problem_types.h"
#include "base/base64.h"

namespace step::acme {

Result<RenewalId> parse_renewal_id(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot != std::string_view::npos) {
        Result<Bytes> key_id = parse_base64(text.substr(0, dot), Base64::kRawUrl);
        Result<Bytes> serial = parse_base64(text.substr(dot + 1), Base64::kRawUrl);
        if (key_id && serial && !serial->empty()) {
            return RenewalId{.key_id = *std::move(key_id), .serial = *std::move(serial)};
        }
    }
    return Error{.code = Code::kInvalidArgument,
                 .detail =
                     "a certificate is named by base64url of key identifier and serial "
                     "number, with a dot between them",
                 .reason = kMalformed};
}

std::string encode_renewal_id(const RenewalId& id) {
    return encode_base64(id.key_id, Base64::kRawUrl) + "." +
           encode_base64(id.serial, Base64::kRawUrl);
}

}  // namespace step::acme
