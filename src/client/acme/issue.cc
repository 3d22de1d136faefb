#include "client/acme/issue.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "client/acme/issue_impl.h"
#include "crypto/keygen.h"
#include "json/write.h"
#include "x509/certificate.h"

namespace step::client::acme {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;

constexpr std::chrono::minutes kPatience{10};
/// Between looks where the server does not say: quick ones may be done at once.
constexpr std::array<milliseconds, 7> kPauses = {
    milliseconds(100),   milliseconds(250),   milliseconds(500),  milliseconds(1'000),
    milliseconds(2'000), milliseconds(3'000), milliseconds(5'000)};
constexpr std::string_view kChain = "application/pem-certificate-chain";

Result<Order> order_of(const Answer& answer) {
    STEP_ASSIGN(const json::Value value, answer.json());
    return read_order(value);
}

std::string order_payload(const Wish& wish) {
    json::Array identifiers;
    for (const Identifier& identifier : wish.identifiers) {
        identifiers.emplace_back(
            json::Object{{"type", identifier.type}, {"value", identifier.value}});
    }
    json::Object payload{{"identifiers", std::move(identifiers)}};
    if (wish.not_before) {
        payload.push_back({"notBefore", format_rfc3339(*wish.not_before)});
    }
    if (wish.not_after) {
        payload.push_back({"notAfter", format_rfc3339(*wish.not_after)});
    }
    return json::encode(json::Value(std::move(payload)));
}

/// Whether another account may help.
bool is_account_trouble(const Error& error) {
    return error.has_reason(kNoAccount) || error.has_reason(kUnauthorized);
}

Error failed_order(const Order& order, std::string_view what) {
    return {.code = Code::kForbidden,
            .detail = fmt::format("Unable to {} order: it is {}{}", what, order.status,
                                  order.error ? ": " + order.error->text() : ""),
            .reason = kRefused};
}

}  // namespace

Duration pause_after(std::optional<Duration> retry_after, unsigned looks) {
    const bool told = retry_after && *retry_after >= seconds(1);
    return told ? *retry_after : kPauses[std::min<std::size_t>(looks, kPauses.size() - 1)];
}

Status Issue::wait(Duration pause) {
    const Duration left = deadline_ - parts_.clock.monotonic();
    if (pause > left) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("the server is not done; the next look would be in {}, "
                                           "and this client waits for {} altogether",
                                           format_duration(pause), format_duration(kPatience))};
    }
    return parts_.pause(pause);
}

/// A look that is refused because it came too soon, or by a server that is busy, is repeated.
Result<Answer> Issue::look(const std::string& url) {
    for (unsigned looks = 0;; ++looks) {
        STEP_ASSIGN(Answer answer, parts_.session.post(url, "", *account_));
        const bool later = answer.status == 429 || answer.status == 503;
        if (!later || !answer.retry_after) {
            return answer;
        }
        STEP_TRY(wait(pause_after(answer.retry_after, looks)));
    }
}

Result<Order> Issue::order_by(const std::string& payload, Account& account,
                              const AccountFile& file) {
    if (account.url.empty()) {
        STEP_ASSIGN(account.url,
                    prefixed(parts_.session.account_url(account.key, file.contacts()),
                             fmt::format("error initializing ACME client with server {}: ",
                                         file.directory())));
        STEP_TRY(file.save(account));
    }
    constexpr std::string_view kWhere = "error creating new ACME order: ";
    STEP_ASSIGN(
        const Answer answer,
        prefixed(parts_.session.post(parts_.session.directory().new_order, payload, account),
                 kWhere));
    STEP_ASSIGN(Order order, prefixed(order_of(answer), kWhere));
    if (!is_usable_url(answer.location)) {
        return Error{.code = Code::kInternal,
                     .detail = fmt::format("{}the answer has no Location", kWhere)};
    }
    order.url = answer.location;
    return order;
}

Result<Order> Issue::new_order(const std::string& payload, const AccountFile& file) {
    STEP_ASSIGN(account_, file.load());
    if (account_) {
        // The server may have lost the account, or moved it: its key finds it, or makes it anew.
        for (int tries = 0; tries < 2; ++tries) {
            auto order = order_by(payload, *account_, file);
            if (order || !is_account_trouble(order.error())) {
                return order;
            }
            account_->url.clear();
        }
    }
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    account_ = Account{.key = std::move(key)};
    return order_by(payload, *account_, file);
}

Result<Order> Issue::await_order(const std::string& url, std::string_view status,
                                 std::optional<Duration> retry_after) {
    for (unsigned looks = 0;; ++looks) {
        const auto where = fmt::format("error retrieving order {}: ", url);
        STEP_ASSIGN(const Answer answer, prefixed(look(url), where));
        STEP_ASSIGN(Order order, prefixed(order_of(answer), where));
        parts_.tell(".");
        order.url = url;
        if (order.status == status || order.status == "valid") {
            return order;
        }
        const bool on_its_way = order.status == "processing" ||
                                (order.status == "ready" && status == "valid") ||
                                (order.status == "pending" && status == "ready");
        if (!on_its_way) {
            return failed_order(order, status == "ready" ? "validate" : "finalize");
        }
        retry_after = answer.retry_after ? answer.retry_after : retry_after;
        STEP_TRY(wait(pause_after(retry_after, looks)));
        retry_after.reset();
    }
}

Result<Order> Issue::finalize(const Order& order, const Bytes& csr) {
    const std::string payload =
        json::encode(json::Object{{"csr", encode_base64(csr, Base64::kRawUrl)}});
    STEP_ASSIGN(const Answer answer,
                prefixed(parts_.session.post(order.finalize, payload, *account_),
                         "error finalizing order: "));
    if (answer.refused()) {
        Error error = prefixed(answer.refusal(), "error finalizing order: ");
        // A request that was sent again because its connection broke may have been heard twice.
        if (!error.has_reason(kOrderNotReady)) {
            return error;
        }
        auto settled = await_order(order.url, "valid", answer.retry_after);
        return settled ? std::move(settled) : Result<Order>(std::move(error));
    }
    if (const auto now = order_of(answer); now && now->status == "valid") {
        parts_.tell(".");
        return now;
    }
    return await_order(order.url, "valid", answer.retry_after);
}

Result<std::string> Issue::download(const Order& order, const crypto::PublicKey& key) {
    const auto bad = [](std::string_view why) {
        return Error{.code = Code::kInternal,
                     .detail = fmt::format("error getting certificate: {}", why)};
    };
    STEP_ASSIGN(const Answer answer,
                prefixed(parts_.session.fetch(order.certificate, std::string(kChain), *account_),
                         "error getting certificate: "));
    if (answer.refused()) {
        return prefixed(answer.refusal(), "error getting certificate: ");
    }
    const std::string type(trim(split(answer.content_type, ';').front()));
    if (!equal_fold(type, kChain)) {
        return bad(fmt::format("its content type is '{}', not {}", printable(type), kChain));
    }
    const auto chain = x509::parse_certificates_pem(answer.body);
    if (!chain) {
        return bad(chain.error().detail);
    }
    STEP_ASSIGN(const crypto::PublicKey certified, chain->front().public_key());
    if (!(certified == key)) {
        return bad("it was made for another key");
    }
    std::string pem;
    for (const x509::Certificate& certificate : *chain) {
        pem += x509::encode_certificate_pem(certificate.der);
    }
    return pem;
}

Result<std::string> Issue::run(const Wish& wish, const AccountFile& file) {
    deadline_ = parts_.clock.monotonic() + kPatience;
    STEP_ASSIGN(Order order, new_order(order_payload(wish), file));
    STEP_TRY(authorize(order.authorizations));
    {
        Step step(parts_.tell, "Waiting for Order to be 'ready' for finalization .");
        STEP_ASSIGN(order, step.end(await_order(order.url, "ready", std::nullopt)));
    }
    if (order.status != "valid") {
        Step step(parts_.tell, "Finalizing Order .");
        STEP_ASSIGN(order, step.end(finalize(order, wish.csr)));
    }
    return download(order, wish.key);
}

}  // namespace step::client::acme
