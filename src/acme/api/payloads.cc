#include <fmt/core.h>

#include "acme/api/payloads_impl.h"
#include "acme/api/problem_impl.h"
#include "base/time.h"
#include "jose/strict.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::acme {
namespace {

constexpr std::size_t kMaxContacts = 20, kMaxContact = 512;

/// The payload as an object, or null.
Result<json::Value> parse(std::string_view payload, std::string_view what) {
    Result<json::Value> value = json::parse(payload);
    if (!value) {
        return malformed(
            fmt::format("failed to unmarshal {} payload: {}", what, value.error().detail));
    }
    if (value->as_object() == nullptr && !value->is_null()) {
        return malformed(fmt::format("failed to unmarshal {} payload: it is no object", what));
    }
    return value;
}

Status readable(const json::Fields& fields) {
    const Status status = fields.status();
    return status ? ok() : Status(malformed(status.error().detail));
}

Error invalid_contact(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail), .reason = kInvalidContact};
}

Status check_mailto(std::string_view address) {
    const std::size_t at = address.find('@');
    if (address.find_first_of("?,") != std::string_view::npos) {
        return invalid_contact("a mailto contact names one address, without header fields");
    }
    if (at == 0 || at == std::string_view::npos || at + 1 == address.size()) {
        return invalid_contact("a mailto contact has the form mailto:user@domain");
    }
    return ok();
}

Status check_contacts(const std::vector<std::string>& contacts) {
    constexpr std::string_view kMailto = "mailto:";
    if (contacts.size() > kMaxContacts) {
        return invalid_contact(fmt::format("more than {} contacts", kMaxContacts));
    }
    for (const std::string& contact : contacts) {
        if (contact.empty()) {
            return malformed("contact cannot be empty string");
        }
        if (contact.size() > kMaxContact) {
            return invalid_contact(fmt::format("a contact has more than {} octets", kMaxContact));
        }
        if (contact.starts_with(kMailto)) {
            STEP_TRY(check_mailto(std::string_view(contact).substr(kMailto.size())));
        }
    }
    return ok();
}

/// Go's zero time, and null, mean that there is none.
Status read_time(const json::Value& object, std::string_view name,
                 std::optional<SysSeconds>& time) {
    const json::Value* value = object.find(name);
    if (value == nullptr || value->is_null()) {
        return ok();
    }
    const Result<SysTime> parsed = value->as_string() ? parse_rfc3339(*value->as_string())
                                                      : Result<SysTime>(malformed("it is no text"));
    if (!parsed) {
        return malformed(fmt::format("{} is no time of RFC 3339: {}", name, parsed.error().detail));
    }
    if (*value->as_string() != "0001-01-01T00:00:00Z") {
        time = std::chrono::floor<std::chrono::seconds>(*parsed);
    }
    return ok();
}

}  // namespace

Result<AccountRequest> read_new_account(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "new-account request"));
    AccountRequest request;
    bool agreed = false;  // Asked for by no one; but it must be a bool.
    json::Fields fields(value, "account");
    fields.get("contact", request.contacts)
        .get("onlyReturnExisting", request.only_return_existing)
        .get("termsOfServiceAgreed", agreed);
    STEP_TRY(readable(fields));
    if (const json::Value* binding = fields.child("externalAccountBinding")) {
        request.binding = *binding;
    }
    if (request.only_return_existing && !request.contacts.empty()) {
        return malformed("incompatible input; onlyReturnExisting must be alone");
    }
    STEP_TRY(check_contacts(request.contacts));
    return request;
}

Result<Service::AccountChange> read_account_change(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "update-account request"));
    std::vector<std::string> contacts;
    std::string status;
    json::Fields fields(value, "account");
    fields.get("contact", contacts).get("status", status);
    STEP_TRY(readable(fields));
    if (!status.empty() && !contacts.empty()) {
        return malformed("incompatible input; contact and status updates are mutually exclusive");
    }
    if (!status.empty() && status != "deactivated") {
        return malformed(
            fmt::format("cannot update account status to {}, only deactivated", status));
    }
    STEP_TRY(check_contacts(contacts));
    Service::AccountChange change{.deactivate = !status.empty()};
    if (!change.deactivate && fields.child("contact") != nullptr) {
        change.contacts = std::move(contacts);
    }
    return change;
}

Result<Service::NewOrder> read_new_order(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "new-order request"));
    Service::NewOrder order;
    json::Fields fields(value, "order");
    fields.get("profile", order.profile).get("replaces", order.replaces);
    STEP_TRY(readable(fields));
    if (const json::Value* list = fields.child("identifiers")) {
        if (list->as_array() == nullptr) {
            return malformed("order.identifiers is no array");
        }
        for (const json::Value& item : *list->as_array()) {
            if (item.as_object() == nullptr && !item.is_null()) {
                return malformed("order.identifiers holds something that is no object");
            }
            Identifier identifier;
            json::Fields members(item, "order.identifiers");
            members.get("type", identifier.type).get("value", identifier.value);
            STEP_TRY(readable(members));
            order.identifiers.push_back(std::move(identifier));
        }
    }
    STEP_TRY(read_time(value, "notBefore", order.not_before));
    STEP_TRY(read_time(value, "notAfter", order.not_after));
    if (order.identifiers.empty()) {
        return malformed("identifiers list cannot be empty");
    }
    return order;
}

Result<x509::Csr> read_finalize(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "finalize-order request"));
    std::string text;
    json::Fields fields(value, "order");
    fields.get("csr", text);
    STEP_TRY(readable(fields));
    const Result<Bytes> der = jose::parse_base64url(text);
    if (!der) {
        return malformed("error base64url decoding csr: " + der.error().detail);
    }
    Result<x509::Csr> csr = x509::parse_csr(*der);
    if (!csr) {
        return malformed("unable to parse csr: " + csr.error().detail);
    }
    return csr;
}

Status read_deactivation(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "authorization"));
    std::string status;
    json::Fields fields(value, "authorization");
    fields.get("status", status);
    STEP_TRY(readable(fields));
    // The original knows no change at all and says that it expected POST-as-GET.
    return status == "deactivated"
               ? ok()
               : Status(malformed("expected POST-as-GET, or the status deactivated"));
}

Result<RevocationRequest> read_revocation(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "revocation request"));
    std::string text;
    std::int64_t reason = 0;
    json::Fields fields(value, "revocation");
    fields.get("certificate", text).get("reason", reason);
    STEP_TRY(readable(fields));
    Result<Bytes> der = jose::parse_base64url(text);
    if (!der) {
        return malformed("error base64url decoding payload certificate property: " +
                         der.error().detail);
    }
    RevocationRequest request{.certificate = *std::move(der)};
    if (fields.child("reason") != nullptr) {
        // Whatever does not fit is no reason either.
        constexpr std::int64_t kNone = -1;
        request.reason = static_cast<int>(reason < 0 || reason > 255 ? kNone : reason);
    }
    return request;
}

Result<KeyChangeRequest> read_key_change(std::string_view payload) {
    STEP_ASSIGN(const json::Value value, parse(payload, "key-change"));
    KeyChangeRequest request;
    json::Fields fields(value, "key change");
    fields.get("account", request.account);
    STEP_TRY(readable(fields));
    if (const json::Value* old_key = fields.child("oldKey")) {
        request.old_key = *old_key;
    }
    if (request.account.empty() || request.old_key.is_null()) {
        return malformed("a key change names the account and its old key");
    }
    return request;
}

}  // namespace step::acme
