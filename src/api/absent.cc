#include "api/errors.h"
#include "api/handlers_impl.h"

namespace step::api {

Answer absent_unsupported(const Call& /*call*/) {
    return Error{.code = Code::kUnsupported, .cause = "this CA has no SSH keys"};
}

Answer absent_not_found(const Call& /*call*/) {
    return Error{.code = Code::kNotFound, .cause = "this CA has no SSH keys"};
}

/// Not our bug: it is what the original says where it has no list of hosts.
Answer absent_broken(const Call& /*call*/) {
    return Error{.code = Code::kInternal, .cause = "this CA has no SSH hosts"};
}

Answer absent_crl(const Call& /*call*/) {
    return Error{.code = Code::kNotFound,
                 .cause = "certificate revocation lists are not enabled",
                 .reason = kNoCrl};
}

}  // namespace step::api
