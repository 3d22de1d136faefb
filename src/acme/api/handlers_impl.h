#pragma once

#include <map>
#include <string>

#include "acme/api/guard_impl.h"
#include "acme/api/key_cache_impl.h"
#include "acme/api/problem_impl.h"
#include "acme/api/rate_limiter_impl.h"
#include "acme/api/routes.h"
#include "base/result.h"
#include "http/message.h"

namespace step::acme {

/// What the handlers share: the collaborators, and what they remember.
struct State {
    explicit State(const Deps& deps);

    Deps deps;
    mutable KeyCache keys;
    mutable RateLimiter new_accounts, new_orders;
    /// DER of the certificates above those we issue, by SHA-256 in lower-case hexadecimal.
    std::map<std::string, Bytes, std::less<>> issuers{};
};

using Answer = Result<http::Response>;

// Without a signature.
Answer directory(const Place& place, const State& state, Reply& reply);
Answer new_nonce(const Place& place, const State& state, Reply& reply);
Answer renewal_info(const Place& place, const State& state, Reply& reply);
Answer issuer(const Place& place, const State& state, Reply& reply);

// Signed with an account's key, or with one that may become one.
Answer new_account(const AcmeRequest& request, const State& state, Reply& reply);
Answer account(const AcmeRequest& request, const State& state, Reply& reply);
Answer orders(const AcmeRequest& request, const State& state, Reply& reply);
Answer key_change(const AcmeRequest& request, const State& state, Reply& reply);
Answer new_order(const AcmeRequest& request, const State& state, Reply& reply);
Answer order(const AcmeRequest& request, const State& state, Reply& reply);
Answer finalize(const AcmeRequest& request, const State& state, Reply& reply);
Answer authorization(const AcmeRequest& request, const State& state, Reply& reply);
Answer challenge(const AcmeRequest& request, const State& state, Reply& reply);
Answer certificate(const AcmeRequest& request, const State& state, Reply& reply);
/// The same as issuer(), for clients that follow the link as RFC 8555 6.3 has it.
Answer issuer_as_get(const AcmeRequest& request, const State& state, Reply& reply);
Answer revoke_certificate(const AcmeRequest& request, const State& state, Reply& reply);

/// The segment of the path that stood for the `index`th "{}" behind the provisioner's.
const std::string& captured(const Place& place, std::size_t index = 0);
/// kMalformed unless there is no payload (RFC 8555 6.3).
Status check_post_as_get(const AcmeRequest& request);
/// kRateLimited if there is a wait, which goes into Retry-After.
Status check_rate(std::optional<std::chrono::seconds> wait, Reply& reply);

}  // namespace step::acme
