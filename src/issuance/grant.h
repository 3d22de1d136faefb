#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "json/value.h"
#include "x509/name.h"
#include "x509/san.h"
#include "x509/step_extension.h"

namespace step::profile {
enum class Builtin : unsigned char;
}

namespace step::issuance {

struct Rules;

/// Who answers for a certificate, as it is recorded with it.
struct ProvisionerRef {
    std::string id{}, name{}, type{};  ///< type as the original stores it: "JWK".
    bool operator==(const ProvisionerRef&) const = default;
};

/// What a registration authority told about the request (claim `step.ra` of a token).
struct RaInfo {
    std::string authority_id{}, endpoint_id{}, provisioner_id{}, provisioner_type{},
        provisioner_name{};
    bool operator==(const RaInfo&) const = default;
};

/// Where a certificate came from: copied from old to new on renewal.
struct Origin {
    ProvisionerRef provisioner{};
    std::optional<RaInfo> ra{};
    bool operator==(const Origin&) const = default;
};

/// Lifetimes a provisioner allows.
struct Lifetimes {
    Duration min{}, max{}, normal{};
    bool operator==(const Lifetimes&) const = default;
};

/// How the names that a CSR asks for are compared with those of the grant.
enum class NameRule : unsigned char {
    kSame,    ///< The same names; a kind that the CSR leaves out is not missed.
    kSubset,  ///< Some of the DNS names will do; the other kinds as kSame.
    kAny,     ///< The CSR may ask for any name.
};

/// Everything one caller may have, decided once by the provisioner. Plain data: print it,
/// compare it, put it into a test table.
struct Grant {
    Origin origin{};
    /// The extension that names the provisioner; none if it is switched off.
    std::optional<x509::StepProvisioner> extension{};

    x509::Subject subject{};           ///< Of the certificate. The CSR's does not count.
    std::vector<std::string> names{};  ///< Of the certificate; not yet sorted into kinds.
    /// Common names the CSR may carry (it may also have none).
    std::vector<std::string> common_names{};
    bool any_common_name = false;  ///< It may carry any.
    NameRule name_rule = NameRule::kSame;
    /// A certificate that would have no common name gets its first DNS name (`forceCN`).
    bool force_common_name = false;
    /// base64url SHA-256 of the only CSR that will do; empty: any.
    std::string csr_fingerprint{};
    Lifetimes lifetimes{};

    std::shared_ptr<const Rules> rules{};  ///< Of the provisioner; null: none.
    /// All claims of the token, for templates and webhooks; null if there are none to see it.
    std::shared_ptr<const json::Value> token{};
    profile::Builtin builtin{};  ///< Without a template of one's own. The first: the leaf.
    std::string principal{};     ///< What webhooks hear of whom the token spoke for.
    bool operator==(const Grant&) const = default;
};

}  // namespace step::issuance
