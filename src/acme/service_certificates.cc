#include <algorithm>

#include "acme/failed_impl.h"
#include "acme/identifiers.h"
#include "acme/renewal_id.h"
#include "acme/service.h"
#include "acme/states.h"
#include "base/hex.h"
#include "base/ip.h"
#include "base/pem.h"
#include "base/text.h"
#include "x509/serial_key.h"

namespace step::acme {
namespace {

constexpr std::size_t kOrdersLookedAt = 1000;
constexpr int kUnusedReason = 7, kLastReason = 10;  // RFC 5280 5.3.1.

Error not_found(std::string_view id) {
    return failed(Code::kNotFound, kMalformed, "certificate " + std::string(id) + " not found");
}

Identifier proven_by(const Authorization& authorization) {
    Identifier identifier = authorization.identifier;
    if (authorization.wildcard) {
        identifier.value.insert(0, "*.");
    }
    return identifier;
}

}  // namespace

Result<std::string> Service::certificate_chain(const Account& account, std::string_view id) const {
    const auto serial = parse_hex(id);
    if (!serial) {
        return not_found(id);
    }
    std::string chain;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(const std::optional<CertificateOwner> owner,
                    store_.certificates.get(view, *serial));
        if (!owner) {
            return not_found(id);
        }
        if (owner->account_id != account.id) {
            return failed(
                Code::kForbidden, kUnauthorized,
                "account '" + account.id + "' does not own certificate '" + std::string(id) + "'");
        }
        STEP_ASSIGN(chain, store_.certificates.chain(view, owner->chain_id));
        return ok();
    }));
    STEP_ASSIGN(const std::optional<issuance::Entry> entry, deps_.ledger.find(*serial));
    if (!entry) {
        return not_found(id);
    }
    return encode_pem("CERTIFICATE", entry->certificate) + chain;
}

/// RFC 8555 7.6: by whom it was issued to, or by whom it could be issued to now.
Status Service::may_revoke(const Account& account, const x509::Certificate& certificate) const {
    const SysTime now = deps_.clock.now();
    std::set<Identifier> unproven = identifiers_of(certificate);
    const bool names_only = certificate.names.emails.empty() && certificate.names.uris.empty();
    bool owns = false;
    STEP_TRY(deps_.database.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(const std::optional<CertificateOwner> owner,
                    store_.certificates.get(view, x509::serial_key(certificate.serial)));
        owns = owner && owner->account_id == account.id;
        if (owns || !names_only || unproven.empty()) {
            return ok();
        }
        const auto day_ago = std::chrono::floor<std::chrono::seconds>(now) - std::chrono::hours(24);
        STEP_ASSIGN(const std::vector<std::string> ids,
                    store_.orders.made_since(view, account.id, day_ago, kOrdersLookedAt));
        for (const std::string& id : ids) {
            STEP_ASSIGN(const std::optional<Order> order, store_.orders.get(view, id));
            const bool helps =
                order && std::ranges::any_of(order->identifiers, [&](const Identifier& one) {
                    return unproven.contains(one);
                });
            for (const std::string& one :
                 helps ? order->authorization_ids : std::vector<std::string>()) {
                STEP_ASSIGN(const auto authorization, store_.authorizations.get(view, one));
                if (authorization &&
                    effective_status(*authorization, now) == AuthorizationStatus::kValid) {
                    unproven.erase(proven_by(*authorization));
                }
            }
        }
        return ok();
    }));
    if (owns || (names_only && unproven.empty() && certificate.names.size() > 0)) {
        return ok();
    }
    return failed(Code::kForbidden, kUnauthorized,
                  "No authorization provided for name " + certificate.subject.common_name());
}

Status Service::revoke(const provisioner::Provisioner& provisioner, const Account* account,
                       ByteView certificate_der, std::optional<int> reason) const {
    const auto certificate = x509::parse_certificate(certificate_der);
    if (!certificate) {
        return failed(Code::kInvalidArgument, kMalformed, "unable to parse certificate");
    }
    STEP_ASSIGN(const std::optional<issuance::Entry> entry,
                deps_.ledger.find(x509::serial_key(certificate->serial)));
    if (!entry || entry->certificate != certificate_der) {
        return failed(Code::kNotFound, kMalformed, "certificate was not issued by this authority");
    }
    if (entry->origin.provisioner.id != provisioner.id) {
        return failed(Code::kForbidden, kUnauthorized,
                      "certificate was not issued by this provisioner");
    }
    if (account != nullptr) {
        STEP_TRY(may_revoke(*account, *certificate));
    }
    const int code = reason.value_or(0);
    if (code < 0 || code > kLastReason || code == kUnusedReason) {
        return failed(Code::kInvalidArgument, kBadRevocationReason, "reasonCode out of bounds");
    }
    Status revoked = deps_.revocations.revoke(
        {.serial = certificate->serial_text(),
         .provisioner_id = provisioner.id,
         .reason_code = code,
         .revoked_at = std::chrono::floor<std::chrono::seconds>(deps_.clock.now()),
         .expires = certificate->not_after,
         .acme = true});
    if (!revoked && revoked.error().has_reason(revocation::kAlreadyRevoked)) {
        return failed(Code::kConflict, kAlreadyRevoked, "certificate was already revoked");
    }
    return revoked;
}

Result<Service::RenewalInfo> Service::renewal_info(const provisioner::Provisioner& provisioner,
                                                   std::string_view id) const {
    STEP_ASSIGN(const RenewalId named, parse_renewal_id(id));
    STEP_ASSIGN(const std::optional<issuance::Entry> entry,
                deps_.ledger.find(x509::serial_key(named.serial)));
    const auto certificate =
        entry ? x509::parse_certificate(entry->certificate) : Result<x509::Certificate>(Error{});
    if (!certificate || entry->origin.provisioner.id != provisioner.id ||
        certificate->authority_key_id.value_or(Bytes()) != named.key_id) {
        return failed(Code::kNotFound, kMalformed, "there is no such certificate");
    }
    const SysSeconds now = std::chrono::floor<std::chrono::seconds>(deps_.clock.now());
    STEP_ASSIGN(const bool revoked, deps_.revocations.is_revoked(entry->serial));
    if (revoked) {  // A window in the past: at once.
        return RenewalInfo{.start = now - std::chrono::hours(2),
                           .end = now - std::chrono::hours(1)};
    }
    // About where two thirds of the lifetime are over, as `step` renews, and spread over a twelfth
    // of it, so that what was issued together is not renewed together.
    const auto lifetime = certificate->not_after - certificate->not_before;
    RenewalInfo info{.start = certificate->not_after - lifetime / 3 - lifetime / 24,
                     .end = certificate->not_after - lifetime / 3 + lifetime / 24};
    const auto& replacement = provisioner.acme->replacement;
    if (replacement && certificate->not_before < replacement->issued_before &&
        replacement->start < info.start) {
        info = {.start = replacement->start,
                .end = replacement->end,
                .explanation_url = replacement->explanation_url};
    }
    return info;
}

}  // namespace step::acme
