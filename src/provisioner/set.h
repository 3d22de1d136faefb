#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "issuance/issue.h"
#include "issuance/ledger.h"
#include "provisioner/provisioner.h"
#include "provisioner/renew_token.h"
#include "storage/database.h"
#include "x509/certificate.h"

namespace step::provisioner {

/// Error::reason of a certificate that is too old to renew: the detail is for the client.
inline constexpr const char* kExpired = "provisioner.certificate_expired";

/// What a verified token allows, and the write that uses it up: neither can be had alone.
struct SignPermission {
    issuance::Grant grant{};
    issuance::AlsoRecord use_token{};
    std::string token_id{};  ///< For the log: jti, or what stands for it.
};
struct RevokePermission {
    RevokeGrant grant{};
    std::function<Status(storage::Transaction&)> use_token{};
};

/// What is taken among the provisioners of one CA.
class Identities {
public:
    /// Fails with kInvalidArgument if one before has the same id, name or token id ("cannot add
    /// multiple provisioners with the same id").
    Status add(const Provisioner& provisioner);

private:
    std::set<std::string> ids_, names_, token_ids_;
};

/// All provisioners of a CA. Immutable; thread-safe.
class ProvisionerSet {
public:
    struct Options {
        std::vector<std::string> dns_names{};  ///< Of ca.json: they make the audiences.
        SysTime started{};                     ///< Tokens issued before it are refused,
        bool check_issued_at = true;           ///< unless `disableIssuedAtCheck`.
    };
    /// Fails as Identities::add. `clock` and `database` must outlive it.
    static Result<ProvisionerSet> open(std::vector<Provisioner> provisioners, Options options,
                                       const Clock& clock, const storage::Database& database);

    /// Finds the provisioner of a token, has it verified, refuses one that is on record as used.
    /// Uses nothing up itself: that is the grant's second half. Fails with kUnauthenticated,
    /// kUnavailable if the database is down.
    Result<SignPermission> authorize_sign(std::string_view token) const;
    Result<RevokePermission> authorize_revoke(std::string_view token) const;

    /// Whether this certificate may be renewed at `now`, by what its provisioner says of
    /// renewals. `recorded` is its ledger entry, if there is one. Gives what to record with the
    /// new certificate. Fails with kUnauthenticated.
    Result<issuance::Origin> authorize_renew(const x509::Certificate& certificate,
                                             const std::optional<issuance::Entry>& recorded,
                                             SysTime now) const;

    /// Whether a renewal token of a certificate that is recorded as `recorded` says what it must
    /// and is not on record as used. Gives the write that uses it up. Whether the certificate may
    /// be renewed is asked apart, with authorize_renew. Fails with kUnauthenticated, as the
    /// original kInternal for a wrong audience, kUnavailable if the database is down.
    Result<issuance::AlsoRecord> authorize_renew_token(
        const RenewToken& token, const std::optional<issuance::Entry>& recorded, SysTime now) const;

    /// One page of the listing: JSON objects, and the cursor of the next ("" on the last page).
    struct Page {
        std::vector<std::string> entries{};
        std::string next{};
    };
    /// `limit` 0 or less is 20, above 100 is 100. Any text will do as cursor.
    Page list(std::string_view cursor, std::int64_t limit) const;

    /// The compact JWE of the key with this id; kNotFound.
    Result<std::string> encrypted_key(std::string_view kid) const;

    const Provisioner* by_id(std::string_view id) const;
    const Provisioner* by_name(std::string_view name) const;
    const std::vector<std::shared_ptr<const Provisioner>>& all() const { return all_; }

private:
    struct Claimed {
        const Provisioner* provisioner = nullptr;
        Token token{};
    };
    ProvisionerSet(Options options, const Clock& clock, const storage::Database& database);
    Result<Claimed> find(std::string_view token) const;
    const Provisioner* lookup(const Token& token) const;
    Result<const Provisioner*> owner(const x509::Certificate& certificate,
                                     const std::optional<issuance::Entry>& recorded) const;
    Result<std::optional<TokenUse>> unused(const OneUse& use, const Token& token) const;

    Options options_;
    const Clock* clock_;
    const storage::Database* database_;
    Audiences audiences_;
    std::vector<std::string> every_audience_;
    std::vector<std::shared_ptr<const Provisioner>> all_;
    std::map<std::string, const Provisioner*, std::less<>> by_id_, by_name_, by_token_id_;
    std::map<std::string, const Provisioner*> by_cursor_;
    std::map<std::string, std::string, std::less<>> encrypted_keys_;
};

}  // namespace step::provisioner
