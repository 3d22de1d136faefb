#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "x509/certificate.h"

namespace step::x509 {

/// The extension 1.3.6.1.4.1.37476.9000.64.1 that the original puts into a
/// certificate to name its provisioner.
struct StepProvisioner {
    int type = 0;  ///< 1 is JWK.
    std::string name{}, credential_id{};
    std::vector<std::string> key_values{};  ///< Pairs, flat.
    bool operator==(const StepProvisioner&) const = default;
};

Extension encode_step_provisioner(const StepProvisioner& provisioner);
/// None if absent or malformed.
std::optional<StepProvisioner> step_provisioner_of(const Certificate& certificate);
/// "JWK", "OIDC", "GCP", … for 1, 2, 3, …; "" for another number.
std::string_view provisioner_type_name(int type);

}  // namespace step::x509
