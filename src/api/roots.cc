#include "api/errors.h"
#include "api/handlers_impl.h"
#include "base/text.h"

namespace step::api {
namespace {

constexpr const char* kPemFile = "application/x-pem-file";

}  // namespace

Answer health(const Call& /*call*/) {
    return http::Response{.body = "{\"status\":\"ok\"}\n"};
}

Answer version(const Call& call) {
    return http::Response{.body = call.state.version};
}

Answer root(const Call& call) {
    const std::string sha = to_lower(replace_all(call.request.captures.at(0), "-", ""));
    const auto found = call.state.root_by_sha.find(sha);
    if (found == call.state.root_by_sha.end()) {
        return Error{.code = Code::kNotFound,
                     .detail = "root certificate with fingerprint " + quote(sha) + " was not found",
                     .reason = kRootNotFound};
    }
    return http::Response{.body = found->second};
}

// The original answers these lists with 201, and clients have come to expect it.

Answer roots(const Call& call) {
    return http::Response{.status = 201, .body = call.state.roots};
}

Answer intermediates(const Call& call) {
    return http::Response{.status = 201, .body = call.state.intermediates};
}

Answer federation(const Call& call) {
    return http::Response{.status = 201, .body = call.state.federation};
}

Answer roots_pem(const Call& call) {
    return http::Response{.content_type = kPemFile, .body = call.state.roots_pem};
}

Answer intermediates_pem(const Call& call) {
    return http::Response{.content_type = kPemFile, .body = call.state.intermediates_pem};
}

}  // namespace step::api
