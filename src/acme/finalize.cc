#include "acme/failed_impl.h"
#include "acme/identifiers.h"
#include "acme/service.h"
#include "acme/states.h"
#include "base/base64.h"
#include "issuance/rules.h"
#include "policy/reasons.h"

namespace step::acme {
namespace {

constexpr int kExtensionType = 6;  ///< The number behind the type in the provisioner extension.
/// The order's row moved between its reading and the record; see Service::finalize.
constexpr const char* kOrderMoved = "acme.order_moved";

/// What may be issued for an order: its names, for as long as it says.
issuance::Grant grant_for(const provisioner::Provisioner& provisioner, const Order& order,
                          const std::string& common_name) {
    const provisioner::AcmeProfile* profile = nullptr;
    if (const auto found = provisioner.acme->profiles.find(order.profile);
        found != provisioner.acme->profiles.end()) {
        profile = &found->second;
    }
    const issuance::Claims& claims = profile != nullptr ? profile->claims : provisioner.claims;
    issuance::Grant grant{
        .origin = {.provisioner = provisioner.ref()},
        .subject = {.common_name = common_name},
        .common_names = {common_name},
        .force_common_name = provisioner.acme->force_cn,
        .lifetimes = {.min = claims.min_tls, .max = claims.max_tls, .normal = claims.default_tls},
        .rules = profile != nullptr ? profile->rules : provisioner.rules};
    for (const Identifier& identifier : order.identifiers) {
        grant.names.push_back(identifier.value);
    }
    if (!claims.disable_smallstep_extensions) {
        grant.extension = x509::StepProvisioner{.type = kExtensionType, .name = provisioner.name};
    }
    return grant;
}

/// What a client is told when the pipeline refuses: the original says serverInternal to most.
Error translate(Error error) {
    if (error.reason != nullptr && std::string_view(error.reason).starts_with("acme.")) {
        return error;
    }
    if (error.has_reason(policy::kNotAllowed) || error.has_reason(issuance::kNameConstraint)) {
        error.reason = kRejectedIdentifier;
    } else if (error.has_reason(issuance::kEnrichRefused) ||
               error.has_reason(issuance::kAuthorizeRefused)) {
        error.reason = kUnauthorized;
    } else if (error.code == Code::kForbidden || error.code == Code::kInvalidArgument) {
        error.reason = kBadCsr;
    }
    return error;
}

Status check_ready(const Service::OrderView& seen) {
    switch (seen.status) {
        case OrderStatus::kInvalid:
            return failed(Code::kForbidden, kOrderNotReady,
                          "order " + seen.order.id + " has been abandoned");
        case OrderStatus::kPending:
        case OrderStatus::kProcessing:
            return failed(Code::kForbidden, kOrderNotReady,
                          "order " + seen.order.id + " is not ready");
        case OrderStatus::kReady:
        case OrderStatus::kValid:
            break;
    }
    return ok();
}

}  // namespace

Result<Service::OrderView> Service::finalize(const provisioner::Provisioner& provisioner,
                                             const Account& account, std::string_view id,
                                             const x509::Csr& csr, const std::string& request_id,
                                             std::optional<issuance::Issued>& issued) const {
    STEP_ASSIGN(const OrderView seen, find_order(account, id));
    STEP_TRY(check_ready(seen));
    if (seen.status == OrderStatus::kValid) {
        return seen;  // Asked again: the same answer.
    }
    const Order& order = seen.order;
    STEP_ASSIGN(const x509::Csr request, match_request(csr, order.identifiers));
    const issuance::Grant grant = grant_for(provisioner, order, csr.subject.common_name());
    // One transaction: the certificate, whose it is, and ready -> valid. Of two callers the second
    // finds the row moved; its certificate was never seen by anyone.
    auto made = deps_.issuer.issue(request, grant,
                                   {.not_before = {.time = SysTime(order.not_before)},
                                    .not_after = {.time = SysTime(order.not_after)},
                                    .request_id = request_id},
                                   [&](storage::Transaction& transaction, ByteView serial) {
                                       return settle(transaction, order, serial);
                                   });
    if (made) {
        issued = *std::move(made);
    } else if (!made.error().has_reason(kOrderMoved)) {
        return translate(std::move(made).error());
    }
    STEP_ASSIGN(const OrderView after, find_order(account, id));
    STEP_TRY(check_ready(after));
    return after;
}

Status Service::settle(storage::Transaction& transaction, const Order& order,
                       ByteView serial) const {
    STEP_ASSIGN(std::optional<Order> now, store_.orders.get(transaction, order.id));
    if (!now || now->version != order.version ||
        load_status(transaction, *now) != OrderStatus::kReady) {
        return failed(Code::kConflict, kOrderMoved, "");
    }
    now->status = OrderStatus::kValid;
    now->serial = Bytes(serial);
    STEP_TRY(store_.orders.update(transaction, *now));
    STEP_TRY(store_.certificates.keep_chain(transaction, chain_id_, chain_));
    return store_.certificates.insert(transaction, {.serial = Bytes(serial),
                                                    .account_id = order.account_id,
                                                    .order_id = order.id,
                                                    .provisioner_id = order.provisioner_id,
                                                    .chain_id = chain_id_});
}

}  // namespace step::acme
