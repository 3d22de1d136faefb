#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "base/system.h"
#include "http/router.h"
#include "http/tls.h"
#include "setup/config.h"

namespace step::acme {
class Nonces;
}
namespace step::issuance {
class Issuer;
}
namespace step::app {
class AcmeFactory;
class Sweeper;
}  // namespace step::app
namespace step::provisioner {
class ProvisionerSet;
}
namespace step::storage {
class Database;
}
namespace step::remote {
class Outside;
}

namespace step::app {

/// What an App takes from the world around it; all of it outlives the App.
struct Runtime {
    const Clock& clock;
    Random& random;
    Log& log;
    const Environment* environment = nullptr;  ///< Trust anchors and proxies; null: none.
    /// What makes the routes of ACME, and the threads that try challenges: acme_factory(). Null for
    /// who does not serve.
    const AcmeFactory* acme = nullptr;
};

/// How an encrypted key is opened: with `given` if there is one, else with `password` of
/// ca.json, else with what `ask` answers for the path of the key.
struct KeyPassword {
    std::optional<Secret> given{};
    std::function<Result<Secret>(const std::string& path)> ask{};
};

/// The certificate authority of one ca.json, wired together: storage, keys, provisioners,
/// issuer, routes. No listener, no signal, and before prepare() no thread besides those of the
/// database, of webhooks and, if it serves, of ACME; nothing inside changes once it is open.
class App {
public:
    /// Opens the database, reads keys and certificates, makes everything, in the order of
    /// the original (so the first thing wrong is the one reported). Fails with the original's
    /// words: `error reading "/none.crt": no such file or directory`,
    /// "x509: provided PrivateKey doesn't match parent's PublicKey", …
    ///
    /// With `before`, which is another App whose `db` section is the same, nothing of the
    /// database is opened: both share that one and the time since which tokens count, so a
    /// token made before a reload is good after it. Requests that hold `before` may go on.
    static Result<std::unique_ptr<App>> open(setup::Config config, const KeyPassword& password,
                                             Runtime runtime, const App* before = nullptr);
    virtual ~App() = default;

    virtual const setup::Config& config() const = 0;
    virtual std::shared_ptr<const http::Router> router() const = 0;
    /// For `step --offline`, which has no routes.
    virtual issuance::Issuer& issuer() = 0;
    virtual const provisioner::ProvisionerSet& provisioners() const = 0;

    /// What the next App takes over.
    struct Heritage {
        std::shared_ptr<storage::Database> database{};
        SysTime started{};
        std::shared_ptr<remote::Outside> outside{};  ///< With the keys it has fetched.
        std::shared_ptr<acme::Nonces> nonces{};      ///< Null without ACME.
    };
    virtual Heritage heritage() const = 0;

    /// Deletes what has run out when it is told to; the one part that remembers anything (what
    /// it believes of the clock).
    virtual Sweeper& sweeper() = 0;

    /// Begins to fetch, in threads that end with it, what provisioners need of other servers, so
    /// that the first request need not wait. For servers.
    virtual void prepare() const = 0;

    /// SHA-256 of each root, lower-case hexadecimal.
    virtual std::vector<std::string> root_fingerprints() const = 0;

    /// The CA's own TLS certificate, made in memory with a fresh key and never stored.
    struct OwnTls {
        http::TlsContextPtr context{};
        SysSeconds not_before{}, not_after{};
        std::vector<Bytes> chain{};  ///< DER, leaf first.
    };
    /// kForbidden if the CA's own names break the name constraints of its chain.
    virtual Result<OwnTls> make_tls() const = 0;
};

}  // namespace step::app
