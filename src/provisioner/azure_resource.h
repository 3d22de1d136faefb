#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace step::provisioner {

/// The resource of Azure that an identity belongs to, as claim `xms_mirid` names it: a virtual
/// machine, a scale set, one machine of a scale set, or an identity that a user made.
struct AzureResource {
    std::string subscription{}, group{};
    std::string name{};  ///< Of a machine of a scale set: "SET_NUMBER", as Azure itself names it.
};

/// Reads /subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/NAME and its
/// relatives; the case of the fixed parts does not count. Fails with kInvalidArgument.
Result<AzureResource> parse_azure_resource(std::string_view id);

}  // namespace step::provisioner
