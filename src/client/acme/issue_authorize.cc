#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "client/acme/issue_impl.h"
#include "jose/jwk.h"

namespace step::client::acme {
namespace {

/// RFC 8555 8.2: a response may be sent again to make the server look again, not too often.
constexpr std::chrono::seconds kRepeat{5};
/// How long a server may go on trying once it says what is wrong: a name that leads elsewhere does
/// not mend itself.
constexpr std::chrono::seconds kHope{60};

std::string name_of(const Authorization& authorization) {
    return (authorization.wildcard ? "*." : "") + printable(authorization.identifier.value);
}

std::string title_of(const HttpAnswers& answers, const std::string& name) {
    return fmt::format("Using {} Mode HTTP challenge to validate {}", answers.name(), name);
}

Error failed_challenge(const Authorization& authorization) {
    const Challenge* tried = authorization.find("http-01");
    const auto blamed = tried != nullptr && tried->error ? tried->error : std::optional<Problem>();
    return {
        .code = Code::kForbidden,
        .detail = fmt::format("Unable to validate challenge: {}",
                              blamed ? blamed->text()
                                     : fmt::format("the authorization for {} is {}",
                                                   name_of(authorization), authorization.status)),
        .reason = kRefused};
}

}  // namespace

/// A challenge on its way. Its answer is taken back when it goes, unless that was done.
struct Issue::Proof {
    Proof(HttpAnswers& with, std::string authorization, std::string of, std::string by)
        : answers(with), url(std::move(authorization)), name(std::move(of)), token(std::move(by)) {}
    Proof(const Proof&) = delete;
    Proof& operator=(const Proof&) = delete;
    ~Proof() {
        if (!hidden) {
            (void)answers.hide(token);
        }
    }
    Status hide() {
        hidden = true;
        return answers.hide(token);
    }

    HttpAnswers& answers;
    std::string url, name, token;
    std::chrono::nanoseconds began{}, asked{}, look_at{};  ///< Of the monotonic clock.
    std::optional<Duration> told{};  ///< By the answer to the challenge: when to look again.
    bool hidden = false;
};

Status Issue::respond(Proof& proof, const Challenge& challenge) {
    const auto where = fmt::format("error validating ACME Challenge at {}: ", challenge.url);
    STEP_ASSIGN(const Answer answer,
                prefixed(parts_.session.post(challenge.url, "{}", *account_), where));
    if (answer.refused()) {
        return prefixed(answer.refusal(), where);
    }
    proof.asked = parts_.clock.monotonic();
    // Most tries take no time: one look comes soon (RFC 8555 7.5.1 has Retry-After for those).
    proof.look_at = proof.asked + pause_after({}, 0);
    proof.told = answer.retry_after;
    return ok();
}

Status Issue::show(Proof& proof, const Challenge& challenge) {
    STEP_TRY(parts_.answers.show(
        challenge.token,
        fmt::format("{}.{}", challenge.token, jose::thumbprint(account_->key.public_key()))));
    proof.began = proof.asked = parts_.clock.monotonic();
    proof.look_at = proof.began + pause_after({}, 0);
    return challenge.status == "pending" ? respond(proof, challenge) : ok();
}

Result<std::unique_ptr<Issue::Proof>> Issue::begin_proof(const std::string& url) {
    const auto where = fmt::format("error retrieving ACME Authz at {}: ", url);
    STEP_ASSIGN(const Answer answer, prefixed(look(url), where));
    STEP_ASSIGN(const json::Value value, prefixed(answer.json(), where));
    STEP_ASSIGN(const Authorization authorization, prefixed(read_authorization(value), where));
    if (authorization.status == "valid") {
        return std::unique_ptr<Proof>();
    }
    const Challenge* challenge = authorization.find("http-01");
    if (challenge == nullptr) {
        return Error{.code = Code::kUnsupported,
                     .detail = fmt::format("unable to validate any challenges for identifier: {}",
                                           name_of(authorization))};
    }
    if (authorization.status != "pending" || challenge->status == "invalid") {
        return failed_challenge(authorization);
    }
    auto proof =
        std::make_unique<Proof>(parts_.answers, url, name_of(authorization), challenge->token);
    if (Status shown = show(*proof, *challenge); !shown) {
        const Step step(parts_.tell, title_of(parts_.answers, proof->name));
        return std::move(shown).error();
    }
    return proof;
}

Status Issue::await_authorization(Proof& proof) {
    for (unsigned looks = 1;; ++looks) {
        if (const Duration left = proof.look_at - parts_.clock.monotonic();
            left > Duration::zero()) {
            STEP_TRY(wait(left));
        }
        STEP_ASSIGN(const Answer answer, look(proof.url));
        STEP_ASSIGN(const json::Value value, answer.json());
        STEP_ASSIGN(const Authorization authorization, read_authorization(value));
        if (authorization.status == "valid") {
            return ok();
        }
        const std::chrono::nanoseconds now = parts_.clock.monotonic();
        const Challenge* challenge = authorization.find("http-01");
        const bool hopeless = challenge == nullptr || challenge->status == "invalid" ||
                              (challenge->error && now - proof.began >= kHope);
        if (authorization.status != "pending" || hopeless) {
            return failed_challenge(authorization);
        }
        parts_.tell(".");
        const auto told = std::exchange(proof.told, {});
        proof.look_at = now + pause_after(answer.retry_after ? answer.retry_after : told, looks);
        // Some servers look once for each response and then leave the challenge pending.
        const bool given_up = challenge->status == "pending" && challenge->error;
        if (given_up && now - proof.asked >= kRepeat) {
            STEP_TRY(respond(proof, *challenge));
        }
    }
}

Status Issue::await_proof(Proof& proof) {
    Step step(parts_.tell, title_of(parts_.answers, proof.name));
    parts_.tell(" .");
    STEP_TRY(await_authorization(proof));
    return step.end(proof.hide());
}

Status Issue::authorize(const std::vector<std::string>& urls) {
    std::vector<std::unique_ptr<Proof>> proofs;
    for (const std::string& url : urls) {
        STEP_ASSIGN(std::unique_ptr<Proof> proof, begin_proof(url));
        if (proof != nullptr) {
            proofs.push_back(std::move(proof));
        }
    }
    for (const std::unique_ptr<Proof>& proof : proofs) {
        STEP_TRY(await_proof(*proof));
    }
    return ok();
}

}  // namespace step::client::acme
