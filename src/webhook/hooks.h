#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/runtime.h"
#include "webhook/config.h"
#include "webhook/secrets.h"
#include "webhook/world.h"

namespace step::issuance {
class Hooks;
}

namespace step::webhook {

/// What the webhooks of a CA share. References outlive the hooks.
struct Shared {
    const Clock& clock;
    Random& random;
    Log& log;
    World world{};
    Patience patience{};
};

/// The webhooks of one provisioner.
struct OfProvisioner {
    std::string id{};
    std::vector<Webhook> webhooks{};
};

/// The webhooks of all provisioners, as issuance/hooks.h has them; null if there are none. Connects
/// to nobody. Credentials are found by id; one without any signs with an empty key, as those of the
/// original's ca.json do. Fails with kInvalidArgument if a URL is a template that does not parse.
///
/// When the hooks go, notifications that wait are still delivered for a few seconds.
Result<std::unique_ptr<issuance::Hooks>> make_hooks(Shared shared,
                                                    std::vector<OfProvisioner> provisioners,
                                                    CredentialMap credentials);

}  // namespace step::webhook
