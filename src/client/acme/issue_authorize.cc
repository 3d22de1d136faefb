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

/// Takes the answer back when it goes, unless that was done.
class Shown {
public:
    Shown(HttpAnswers& answers, std::string token) : answers_(answers), token_(std::move(token)) {}
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;
    ~Shown() {
        if (!hidden_) {
            (void)answers_.hide(token_);
        }
    }
    Status hide() {
        hidden_ = true;
        return answers_.hide(token_);
    }

private:
    HttpAnswers& answers_;
    std::string token_;
    bool hidden_ = false;
};

}  // namespace

Result<std::optional<Duration>> Issue::respond(const Challenge& challenge) {
    const auto where = fmt::format("error validating ACME Challenge at {}: ", challenge.url);
    STEP_ASSIGN(const Answer answer,
                prefixed(parts_.session.post(challenge.url, "{}", *account_), where));
    if (answer.refused()) {
        return prefixed(answer.refusal(), where);
    }
    return answer.retry_after;
}

Status Issue::await_authorization(const std::string& url, std::optional<Duration> retry_after) {
    const std::chrono::nanoseconds begin = parts_.clock.monotonic();
    std::chrono::nanoseconds asked = begin;
    for (unsigned looks = 0;; ++looks) {
        STEP_TRY(wait(retry_after, looks));
        STEP_ASSIGN(const Answer answer, look(url));
        STEP_ASSIGN(const json::Value value, answer.json());
        STEP_ASSIGN(const Authorization now, read_authorization(value));
        if (now.status == "valid") {
            return ok();
        }
        const Challenge* challenge = now.find("http-01");
        const bool hopeless = challenge == nullptr || challenge->status == "invalid" ||
                              (challenge->error && parts_.clock.monotonic() - begin >= kHope);
        if (now.status != "pending" || hopeless) {
            return failed_challenge(now);
        }
        parts_.tell(".");
        retry_after = answer.retry_after;
        // Some servers look once for each response and then leave the challenge pending.
        const bool given_up = challenge->status == "pending" && challenge->error;
        if (given_up && parts_.clock.monotonic() - asked >= kRepeat) {
            asked = parts_.clock.monotonic();
            STEP_ASSIGN(retry_after, respond(*challenge));
        }
    }
}

Status Issue::answer_challenge(const std::string& url, const Challenge& challenge,
                               const std::string& name) {
    Step step(parts_.tell, fmt::format("Using {} Mode HTTP challenge to validate {}",
                                       parts_.answers.name(), name));
    Shown shown(parts_.answers, challenge.token);
    STEP_TRY(parts_.answers.show(
        challenge.token,
        fmt::format("{}.{}", challenge.token, jose::thumbprint(account_->key.public_key()))));
    parts_.tell(" .");
    std::optional<Duration> retry_after;
    if (challenge.status == "pending") {
        STEP_ASSIGN(retry_after, respond(challenge));
    }
    STEP_TRY(await_authorization(url, retry_after));
    return step.end(shown.hide());
}

Status Issue::authorize(const std::string& url) {
    const auto where = fmt::format("error retrieving ACME Authz at {}: ", url);
    STEP_ASSIGN(const Answer answer, prefixed(look(url), where));
    STEP_ASSIGN(const json::Value value, prefixed(answer.json(), where));
    STEP_ASSIGN(const Authorization authorization, prefixed(read_authorization(value), where));
    if (authorization.status == "valid") {
        return ok();
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
    return answer_challenge(url, *challenge, name_of(authorization));
}

}  // namespace step::client::acme
