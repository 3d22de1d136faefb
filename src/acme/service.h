#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/problem_types.h"
#include "acme/store.h"
#include "acme/types.h"
#include "base/result.h"
#include "base/runtime.h"
#include "issuance/issue.h"
#include "issuance/ledger.h"
#include "provisioner/provisioner.h"
#include "revocation/register.h"
#include "x509/csr.h"

namespace step::acme {

class Attempts;

/// Everything ACME does, without HTTP and JWS: the caller has verified who asks. Each function is
/// one transaction or one consistent look at most; none but await_try waits for the network.
/// Thread-safe; several of them may work on one database.
///
/// Errors carry one of the reasons of problem_types.h; without one they are serverInternal. An
/// object of another account, or at another provisioner, is kUnauthorized; one that does not exist
/// kMalformed, as the original says.
class Service {
public:
    struct Deps {
        const Clock& clock;
        Random& random;
        storage::Database& database;
        issuance::Issuer& issuer;
        const issuance::Ledger& ledger;
        revocation::Register& revocations;
        Attempts& attempts;
    };
    explicit Service(Deps deps);

    // --- Accounts (RFC 8555 7.3) ---
    struct NewAccount {
        Bytes thumbprint{};
        std::string jwk{};
        std::vector<std::string> contacts{};
        bool only_return_existing = false;
        /// The id of a key whose MAC over the binding was right; empty: no binding. With
        /// `require_eab`, kExternalAccountRequired without one.
        std::string external_key_id{};
    };
    struct Registered {
        Account account{};
        bool created = false;
    };
    /// Gives the account the key has, or makes one. kAccountDoesNotExist if it may not make one;
    /// kUnauthorized if the binding's key is bound already.
    Result<Registered> register_account(const provisioner::Provisioner& provisioner,
                                        const NewAccount& request) const;
    /// None if there is none. Status and provisioner are not looked at.
    Result<std::optional<Account>> find_account(std::string_view id) const;
    Result<std::optional<Account>> find_account(std::string_view provisioner_id,
                                                ByteView thumbprint) const;
    /// Not yet bound or bound: the caller checks the MAC with it. None if there is none.
    Result<std::optional<ExternalKey>> find_external_key(std::string_view provisioner_id,
                                                         std::string_view id) const;
    /// New contacts, or deactivation, never both: kMalformed.
    struct AccountChange {
        std::optional<std::vector<std::string>> contacts{};
        bool deactivate = false;
    };
    Result<Account> change_account(const Account& account, const AccountChange& change) const;
    /// RFC 8555 7.3.5. If another account has that key: kConflict, the error's detail being the
    /// other account's id, reason kKeyInUse.
    static constexpr const char* kKeyInUse = "acme.key_in_use";
    Result<Account> change_key(const Account& account, ByteView thumbprint,
                               std::string_view jwk) const;

    // --- Orders (7.4) ---
    struct NewOrder {
        std::vector<Identifier> identifiers{};  ///< As the client sent them.
        std::optional<SysSeconds> not_before{}, not_after{};
        std::string profile{}, replaces{};
    };
    /// What a client sees of an order.
    struct OrderView {
        Order order{};
        OrderStatus status = OrderStatus::kPending;  ///< Effective.
    };
    /// At most 100 identifiers, each once whatever was sent. `refused` gets the identifiers that
    /// are no names we issue for, or that a policy forbids, if the call fails with
    /// kRejectedIdentifier or kUnsupportedIdentifier.
    Result<OrderView> new_order(const provisioner::Provisioner& provisioner, const Account& account,
                                const NewOrder& request, std::vector<Problem::Part>& refused) const;
    Result<OrderView> find_order(const Account& account, std::string_view id) const;
    struct OrderPage {
        std::vector<std::string> ids{};
        std::string next{};  ///< Give it as `after`; empty: there is no more.
    };
    /// Orders that are not invalid, oldest first.
    Result<OrderPage> list_orders(const Account& account, std::string_view after,
                                  std::size_t limit) const;
    /// Issues the certificate of a ready order, once, however many ask; a valid order is given as
    /// it is. docs/life-of-a-request.md tells the order of things. `issued` is set if this call
    /// issued it, for the log.
    Result<OrderView> finalize(const provisioner::Provisioner& provisioner, const Account& account,
                               std::string_view id, const x509::Csr& csr,
                               const std::string& request_id,
                               std::optional<issuance::Issued>& issued) const;

    // --- Authorizations and challenges (7.5) ---
    struct AuthorizationView {
        Authorization authorization{};
        AuthorizationStatus status = AuthorizationStatus::kPending;  ///< Effective.
    };
    Result<AuthorizationView> find_authorization(const Account& account, std::string_view id) const;
    /// Sleeps until a try of it that runs in this process is on record; see Attempts::await.
    bool await_try(const std::string& authorization_id, std::chrono::milliseconds time) const;
    Result<AuthorizationView> deactivate_authorization(const Account& account,
                                                       std::string_view id) const;
    /// The client says that it is ready. On record before it is tried; a challenge that is valid or
    /// invalid is given as it is.
    Result<AuthorizationView> begin_challenge(const Account& account,
                                              std::string_view authorization_id,
                                              ChallengeType type) const;

    // --- Certificates (7.4.2, 7.6, RFC 9773) ---
    /// PEM, leaf first. Its id is the serial in lower-case hexadecimal.
    Result<std::string> certificate_chain(const Account& account, std::string_view id) const;
    /// Who asks for a revocation: the account, or whoever holds the certificate's key (then null).
    Status revoke(const provisioner::Provisioner& provisioner, const Account* account,
                  ByteView certificate_der, std::optional<int> reason) const;
    struct RenewalInfo {
        SysSeconds start{}, end{};
        std::string explanation_url{};
    };
    /// `id` is base64url(AKI).base64url(serial). kMalformed if it is no such thing or not ours.
    Result<RenewalInfo> renewal_info(const provisioner::Provisioner& provisioner,
                                     std::string_view id) const;

    /// Ends what ran out (orders a day after they expired, their authorizations), in small steps:
    /// how many rows went; less than `limit` means that there is no more.
    Result<std::size_t> sweep(SysTime now, std::size_t limit) const;

    const Clock& clock() const { return deps_.clock; }

private:
    Result<Service::OrderView> load(const storage::Snapshot& view, const Account& account,
                                    std::string_view id) const;
    Result<Authorization> load_authorization(const storage::Snapshot& view, const Account& account,
                                             std::string_view id) const;
    OrderStatus load_status(const storage::Snapshot& view, const Order& order) const;
    Status check_replaced(const Account& account, ByteView serial,
                          const std::vector<Identifier>& identifiers) const;
    Status mark_replaced(storage::Transaction& transaction, const Account& account, ByteView serial,
                         const std::string& by) const;
    Status may_revoke(const Account& account, const x509::Certificate& certificate) const;
    Status settle(storage::Transaction& transaction, const Order& order, ByteView serial) const;

    Deps deps_;
    Store store_{};
    std::string chain_;  ///< PEM of what stands above the certificates we issue now.
    Bytes chain_id_;
};

/// Certificate ids in URLs.
std::string certificate_id(ByteView serial);

}  // namespace step::acme
