#include "base/ip.h"
#include "challenge/alpn_certificate.h"
#include "challenge/identifier.h"
#include "challenge/outside_impl.h"
#include "http/tls_probe.h"

namespace step::challenge {
namespace {

constexpr const char* kProtocol = "acme-tls/1";

Result<http::Handshake> shake(const Request& request, const Outside& outside) {
    const Outside::Parts& parts = outside.parts();
    const auto literal = net::Address::parse(request.value);
    return outside.at_each_address<http::Handshake>(
        request.value,
        [&](const std::string& address, std::chrono::milliseconds time) -> Result<http::Handshake> {
            auto shaken = http::shake_hands(
                {.address = join_host_port(address, std::to_string(parts.settings.tls_port)),
                 .server_name = literal ? reverse_name(literal->octets()) : request.value,
                 .timeout = time,
                 .protocol = kProtocol,
                 .stop_fd = parts.stop_fd},
                *parts.tls);
            if (!shaken && shaken.error().has_reason(http::kNoProtocol)) {
                return http::Handshake{};  // An answer: no other address need be asked.
            }
            return shaken;
        });
}

}  // namespace

Outcome tls_alpn01(const Request& request, const Outside& outside) {
    const auto shaken = shake(request, outside);
    if (!shaken) {
        return not_reached(
            {.code = shaken.error().code,
             .detail = fmt::format("TLS with {}: {}", request.value, shaken.error().detail)});
    }
    if (shaken->protocol != kProtocol) {
        return invalid("cannot negotiate ALPN acme-tls/1 protocol for tls-alpn-01 challenge");
    }
    if (shaken->chain.empty()) {
        return invalid("tls-alpn-01 challenge resulted in no certificates");
    }
    const Status checked =
        check_alpn_certificate(shaken->chain.front(), request.value, request.key_authorization);
    return checked ? valid() : invalid(checked.error().detail);
}

}  // namespace step::challenge
