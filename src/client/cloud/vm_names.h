#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/cloud/cloud.h"
#include "json/value.h"

namespace step::client {

/// What a token of a cloud says of the VM that it was given to.
struct CloudVm {
    Cloud cloud = Cloud::kAws;
    /// Names that the cloud gave it, in the order of the original: for AWS its private address and
    /// the DNS name made of it, for GCP two internal DNS names, for Azure the name of the machine.
    std::vector<std::string> names{};
};

/// Reads the claims of a token that nobody verified; none if it comes from no cloud. Fails with
/// kInvalidArgument if the document in a token from AWS cannot be read.
Result<std::optional<CloudVm>> read_cloud_vm(const json::Value& claims);

}  // namespace step::client
