#include "app/webhooks.h"

#include "app/own_tls.h"
#include "client/proxy.h"
#include "provisioner/set.h"
#include "webhook/hooks.h"
#include "x509/system_roots.h"

namespace step::app {
namespace {

/// The CA's own chain and whatever the machine trusts.
std::vector<Bytes> trusted(const issuance::Authority& authority, const Environment* environment) {
    std::vector<Bytes> roots;
    const auto add = [&roots](const std::vector<x509::Certificate>& all) {
        for (const x509::Certificate& certificate : all) {
            roots.push_back(certificate.der);
        }
    };
    add(authority.roots);
    add(authority.chain);
    if (environment != nullptr) {
        add(x509::system_roots(*environment));
    }
    return roots;
}

Result<webhook::Identity> identity(const setup::Config& config, const issuance::Issuer& issuer) {
    STEP_ASSIGN(OwnCertificate own, make_own_certificate(config, issuer));
    return webhook::Identity{.chain = std::move(own.chain),
                             .key = std::make_shared<const crypto::PrivateKey>(std::move(own.key)),
                             .not_before = own.not_before,
                             .not_after = own.not_after};
}

}  // namespace

Result<std::shared_ptr<issuance::Hooks>> load_webhooks(
    const setup::Config& config, const provisioner::ProvisionerSet& provisioners,
    const std::shared_ptr<const issuance::Authority>& authority,
    const std::shared_ptr<storage::Database>& database, const Runtime& runtime) {
    std::vector<webhook::OfProvisioner> all;
    for (const auto& provisioner : provisioners.all()) {
        if (provisioner->failure.empty() && !provisioner->webhooks.empty()) {
            all.push_back({.id = provisioner->id, .webhooks = provisioner->webhooks});
        }
    }
    if (all.empty()) {
        return std::shared_ptr<issuance::Hooks>();
    }
    STEP_ASSIGN(webhook::CredentialMap credentials,
                webhook::load_credentials(webhook::credentials_beside(config.file)));
    const Environment* environment = runtime.environment;
    webhook::World world{
        .roots = [authority, environment]() { return trusted(*authority, environment); },
        .identity = [config, authority, database, &clock = runtime.clock,
                     &random = runtime.random]() -> Result<webhook::Identity> {
            return identity(config, issuance::Issuer(clock, random, authority, *database));
        },
        .proxy = [environment](const std::string& url) -> Result<std::string> {
            return environment != nullptr ? client::proxy_for(url, *environment)
                                          : Result<std::string>(std::string());
        }};
    STEP_ASSIGN(std::unique_ptr<issuance::Hooks> hooks,
                webhook::make_hooks({.clock = runtime.clock,
                                     .random = runtime.random,
                                     .log = runtime.log,
                                     .world = std::move(world)},
                                    std::move(all), std::move(credentials)));
    return std::shared_ptr<issuance::Hooks>(std::move(hooks));
}

}  // namespace step::app
