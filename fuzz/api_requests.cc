#include <cassert>
#include <string_view>

#include "api/requests_impl.h"
#include "fuzz/fuzz.h"
#include "x509/certificate.h"
#include "x509/serial_key.h"

using namespace step;

FUZZ_TARGET(api_requests) {
    const std::string_view body(reinterpret_cast<const char*>(input.data()), input.size());
    // A failure of a body is never our fault, so it must never become a 500.
    const auto sign = api::decode_sign_request(body);
    assert(sign || sign.error().code == Code::kInvalidArgument);
    const auto rekey = api::decode_rekey_request(body);
    assert(rekey || rekey.error().code == Code::kInvalidArgument);
    const auto revoke = api::decode_revoke_request(body);
    if (!revoke) {
        assert(revoke.error().code == Code::kInvalidArgument ||
               revoke.error().code == Code::kUnsupported);
        return;
    }
    // However a serial was written, its decimal form names the same row.
    const auto again = x509::parse_serial(revoke->serial_text);
    assert(again && x509::serial_key(*again) == x509::serial_key(revoke->serial));
}
