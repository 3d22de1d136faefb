#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "issuance/validity.h"
#include "json/value.h"
#include "x509/csr.h"

namespace step::api {

// The bodies of requests, decoded with the leniency of Go's decoder: names match in any case,
// unknown members and text after the first value are ignored, null is the zero value.
// Failures are kInvalidArgument with the original's words.

struct SignRequest {
    x509::Csr csr;
    std::string token{};
    issuance::TimeOrDuration not_before{}, not_after{};
    std::optional<json::Value> template_data{};  ///< What the client gives to templates.
};
Result<SignRequest> decode_sign_request(std::string_view body);

struct RekeyRequest {
    x509::Csr csr;
};
Result<RekeyRequest> decode_rekey_request(std::string_view body);

struct RevokeRequest {
    Bytes serial{};             ///< INTEGER contents.
    std::string serial_text{};  ///< Decimal.
    std::string token{}, reason{};
    int reason_code = 0;
};
/// Fails with kUnsupported unless the revocation is passive.
Result<RevokeRequest> decode_revoke_request(std::string_view body);

}  // namespace step::api
