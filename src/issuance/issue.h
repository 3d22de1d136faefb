#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "issuance/authority.h"
#include "issuance/decide.h"
#include "issuance/grant.h"
#include "issuance/hooks.h"
#include "issuance/ledger.h"
#include "storage/database.h"
#include "x509/csr.h"
#include "x509/draft.h"

namespace step::issuance {

/// A certificate that is on record, with what the log wants to know, so that nobody parses it.
struct Issued {
    Bytes certificate{};  ///< DER.
    Bytes serial{};       ///< Big-endian magnitude.
    Bytes subject_der{};
    std::string common_name{};
    x509::AltNames names{};
    SysSeconds not_before{}, not_after{};
    std::string key_label{};  ///< "ECDSA P-256"
    std::optional<x509::StepProvisioner> extension{};
};

/// What else becomes true with the certificate, in the same transaction: a token is used up, an
/// order becomes valid. `serial` is its x509::serial_key. If it fails, the certificate is
/// dropped unseen. As storage::Database::transact says, it may run more than once.
using AlsoRecord = std::function<Status(storage::Transaction&, ByteView serial)>;

/// The one place where certificates are signed.
class Issuer {
public:
    /// All must outlive it, and validate(*authority) must have succeeded. `hooks` may be null.
    Issuer(const Clock& clock, Random& random, std::shared_ptr<const Authority> authority,
           storage::Database& database, Hooks* hooks = nullptr);

    /// Signs `csr` within the limits of `grant`, records it, and only then returns it. The order
    /// of everything that is decided on the way is written here and in
    /// docs/life-of-a-request.md; every provisioner and protocol takes it.
    ///
    /// The CSR's signature is the caller's business (x509::parse_csr checked it). Fails with
    /// kForbidden if the CSR asks for what the grant does not allow, a webhook, a policy or a name
    /// constraint of the chain forbids it; kInvalidArgument for a validity in the past, a key we do
    /// not issue for or a template that calls `fail`; kInternal for a template that gives no
    /// certificate; kUnavailable if the database is down; and with whatever `also` fails with.
    /// After a failure nothing is on record and nobody has seen a certificate.
    Result<Issued> issue(const x509::Csr& csr, const Grant& grant, const Options& options,
                         const AlsoRecord& also);

    /// Signs again what `old` says, for the same key or for `new_key` (rekey): subject, lifetime
    /// and extensions are copied, the key identifiers made anew. Name constraints are checked
    /// again; lifetimes and policy are not. `origin` is recorded with it. Whether `old` may be
    /// renewed is the caller's business (revocation, provisioner). Fails with kForbidden for a name
    /// that a constraint forbids or an RSA key below 2048 bits.
    Result<Issued> renew(const x509::Certificate& old, const crypto::PublicKey* new_key,
                         const Origin& origin, const AlsoRecord& also);

    /// A certificate for our own listener: serverAuth and clientAuth, 24 hours from a minute
    /// ago, no provisioner, not on record. Name constraints of the chain count.
    Result<Bytes> issue_own(const crypto::PublicKey& key, const std::string& common_name,
                            const std::vector<std::string>& names) const;

    const Authority& authority() const { return *authority_; }

private:
    Result<Issued> sign_and_record(Decision decision, SysTime now, const AlsoRecord& also);

    const Clock& clock_;
    Random& random_;
    std::shared_ptr<const Authority> authority_;
    storage::Database& database_;
    Hooks* hooks_;
    Ledger ledger_;
    crypto::SignatureScheme scheme_;
    Bytes authority_key_id_;
    Decider decider_;
};

}  // namespace step::issuance
