#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/service.h"
#include "base/result.h"
#include "json/value.h"
#include "x509/csr.h"

namespace step::acme {

// The payloads of requests, decoded with the leniency of Go's decoder: names match in any case,
// unknown members are ignored, null is the zero value. Failures are kMalformed where nothing else
// is said.

/// new-account, RFC 8555 7.3.
struct AccountRequest {
    std::vector<std::string> contacts{};
    bool only_return_existing = false;
    std::optional<json::Value> binding{};  ///< "externalAccountBinding"
};
/// Contacts are checked: at most 20 of 512 octets each; a "mailto:" names one address and nothing
/// else (7.3), or it is kInvalidContact. Other schemes are taken as they are.
Result<AccountRequest> read_new_account(std::string_view payload);

/// An update of an account, 7.3.2, 7.3.6. What is not there changes nothing; an empty list of
/// contacts removes them all.
Result<Service::AccountChange> read_account_change(std::string_view payload);

/// new-order, 7.4. Only the form is checked: there are identifiers, and times are RFC 3339.
Result<Service::NewOrder> read_new_order(std::string_view payload);

/// finalize, 7.4: the CSR in base64url, padding tolerated. Its signature is good.
Result<x509::Csr> read_finalize(std::string_view payload);

/// An authorization can be changed in one way: {"status":"deactivated"}, 7.5.2.
Status read_deactivation(std::string_view payload);

/// revoke-cert, 7.6.
struct RevocationRequest {
    Bytes certificate{};  ///< DER.
    std::optional<int> reason{};
};
Result<RevocationRequest> read_revocation(std::string_view payload);

/// The inner payload of key-change, 7.3.5.
struct KeyChangeRequest {
    std::string account{};
    json::Value old_key{};
};
Result<KeyChangeRequest> read_key_change(std::string_view payload);

}  // namespace step::acme
