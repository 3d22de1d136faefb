#pragma once

#include <string>
#include <string_view>

namespace step::provisioner {

// Where those who sign the tokens of cloud VMs say which keys they sign with.

inline constexpr const char* kGoogleKeysUrl = "https://www.googleapis.com/oauth2/v3/certs";

/// The OpenID configuration of a tenant, in the cloud of Azure whose resource manager `audience`
/// names; in the public one if it names none.
std::string azure_discovery_url(std::string_view tenant, std::string_view audience);

}  // namespace step::provisioner
