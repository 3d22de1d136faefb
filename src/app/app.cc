#include "app/app.h"

#include <algorithm>

#include <fmt/core.h>

#include "api/routes.h"
#include "app/acme.h"
#include "app/database.h"
#include "app/keys.h"
#include "app/outside.h"
#include "app/own_tls.h"
#include "app/sweeper.h"
#include "app/webhooks.h"
#include "base/hex.h"
#include "base/version.h"
#include "crypto/digest.h"
#include "issuance/authority.h"
#include "issuance/claims.h"
#include "issuance/issue.h"
#include "issuance/ledger.h"
#include "provisioner/provisioner.h"
#include "provisioner/set.h"
#include "revocation/register.h"

namespace step::app {
namespace {

/// Everything an App is made of, in the order in which it is made.
struct Parts {
    setup::Config config;
    Runtime runtime;
    std::shared_ptr<storage::Database> database;
    SysTime started{};
    std::shared_ptr<remote::Outside> outside;
    std::shared_ptr<const issuance::Authority> authority;
    provisioner::ProvisionerSet provisioners;
    std::shared_ptr<issuance::Hooks> hooks;
    std::unique_ptr<AcmeOutside> acme_outside;  ///< Null: no ACME.
    std::shared_ptr<acme::Nonces> nonces;       ///< The same.
};

SweepRules sweep_rules(const setup::Config& config) {
    SweepRules rules;
    if (const auto days = config.authority.purge.certificates_after_days) {
        rules.certificates_after = std::chrono::days(*days);
    }
    return rules;
}

class WiredApp final : public App {
public:
    explicit WiredApp(Parts parts)
        : parts_(std::move(parts)),
          issuer_(parts_.runtime.clock, parts_.runtime.random, parts_.authority, *parts_.database,
                  parts_.hooks.get()),
          ledger_(*parts_.database),
          register_(*parts_.database, parts_.config.db ? revocation::Keeps::kEverything
                                                       : revocation::Keeps::kNothing),
          sweeper_(parts_.runtime.clock, *parts_.database, sweep_rules(parts_.config)) {
        const setup::TlsConfig& tls = parts_.config.tls;
        auto router = std::make_shared<http::Router>();
        api::mount(*router, {.clock = parts_.runtime.clock,
                             .issuer = issuer_,
                             .ledger = ledger_,
                             .revocations = register_,
                             .provisioners = parts_.provisioners,
                             .tls = {.cipher_suites = tls.cipher_suites,
                                     .min_version = tls.min_version,
                                     .max_version = tls.max_version,
                                     .renegotiation = tls.renegotiation},
                             .version = kVersion});
        if (parts_.acme_outside) {
            acme_ = parts_.runtime.acme->make({.config = parts_.config,
                                               .runtime = parts_.runtime,
                                               .database = *parts_.database,
                                               .provisioners = parts_.provisioners,
                                               .issuer = issuer_,
                                               .ledger = ledger_,
                                               .revocations = register_,
                                               .nonces = *parts_.nonces},
                                              *parts_.acme_outside, *router);
            sweeper_.add_orders(
                [this](SysTime now, std::size_t limit) { return acme_->sweep(now, limit); });
        }
        router_ = std::move(router);
    }

    const setup::Config& config() const override { return parts_.config; }
    std::shared_ptr<const http::Router> router() const override { return router_; }
    issuance::Issuer& issuer() override { return issuer_; }
    const provisioner::ProvisionerSet& provisioners() const override { return parts_.provisioners; }
    Sweeper& sweeper() override { return sweeper_; }
    Heritage heritage() const override {
        return {parts_.database, parts_.started, parts_.outside, parts_.nonces};
    }

    void prepare() const override {
        for (const auto& provisioner : parts_.provisioners.all()) {
            if (provisioner->prepare) {
                provisioner->prepare();
            }
        }
    }

    std::vector<std::string> root_fingerprints() const override {
        std::vector<std::string> all;
        for (const x509::Certificate& root : parts_.authority->roots) {
            all.push_back(encode_hex(crypto::sha256(root.der)));
        }
        return all;
    }

    Result<OwnTls> make_tls() const override;

private:
    Parts parts_;
    issuance::Issuer issuer_;
    issuance::Ledger ledger_;
    revocation::Register register_;
    Sweeper sweeper_;
    std::unique_ptr<AcmeServer> acme_;
    std::shared_ptr<const http::Router> router_;
};

Result<App::OwnTls> WiredApp::make_tls() const {
    return make_own_tls(parts_.config, issuer_);
}

Result<issuance::Authority> load_authority(const setup::Config& config,
                                           const KeyPassword& password) {
    STEP_ASSIGN(std::vector<x509::Certificate> chain, read_certificates({config.certificate}));
    STEP_ASSIGN(crypto::PrivateKey key, read_key(config.key, config.password, password));
    STEP_ASSIGN(std::vector<x509::Certificate> roots, read_certificates(config.roots));
    STEP_ASSIGN(std::vector<x509::Certificate> federated,
                read_certificates(config.federated_roots));
    return issuance::Authority{.chain = std::move(chain),
                               .key = std::move(key),
                               .roots = std::move(roots),
                               .federated_roots = std::move(federated),
                               .backdate = config.authority.backdate,
                               .default_subject = config.authority.subject,
                               .policy = config.authority.policies.x509};
}

/// An entry of ca.json that cannot be read, with the file and the place.
Error unreadable(const setup::Config& config, Error error) {
    error.detail.insert(0, "error parsing " + config.file + ": ");
    if (!error.cause.empty()) {
        error.detail += " (" + std::exchange(error.cause, "") + ")";
    }
    return error;
}

Result<issuance::Claims> load_claims(const setup::Config& config) {
    auto entry = issuance::parse_claims(config.authority.claims, "authority.claims");
    if (!entry) {
        return unreadable(config, std::move(entry).error());
    }
    const issuance::Claims claims = issuance::inherit(*entry, {});
    if (Status valid = issuance::validate(claims); !valid) {
        Error error = std::move(valid).error();
        error.detail.insert(0, "error generating provisioner config: ");
        return error;
    }
    return claims;
}

/// One that cannot be set up is listed and refuses every token; the CA starts all the same.
Result<provisioner::ProvisionerSet> load_provisioners(const setup::Config& config,
                                                      const App::Heritage& heritage,
                                                      const Runtime& runtime) {
    provisioner::Inherited inherited{
        .resolve = [paths = config.paths](const std::string& path) { return paths.resolve(path); },
        .outside = heritage.outside};
    STEP_ASSIGN(inherited.claims, load_claims(config));
    std::vector<provisioner::Provisioner> all;
    for (const json::Value& entry : config.authority.provisioners) {
        Result<provisioner::Provisioner> made = provisioner::make(entry, inherited);
        if (!made) {
            return unreadable(config, std::move(made).error());
        }
        if (!made->failure.empty()) {
            runtime.log.write(Level::kError,
                              fmt::format("failed to initialize {} provisioner \"{}\": {}",
                                          made->type_name, made->name, made->failure),
                              {});
        }
        all.push_back(*std::move(made));
    }
    return provisioner::ProvisionerSet::open(
        std::move(all),
        {.dns_names = config.dns_names,
         .started = heritage.started,
         .check_issued_at = !config.authority.disable_issued_at_check},
        runtime.clock, *heritage.database);
}

bool has_acme(const provisioner::ProvisionerSet& provisioners) {
    return std::ranges::any_of(provisioners.all(),
                               [](const auto& one) { return one->acme.has_value(); });
}

/// Without a database nothing could be remembered of an order.
void warn_of_acme(const setup::Config& config, const provisioner::ProvisionerSet& provisioners,
                  const Runtime& runtime) {
    if (!config.db && has_acme(provisioners)) {
        runtime.log.write(Level::kWarning,
                          "WARNING: No database is configured. ACME provisioners are disabled.",
                          {});
    }
}

Result<App::Heritage> inherit_or_open(const setup::Config& config, const Runtime& runtime,
                                      const App* before) {
    if (before != nullptr) {
        return before->heritage();
    }
    STEP_ASSIGN(std::shared_ptr<storage::Database> database, open_database(config.db));
    return App::Heritage{.database = std::move(database),
                         .started = runtime.clock.now(),
                         .outside = make_outside(runtime)};
}

}  // namespace

Result<std::unique_ptr<App>> App::open(setup::Config config, const KeyPassword& password,
                                       Runtime runtime, const App* before) {
    for (const std::string& warning : config.warnings) {
        runtime.log.write(Level::kWarning, "WARNING: " + warning, {});
    }
    STEP_ASSIGN(App::Heritage heritage, inherit_or_open(config, runtime, before));
    STEP_ASSIGN(issuance::Authority authority, load_authority(config, password));
    STEP_ASSIGN(provisioner::ProvisionerSet provisioners,
                load_provisioners(config, heritage, runtime));
    STEP_TRY(issuance::validate(authority));
    warn_of_acme(config, provisioners, runtime);
    const auto shared = std::make_shared<const issuance::Authority>(std::move(authority));
    STEP_ASSIGN(std::shared_ptr<issuance::Hooks> hooks,
                load_webhooks(config, provisioners, shared, heritage.database, runtime));
    std::unique_ptr<AcmeOutside> acme_outside;
    if (runtime.acme != nullptr && config.db && has_acme(provisioners)) {
        STEP_ASSIGN(acme_outside, runtime.acme->open_outside(config.acme, runtime.clock));
        if (!heritage.nonces) {
            STEP_ASSIGN(heritage.nonces, runtime.acme->open_nonces(*heritage.database, runtime));
        }
    }
    return std::unique_ptr<App>(
        std::make_unique<WiredApp>(Parts{.config = std::move(config),
                                         .runtime = runtime,
                                         .database = std::move(heritage.database),
                                         .started = heritage.started,
                                         .outside = std::move(heritage.outside),
                                         .authority = shared,
                                         .provisioners = std::move(provisioners),
                                         .hooks = std::move(hooks),
                                         .acme_outside = std::move(acme_outside),
                                         .nonces = std::move(heritage.nonces)}));
}

}  // namespace step::app
