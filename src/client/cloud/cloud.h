#pragma once

#include <optional>
#include <string_view>

namespace step::client {

/// A cloud whose VMs prove with a signed document who they are.
enum class Cloud : unsigned char { kAws, kGcp, kAzure };
/// "AWS", "GCP" and "Azure" in any case: types of provisioner.
std::optional<Cloud> find_cloud(std::string_view type);
std::string_view name_of(Cloud cloud);

}  // namespace step::client
