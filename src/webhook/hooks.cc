#include "webhook/hooks.h"

#include <fmt/format.h>

#include "http/waiting.h"
#include "issuance/hooks.h"
#include "tmpl/convert.h"
#include "webhook/body.h"
#include "webhook/notifier_impl.h"

namespace step::webhook {
namespace {

using issuance::HookRequest;
using issuance::Hooks;

/// One webhook of one provisioner.
struct Row {
    Row(Target made, Caller& caller, Log& log)
        : target(std::move(made)), notifier(target, caller, log) {}

    Target target;
    Notifier notifier;
};
using Rows = std::vector<std::unique_ptr<Row>>;

bool concerns(const Row& row, Kind kind, Hooks::CertType type) {
    const Webhook& config = row.target.config();
    return config.kind == kind &&
           (config.cert_type == CertType::kAll ||
            config.cert_type ==
                (type == Hooks::CertType::kX509 ? CertType::kX509 : CertType::kSsh));
}

Hooks::CertType type_of(const HookRequest& request) {
    return request.ssh != nullptr ? Hooks::CertType::kSsh : Hooks::CertType::kX509;
}

/// Says which webhook it was, for the log, and at which step, for the api.
Error explain(Error error, const Target& target, const char* reason) {
    if (error.code == Code::kForbidden) {
        error.reason = reason;
    }
    return std::move(error).with("webhook " + target.config().name);
}

/// What templates in URLs see once some webhooks have answered.
tmpl::Value with_answers(const tmpl::Value& data, const Hooks::Answers& answers) {
    const auto seen = tmpl::make_map();
    if (const auto* given = data.as_map(); given != nullptr && *given != nullptr) {
        for (const auto& [key, value] : (*given)->items()) {
            seen->set(key, value);
        }
    }
    const auto webhooks = tmpl::make_map();
    for (const auto& [name, answer] : answers) {
        if (Result<tmpl::Value> value = tmpl::from_json(answer)) {
            webhooks->set(name, *std::move(value));
        }
    }
    seen->set("Webhooks", webhooks);
    return seen;
}

class WebHooks final : public Hooks {
public:
    explicit WebHooks(Shared shared)
        : clock_(shared.clock),
          random_(shared.random),
          log_(shared.log),
          caller_(shared.clock, std::move(shared.world), shared.patience) {}

    Status add(OfProvisioner provisioner, CredentialMap& credentials) {
        Rows& rows = rows_[provisioner.id];
        for (Webhook& webhook : provisioner.webhooks) {
            Credentials its;
            if (const auto found = credentials.find(webhook.id); found != credentials.end()) {
                its = {.signing_key = found->second.signing_key.clone(),
                       .authorization = found->second.authorization.clone()};
            }
            STEP_ASSIGN(Target target, Target::make(std::move(webhook), std::move(its)));
            rows.push_back(std::make_unique<Row>(std::move(target), caller_, log_));
        }
        return ok();
    }

    Wanted wanted(const issuance::ProvisionerRef& provisioner, CertType type) const override {
        Wanted all;
        for (const std::unique_ptr<Row>& row : of(provisioner)) {
            all.enrich = all.enrich || concerns(*row, Kind::kEnriching, type);
            all.authorize = all.authorize || concerns(*row, Kind::kAuthorizing, type);
            all.notify = all.notify || concerns(*row, Kind::kNotifying, type);
        }
        return all;
    }

    Result<Answers> enrich(const HookRequest& request) override {
        STEP_ASSIGN(const http::WaitingOutside waiting, http::WaitingOutside::begin());
        Answers answers;
        std::string rest;
        for (const std::unique_ptr<Row>& row : of(request.provisioner)) {
            const Target& target = row->target;
            if (!concerns(*row, Kind::kEnriching, type_of(request))) {
                continue;
            }
            if (rest.empty()) {
                STEP_ASSIGN(rest, request_body(request, clock_, random_));
            }
            const tmpl::Value data = target.has_template() && !answers.empty()
                                         ? with_answers(request.data, answers)
                                         : request.data;
            Result<Answer> answer =
                ask(target, data, rest, request.request_id, issuance::kEnrichRefused);
            if (!answer) {
                return std::move(answer).error();
            }
            answers.insert_or_assign(target.config().name, std::move(answer->data));
        }
        return answers;
    }

    Status authorize(const HookRequest& request, const issuance::X509HookDraft& draft) override {
        return authorize_any(request, draft);
    }
    Status authorize(const HookRequest& request, const issuance::SshHookDraft& draft) override {
        return authorize_any(request, draft);
    }
    void notify(const HookRequest& request,
                const issuance::X509HookIssued& issued) noexcept override {
        notify_any(request, issued);
    }
    void notify(const HookRequest& request,
                const issuance::SshHookIssued& issued) noexcept override {
        notify_any(request, issued);
    }

private:
    const Rows& of(const issuance::ProvisionerRef& provisioner) const {
        const auto found = rows_.find(provisioner.id);
        return found == rows_.end() ? none_ : found->second;
    }

    /// An answer that allows.
    Result<Answer> ask(const Target& target, const tmpl::Value& data, std::string_view rest,
                       const std::string& request_id, const char* reason) {
        const Result<std::string> url = target.url(data, {.clock = clock_, .random = random_});
        if (!url) {
            return explain(url.error(), target, reason);
        }
        Result<Answer> answer = caller_.call(target, *url, rest, request_id);
        if (!answer) {
            return explain(std::move(answer).error(), target, reason);
        }
        if (!answer->allow) {
            return explain({.code = Code::kForbidden, .detail = refusal_text(*answer)}, target,
                           reason);
        }
        return answer;
    }

    template <class Draft>
    Status authorize_any(const HookRequest& request, const Draft& draft) {
        STEP_ASSIGN(const http::WaitingOutside waiting, http::WaitingOutside::begin());
        std::string rest;
        for (const std::unique_ptr<Row>& row : of(request.provisioner)) {
            if (!concerns(*row, Kind::kAuthorizing, type_of(request))) {
                continue;
            }
            if (rest.empty()) {
                STEP_ASSIGN(rest, draft_body(request, draft));
            }
            STEP_TRY(ask(row->target, request.data, rest, request.request_id,
                         issuance::kAuthorizeRefused));
        }
        return ok();
    }

    template <class Issued>
    void notify_any(const HookRequest& request, const Issued& issued) noexcept {
        try {
            std::string rest;
            for (const std::unique_ptr<Row>& row : of(request.provisioner)) {
                if (concerns(*row, Kind::kNotifying, type_of(request))) {
                    post(*row, request, issued, rest);
                }
            }
        } catch (const std::exception& failure) {  // For want of memory.
            log_.write(Level::kWarning, "webhooks were not notified", {});
        }
    }

    template <class Issued>
    void post(Row& row, const HookRequest& request, const Issued& issued, std::string& rest) {
        Status made = [&]() -> Status {
            if (rest.empty()) {
                STEP_ASSIGN(rest, issued_body(request, issued, clock_, random_));
            }
            STEP_ASSIGN(std::string url,
                        row.target.url(request.data, {.clock = clock_, .random = random_}));
            row.notifier.post(
                {.url = std::move(url), .rest = rest, .request_id = request.request_id});
            return ok();
        }();
        if (!made) {
            log_.write(Level::kWarning,
                       fmt::format("webhook {} was not notified: {}", row.target.config().name,
                                   made.error().detail),
                       {{.name = "error", .value = made.error().cause}});
        }
    }

    const Clock& clock_;
    Random& random_;
    Log& log_;
    Caller caller_;
    const Rows none_{};
    std::map<std::string, Rows, std::less<>> rows_{};
};

}  // namespace

Result<std::unique_ptr<issuance::Hooks>> make_hooks(Shared shared,
                                                    std::vector<OfProvisioner> provisioners,
                                                    CredentialMap credentials) {
    std::erase_if(provisioners, [](const OfProvisioner& one) { return one.webhooks.empty(); });
    if (provisioners.empty()) {
        return std::unique_ptr<issuance::Hooks>();
    }
    auto hooks = std::make_unique<WebHooks>(std::move(shared));
    for (OfProvisioner& provisioner : provisioners) {
        STEP_TRY(hooks->add(std::move(provisioner), credentials));
    }
    return std::unique_ptr<issuance::Hooks>(std::move(hooks));
}

}  // namespace step::webhook
