#include <cassert>
#include <string_view>

#include "crypto/digest.h"
#include "fuzz/fuzz.h"
#include "jose/strict.h"
#include "json/value.h"
#include "provisioner/provisioner.h"

using namespace step;

namespace {

provisioner::Provisioner make_aws() {
    json::Value entry;
    entry.set("type", "AWS");
    entry.set("name", "a");
    auto made = provisioner::make(entry, {});
    assert(made && made->sign);
    return *std::move(made);
}

/// The input as claims that somebody has signed with the signature it names, if it names one.
std::string as_token(std::string_view text) {
    const std::string start =
        jose::encode_base64url(R"({"alg":"HS256"})") + "." + jose::encode_base64url(text);
    return start + "." +
           jose::encode_base64url(crypto::hmac(crypto::Hash::kSha256, "signature", start));
}

}  // namespace

FUZZ_TARGET(provisioner_aws_token) {
    static const provisioner::Provisioner aws = make_aws();
    static const provisioner::Audiences audiences = provisioner::make_audiences({"ca.test"});
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    for (const std::string& token : {std::string(text), as_token(text)}) {
        const auto parsed = provisioner::parse_token(token);
        if (!parsed) {
            continue;
        }
        const auto allowed = (*aws.sign)(*parsed, {.now = {}, .audiences = audiences});
        // Nobody but AWS signs documents, and the client hears nothing of why not.
        assert(!allowed && allowed.error().code == Code::kUnauthenticated);
        assert(allowed.error().detail.empty());
    }
}
