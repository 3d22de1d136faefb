#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/routes.h"
#include "crypto/random.h"
#include "http/router.h"
#include "issuance/issue.h"
#include "issuance/ledger.h"
#include "json/value.h"
#include "provisioner/set.h"
#include "revocation/register.h"
#include "storage/database.h"
#include "tests/support/fake_clock.h"

namespace step::test {

/// A CA recorded with the original (tests/data/golden/api/ca/NAME), wired as app.cc wires it,
/// but for what we do not have yet: `ssh`, other provisioner types and options that ask for
/// something are dropped. No socket; the clock stands a day after the CA was made.
struct GoldenCa {
    enum class Db : unsigned char { kNone, kMemory };
    GoldenCa(const std::string& name, Db db);

    /// What the server would answer.
    http::Response ask(http::Request request) const;
    /// A token with this header and payload, signed with the CA's throw-away provisioner key.
    std::string sign_token(const json::Value& header, const json::Value& payload) const;
    /// The same with another key.
    static std::string sign_token(const json::Value& header, const json::Value& payload,
                                  const crypto::PrivateKey& key);
    /// A leaf from /sign through this provisioner; its key is kept in leaf_keys. Times as /sign
    /// takes them, "" for those of the provisioner.
    x509::Certificate make_leaf(const std::string& provisioner, const std::string& name,
                                const std::string& not_before = "",
                                const std::string& not_after = "") const;

    FakeClock clock{};
    mutable crypto::SystemRandom random{};
    std::unique_ptr<storage::Database> database{};
    std::shared_ptr<const issuance::Authority> authority{};
    std::unique_ptr<issuance::Issuer> issuer{};
    std::unique_ptr<issuance::Ledger> ledger{};
    std::unique_ptr<revocation::Register> revocations{};
    std::unique_ptr<provisioner::ProvisionerSet> provisioners{};
    std::shared_ptr<const crypto::PrivateKey> token_key{};
    std::string key_id{};
    mutable std::map<Bytes, std::shared_ptr<const crypto::PrivateKey>> leaf_keys{};  ///< By DER.
    http::Router router{};
};

}  // namespace step::test
