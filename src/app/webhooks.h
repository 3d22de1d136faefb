#pragma once

#include <memory>

#include "app/app.h"
#include "issuance/authority.h"
#include "issuance/hooks.h"

namespace step::app {

/// The webhooks of all provisioners; null if none has any. Their credentials are read from
/// secrets/webhooks.json, which config.file tells the place of. Connects to nobody. Fails with
/// kInvalidArgument if that file or the template in a URL cannot be read.
Result<std::shared_ptr<issuance::Hooks>> load_webhooks(
    const setup::Config& config, const provisioner::ProvisionerSet& provisioners,
    const std::shared_ptr<const issuance::Authority>& authority,
    const std::shared_ptr<storage::Database>& database, const Runtime& runtime);

}  // namespace step::app
