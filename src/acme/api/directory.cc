#include "acme/api/encode_impl.h"
#include "acme/api/handlers_impl.h"
#include "acme/service.h"

namespace step::acme {
namespace {

/// RFC 9773 4.3: how often clients look. A certificate of a day has four looks in its life.
constexpr std::chrono::seconds kLookAgain = std::chrono::hours(6);

}  // namespace

Answer directory(const Place& place, const State&, Reply&) {
    return http::Response{.body = encode_directory(place.settings, place.links)};
}

Answer new_nonce(const Place& place, const State&, Reply&) {
    const bool head = place.request.method == "HEAD";
    return http::Response{.status = head ? 200 : 204, .content_type = ""};
}

Answer renewal_info(const Place& place, const State& state, Reply& reply) {
    auto info = state.deps.service.renewal_info(place.provisioner, captured(place));
    if (!info) {
        if (info.error().code == Code::kNotFound) {
            reply.failure_status = 404;
        }
        return std::move(info).error();
    }
    reply.retry_after = kLookAgain;
    return http::Response{.body = encode_renewal_info(*info)};
}

}  // namespace step::acme
