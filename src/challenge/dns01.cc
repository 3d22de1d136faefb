#include "base/base64.h"
#include "challenge/outside_impl.h"
#include "crypto/digest.h"

namespace step::challenge {

Outcome dns01(const Request& request, const Outside& outside) {
    const std::string name = "_acme-challenge." + request.value;
    const auto records = outside.txt(name);
    if (!records) {
        // A name that cannot be asked for will not become one.
        return records.error().code == Code::kInvalidArgument
                   ? invalid(records.error().detail)
                   : retry("dns", "TXT records: " + records.error().detail);
    }
    const std::string wanted =
        encode_base64(crypto::sha256(request.key_authorization), Base64::kRawUrl);
    if (std::find(records->begin(), records->end(), wanted) != records->end()) {
        return valid();
    }
    // A secondary server or a cache may lag behind.
    return retry(
        "rejectedIdentifier",
        fmt::format("none of {} TXT record(s) of {} is the digest of the key authorization",
                    records->size(), name));
}

}  // namespace step::challenge
