#include "base/check.h"
#include "challenge/alpn_certificate.h"
#include "crypto/digest.h"
#include "fuzz/fuzz.h"

// A certificate that proves something holds the digest, and proves it for one name only.
FUZZ_TARGET(challenge_certificate) {
    const step::ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const step::Bytes key_authorization = "token.thumbprint";
    const bool name = static_cast<bool>(
        step::challenge::check_alpn_certificate(der, "a.test", key_authorization));
    const bool address = static_cast<bool>(
        step::challenge::check_alpn_certificate(der, "192.0.2.1", key_authorization));
    STEP_CHECK(!name || !address);
    if (name || address) {
        STEP_CHECK(der.find(step::crypto::sha256(key_authorization)) != step::ByteView::npos);
        STEP_CHECK(!step::challenge::check_alpn_certificate(der, "b.test", key_authorization));
        STEP_CHECK(!step::challenge::check_alpn_certificate(der, "a.test", "other"));
    }
}
