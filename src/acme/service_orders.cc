#include <algorithm>

#include "acme/failed_impl.h"
#include "acme/identifiers.h"
#include "acme/ids_impl.h"
#include "acme/renewal_id.h"
#include "acme/service.h"
#include "acme/states.h"
#include "base/ip.h"
#include "issuance/rules.h"
#include "issuance/validity.h"
#include "x509/serial_key.h"

namespace step::acme {
namespace {

constexpr std::chrono::hours kLifetime{24};  ///< Of orders and authorizations, as the original's.

/// An authorization that is used again must last at least this long.
constexpr std::chrono::minutes kReuseMargin{30};

/// The types of challenge that can prove an identifier, in the original's order.
std::vector<ChallengeType> challenges_for(const Identifier& identifier, bool wildcard,
                                          const provisioner::AcmeSettings& settings) {
    using enum ChallengeType;
    std::vector<ChallengeType> fit;
    if (identifier.type == "ip") {
        fit = {kHttp01, kTlsAlpn01};
    } else if (wildcard) {
        fit = {kDns01};
    } else {
        fit = {kDns01, kHttp01, kTlsAlpn01};
    }
    std::erase_if(fit, [&](ChallengeType type) {
        return !settings.challenges.contains(std::string(name_of(type)));
    });
    return fit;
}

/// What the policies say of one identifier; the common name is not asked about.
Status check_policy(const policy::X509Policy* policy, const Identifier& identifier) {
    if (policy == nullptr) {
        return ok();
    }
    x509::AltNames names;
    if (identifier.type == "ip") {
        names.ips.push_back(parse_ip(identifier.value).value_or(Bytes()));
    } else {
        names.dns.push_back(identifier.value);
    }
    return policy->check("", names);
}

/// The settings an order is judged by: those of the profile it names, else the provisioner's.
struct Terms {
    const issuance::Claims* claims = nullptr;
    const issuance::Rules* rules = nullptr;
};

Result<Terms> terms_of(const provisioner::Provisioner& provisioner, const std::string& profile) {
    if (profile.empty()) {
        return Terms{.claims = &provisioner.claims, .rules = provisioner.rules.get()};
    }
    const auto found = provisioner.acme->profiles.find(profile);
    if (found == provisioner.acme->profiles.end()) {
        return failed(Code::kInvalidArgument, kInvalidProfile,
                      "there is no profile of this name; the directory lists those there are");
    }
    return Terms{.claims = &found->second.claims, .rules = found->second.rules.get()};
}

Result<issuance::Validity> validity_of(const Service::NewOrder& request,
                                       const issuance::Claims& claims, Duration backdate,
                                       SysTime now) {
    const auto at = [](const std::optional<SysSeconds>& time) {
        return time ? issuance::TimeOrDuration{.time = SysTime(*time)} : issuance::TimeOrDuration();
    };
    auto validity = issuance::decide_validity(
        at(request.not_before), at(request.not_after),
        {.min = claims.min_tls, .max = claims.max_tls, .normal = claims.default_tls}, backdate,
        now);
    if (!validity) {
        return failed(Code::kInvalidArgument, kMalformed, validity.error().detail);
    }
    return validity;
}

Error not_ours() {
    return failed(Code::kInvalidArgument, kMalformed,
                  "replaces names no certificate of this account");
}

}  // namespace

Result<Service::OrderView> Service::new_order(const provisioner::Provisioner& provisioner,
                                              const Account& account, const NewOrder& request,
                                              std::vector<Problem::Part>& refused) const {
    const SysTime now = deps_.clock.now();
    const provisioner::AcmeSettings& settings = *provisioner.acme;
    STEP_ASSIGN(const std::vector<Identifier> identifiers, canonical(request.identifiers, refused));
    STEP_ASSIGN(const Terms terms, terms_of(provisioner, request.profile));
    const auto* own = terms.rules != nullptr ? terms.rules->policies.x509.get() : nullptr;
    for (const Identifier& identifier : identifiers) {
        const bool wildcard = identifier.value.starts_with("*.");
        Status allowed = check_policy(own, identifier);
        if (allowed) {
            allowed = check_policy(deps_.issuer.authority().policy.get(), identifier);
        }
        if (!allowed) {
            refused.push_back({.type = "rejectedIdentifier",
                               .detail = allowed.error().detail,
                               .identifier = identifier});
        } else if (challenges_for(identifier, wildcard, settings).empty()) {
            refused.push_back(
                {.type = "rejectedIdentifier",
                 .detail = "no challenge this provisioner offers can prove " + identifier.value,
                 .identifier = identifier});
        }
    }
    if (!refused.empty()) {
        return failed(Code::kForbidden, kRejectedIdentifier, refused.front().detail);
    }
    const Duration backdate = deps_.issuer.authority().backdate;
    STEP_ASSIGN(const issuance::Validity validity,
                validity_of(request, *terms.claims, backdate, now));
    Bytes replaced;
    if (!request.replaces.empty()) {
        STEP_ASSIGN(const RenewalId named, parse_renewal_id(request.replaces));
        replaced = x509::serial_key(named.serial);
        STEP_TRY(check_replaced(account, replaced, identifiers));
    }

    const SysSeconds created = std::chrono::floor<std::chrono::seconds>(now);
    Order order{.id = make_id(deps_.clock, deps_.random),
                .account_id = account.id,
                .provisioner_id = provisioner.id,
                .identifiers = identifiers,
                .not_before = validity.not_before,
                .not_after = validity.not_after,
                .created = created,
                .expires = created + kLifetime,
                .profile = request.profile,
                .replaces = request.replaces,
                .version = 1};
    std::vector<Authorization> fresh;
    for (const Identifier& identifier : identifiers) {
        const bool wildcard = identifier.value.starts_with("*.");
        Authorization one{.id = make_id(deps_.clock, deps_.random),
                          .account_id = account.id,
                          .identifier = {.type = identifier.type,
                                         .value = identifier.value.substr(wildcard ? 2 : 0)},
                          .wildcard = wildcard,
                          .token = make_token(deps_.random),
                          .created = created,
                          .expires = order.expires,
                          .reusable = settings.reuse_authorizations,
                          .version = 1};
        for (const ChallengeType type : challenges_for(one.identifier, wildcard, settings)) {
            one.challenges.push_back({.type = type});
        }
        fresh.push_back(std::move(one));
    }

    std::vector<Authorization> used;
    STEP_TRY(deps_.database.transact([&](storage::Transaction& transaction) -> Status {
        used.clear();
        order.authorization_ids.clear();
        if (!replaced.empty()) {
            STEP_TRY(mark_replaced(transaction, account, replaced, order.id));
        }
        for (const Authorization& one : fresh) {
            std::optional<Authorization> valid;
            if (settings.reuse_authorizations) {
                STEP_ASSIGN(
                    valid, store_.authorizations.find_valid(transaction, account.id, one.identifier,
                                                            one.wildcard, created + kReuseMargin));
            }
            if (!valid) {
                STEP_TRY(store_.authorizations.insert(transaction, one));
            }
            used.push_back(valid ? *std::move(valid) : one);
            order.authorization_ids.push_back(used.back().id);
        }
        return store_.orders.insert(transaction, order);
    }));
    const OrderStatus status = effective_status(order, used, now);
    return OrderView{.order = std::move(order), .status = status};
}

/// RFC 9773 5: a certificate of this account, which has a name in common with the order.
Status Service::check_replaced(const Account& account, ByteView serial,
                               const std::vector<Identifier>& identifiers) const {
    std::optional<CertificateOwner> owner;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(owner, store_.certificates.get(view, serial));
        return ok();
    }));
    STEP_ASSIGN(const std::optional<issuance::Entry> entry, deps_.ledger.find(serial));
    if (!owner || owner->account_id != account.id || !entry) {
        return not_ours();
    }
    STEP_ASSIGN(const auto certificate, x509::parse_certificate(entry->certificate));
    const std::set<Identifier> names = identifiers_of(certificate);
    const bool shared = std::ranges::any_of(
        identifiers, [&](const Identifier& one) { return names.contains(one); });
    return shared ? ok()
                  : Status(failed(Code::kInvalidArgument, kMalformed,
                                  "replaces names a certificate for other identifiers"));
}

/// RFC 9773 5: one order that is not invalid replaces a certificate.
Status Service::mark_replaced(storage::Transaction& transaction, const Account& account,
                              ByteView serial, const std::string& by) const {
    STEP_ASSIGN(std::optional<CertificateOwner> owner,
                store_.certificates.get(transaction, serial));
    if (!owner || owner->account_id != account.id) {
        return not_ours();
    }
    if (!owner->replaced_by.empty()) {
        STEP_ASSIGN(const std::optional<Order> before,
                    store_.orders.get(transaction, owner->replaced_by));
        if (before && load_status(transaction, *before) != OrderStatus::kInvalid) {
            return failed(Code::kConflict, kAlreadyReplaced,
                          "order " + before->id + " replaces this certificate already");
        }
    }
    owner->replaced_by = by;
    return store_.certificates.update(transaction, *owner);
}

OrderStatus Service::load_status(const storage::Snapshot& view, const Order& order) const {
    std::vector<Authorization> authorizations;
    for (const std::string& id : order.authorization_ids) {
        if (auto one = store_.authorizations.get(view, id); one && *one) {
            authorizations.push_back(*std::move(*one));
        }
    }
    return effective_status(order, authorizations, deps_.clock.now());
}

Result<Service::OrderView> Service::load(const storage::Snapshot& view, const Account& account,
                                         std::string_view id) const {
    STEP_ASSIGN(std::optional<Order> order, store_.orders.get(view, id));
    if (!order) {
        return failed(Code::kNotFound, kMalformed, "order " + std::string(id) + " not found");
    }
    if (order->account_id != account.id) {
        return failed(Code::kForbidden, kUnauthorized,
                      "account '" + account.id + "' does not own order '" + std::string(id) + "'");
    }
    const OrderStatus status = load_status(view, *order);
    return OrderView{.order = *std::move(order), .status = status};
}

Result<Service::OrderView> Service::find_order(const Account& account, std::string_view id) const {
    OrderView seen;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(seen, load(view, account, id));
        return ok();
    }));
    return seen;
}

Result<Service::OrderPage> Service::list_orders(const Account& account, std::string_view after,
                                                std::size_t limit) const {
    OrderPage page;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        page = {};
        STEP_ASSIGN(const std::vector<std::string> ids,
                    store_.orders.of_account(view, account.id, after, limit));
        for (const std::string& id : ids) {
            STEP_ASSIGN(const std::optional<Order> order, store_.orders.get(view, id));
            if (order && load_status(view, *order) != OrderStatus::kInvalid) {
                page.ids.push_back(id);
            }
        }
        if (ids.size() == limit) {
            page.next = ids.back();
        }
        return ok();
    }));
    return page;
}

}  // namespace step::acme
