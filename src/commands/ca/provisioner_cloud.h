#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "json/value.h"

namespace step::commands {

// Entries of ca.json for AWS, GCP and Azure, as `ca provisioner add` and `update` write them: what
// the flags name is changed, what a new entry needs besides comes in.

Status write_aws(cli::Context& context, json::Value& entry, bool fresh);
Status write_gcp(cli::Context& context, json::Value& entry, bool fresh);
Status write_azure(cli::Context& context, json::Value& entry, bool fresh);

// A warning says if such an entry lets in every customer of the cloud, or if who signs its tokens
// cannot be asked for the keys, which the original takes for an error.

void warn_of_aws(cli::Context& context, const json::Value& entry, bool fresh);
void warn_of_gcp(cli::Context& context, const json::Value& entry, bool fresh);
void warn_of_azure(cli::Context& context, const json::Value& entry, bool fresh);

}  // namespace step::commands
