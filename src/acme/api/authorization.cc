#include <algorithm>

#include "acme/api/encode_impl.h"
#include "acme/api/handlers_impl.h"
#include "acme/api/payloads_impl.h"
#include "acme/service.h"
#include "http/waiting.h"

namespace step::acme {
namespace {

/// A first try takes milliseconds, a later one waits for its turn.
constexpr std::chrono::seconds kFirst{1}, kLater{5};

/// How long whoever looks while a try runs is kept: most tries are over by then, and nobody has to
/// come again for what is about to be known.
constexpr std::chrono::milliseconds kHold{250};

std::chrono::seconds wait_for(const Challenge& challenge, SysTime now) {
    if (challenge.tries == 0 || !challenge.due) {
        return kFirst;
    }
    return std::clamp(std::chrono::ceil<std::chrono::seconds>(*challenge.due - now), kFirst,
                      kLater);
}

bool is_processing(const Service::AuthorizationView& view) {
    return view.status == AuthorizationStatus::kPending &&
           std::ranges::any_of(view.authorization.challenges, [](const Challenge& challenge) {
               return challenge.status == ChallengeStatus::kProcessing;
           });
}

/// What there is to see, after a try that runs if it is over soon.
Result<Service::AuthorizationView> look(const AcmeRequest& request, const Service& service,
                                        const std::string& id) {
    STEP_ASSIGN(Service::AuthorizationView view, service.find_authorization(*request.account, id));
    if (is_processing(view)) {
        const auto waiting = http::WaitingOutside::begin();
        if (waiting && service.await_try(id, kHold)) {
            return service.find_authorization(*request.account, id);
        }
    }
    return view;
}

void set_retry_after(const Service::AuthorizationView& view, const State& state, Reply& reply) {
    if (view.status != AuthorizationStatus::kPending) {
        return;
    }
    for (const Challenge& challenge : view.authorization.challenges) {
        if (challenge.status == ChallengeStatus::kProcessing) {
            reply.retry_after = wait_for(challenge, state.deps.clock.now());
        }
    }
}

const Challenge* find(const Authorization& authorization, ChallengeType type) {
    const auto found = std::ranges::find(authorization.challenges, type, &Challenge::type);
    return found == authorization.challenges.end() ? nullptr : &*found;
}

}  // namespace

Answer authorization(const AcmeRequest& request, const State& state, Reply& reply) {
    const Service& service = state.deps.service;
    const std::string& id = captured(request);
    if (!request.is_post_as_get()) {
        STEP_TRY(read_deactivation(request.payload));
    }
    STEP_ASSIGN(const Service::AuthorizationView view,
                request.is_post_as_get() ? look(request, service, id)
                                         : service.deactivate_authorization(*request.account, id));
    set_retry_after(view, state, reply);
    reply.headers.emplace_back("Location", request.links.authorization(id));
    return http::Response{.body = encode_authorization(view, request.links)};
}

/// A payload of any kind says that the client is ready: old ones send more than {}. None asks for
/// the challenge only (RFC 8555 7.5.1).
Answer challenge(const AcmeRequest& request, const State& state, Reply& reply) {
    const Service& service = state.deps.service;
    const std::string& id = captured(request);
    const std::optional<ChallengeType> type = challenge_type(captured(request, 1));
    if (!type) {
        return malformed("there is no such challenge");
    }
    STEP_ASSIGN(const Service::AuthorizationView view,
                request.is_post_as_get() ? look(request, service, id)
                                         : service.begin_challenge(*request.account, id, *type));
    const Challenge* asked = find(view.authorization, *type);
    if (asked == nullptr) {
        return malformed("there is no such challenge");
    }
    if (asked->status == ChallengeStatus::kProcessing) {
        set_retry_after(view, state, reply);
    }
    reply.headers.emplace_back("Link", link_header(request.links.authorization(id), "up"));
    reply.headers.emplace_back("Location", request.links.challenge(id, *type));
    return http::Response{.body = encode_challenge(*asked, view.authorization, request.links)};
}

}  // namespace step::acme
