#pragma once

#include <string>

#include "cli/command.h"
#include "commands/ca/token_claims.h"
#include "json/value.h"

namespace step::commands {

/// True if a provisioner takes tokens that the cloud of a VM vouches for: AWS, GCP, Azure.
bool is_cloud_provisioner(const json::Value& provisioner);

/// The token that proves to this provisioner which VM we are on, fetched from the metadata service
/// of the VM. Of `request` it says the subject at most. `audience` is what path_of() is appended
/// to. Leaves in `request` that the token is one of a cloud, and whether the provisioner takes
/// names of our choice. Fails as client::identity_token() does, and with kUnsupported for any
/// purpose but signing.
Result<std::string> cloud_token(cli::Context& context, const json::Value& provisioner,
                                const std::string& audience, TokenRequest& request);

}  // namespace step::commands
