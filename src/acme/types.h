#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/runtime.h"

namespace step::acme {

/// What can be certified: RFC 8555 9.7.7, RFC 8738. A wildcard keeps its "*." in orders and loses
/// it in authorizations.
struct Identifier {
    std::string type{};   ///< "dns" or "ip".
    std::string value{};  ///< Lower case; an address as Go's net.IP prints it.
    auto operator<=>(const Identifier&) const = default;
};

/// What a client is told that went wrong: RFC 7807, RFC 8555 6.7.
struct Problem {
    std::string type{};  ///< Without its namespace: "connection". Empty: no problem.
    std::string detail{};

    struct Part {
        std::string type{}, detail{};
        Identifier identifier{};
        bool operator==(const Part&) const = default;
    };
    std::vector<Part> parts{};  ///< Subproblems.

    explicit operator bool() const { return !type.empty(); }
    bool operator==(const Problem&) const = default;
};

enum class AccountStatus : std::uint8_t { kValid, kDeactivated, kRevoked };

/// RFC 8555 7.1.2. Belongs to one provisioner: a key may have an account at each.
struct Account {
    std::string id{};
    std::string provisioner_id{}, provisioner_name{};
    AccountStatus status = AccountStatus::kValid;
    Bytes thumbprint{};  ///< SHA-256 of the key, RFC 7638; 32 octets.
    std::string jwk{};   ///< The public key as JSON.
    std::vector<std::string> contacts{};
    std::string external_key_id{};  ///< Of the binding; empty if there is none.
    SysSeconds created{};
    std::uint32_t version = 0;  ///< Grows with each write of the row.
};

enum class ChallengeType : std::uint8_t { kHttp01, kDns01, kTlsAlpn01 };
/// "http-01", …
std::string_view name_of(ChallengeType type);
std::optional<ChallengeType> challenge_type(std::string_view name);

enum class ChallengeStatus : std::uint8_t { kPending, kProcessing, kValid, kInvalid };

/// RFC 8555 7.1.5. Its id within the authorization is name_of(type).
struct Challenge {
    ChallengeType type = ChallengeType::kHttp01;
    ChallengeStatus status = ChallengeStatus::kPending;
    std::optional<SysSeconds> validated{};
    Problem error{};
    std::uint32_t tries = 0;          ///< Since the client asked last.
    std::optional<SysSeconds> due{};  ///< While processing: when the next try may begin.
};

enum class AuthorizationStatus : std::uint8_t {
    kPending,
    kValid,
    kInvalid,
    kDeactivated,
    kExpired,
    kRevoked
};

/// RFC 8555 7.1.4.
struct Authorization {
    std::string id{};
    std::string account_id{};
    Identifier identifier{};  ///< Without "*.".
    bool wildcard = false;
    /// As stored: never kExpired. See effective_status().
    AuthorizationStatus status = AuthorizationStatus::kPending;
    std::string token{};  ///< One for all challenges, as the original's.
    std::vector<Challenge> challenges{};
    SysSeconds created{}, expires{};
    bool reusable = false;  ///< Later orders of the account may use it while it is valid.
    std::uint32_t version = 0;
};

enum class OrderStatus : std::uint8_t { kPending, kReady, kProcessing, kValid, kInvalid };

/// RFC 8555 7.1.3.
struct Order {
    std::string id{};
    std::string account_id{};
    std::string provisioner_id{};
    /// As stored: kPending, kValid or kInvalid; the others follow from the authorizations. See
    /// effective_status().
    OrderStatus status = OrderStatus::kPending;
    std::vector<Identifier> identifiers{};
    std::vector<std::string> authorization_ids{};  ///< One for each identifier.
    SysSeconds not_before{}, not_after{};          ///< Of the certificate.
    SysSeconds created{}, expires{};
    std::string profile{};   ///< draft-ietf-acme-profiles; empty: none asked for.
    std::string replaces{};  ///< RFC 9773 5: the certificate's id; empty: none.
    Bytes serial{};          ///< x509::serial_key; empty until it is valid.
    Problem error{};
    std::uint32_t version = 0;
};

/// Whom a certificate was issued to. Lives as long as the certificate's own record.
struct CertificateOwner {
    Bytes serial{};  ///< x509::serial_key.
    std::string account_id{}, order_id{}, provisioner_id{};
    Bytes chain_id{};           ///< What stands above it: Certificates::chain().
    std::string replaced_by{};  ///< The order that replaced it; empty: none.
    std::uint32_t version = 0;
};

/// A key that binds an account to another one elsewhere: RFC 8555 7.3.4.
struct ExternalKey {
    std::string id{};  ///< The "kid" of the binding.
    std::string provisioner_id{}, reference{};
    Bytes key{};               ///< Of the MAC; empty once bound.
    std::string account_id{};  ///< Empty until bound.
    SysSeconds created{};
    std::optional<SysSeconds> bound{};
    std::uint32_t version = 0;
};

}  // namespace step::acme
