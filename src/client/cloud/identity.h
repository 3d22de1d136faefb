#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "client/cloud/cloud.h"
#include "http/client.h"

namespace step::client {

/// Error::reason where nobody answered, so that this is hardly such a VM.
inline constexpr const char* kNoMetadataService = "client.no_metadata_service";

/// Where metadata services answer. In a cloud always the same; tests have services of their own.
struct MetadataHosts {
    std::string aws = "http://169.254.169.254";
    std::string azure = "http://169.254.169.254";
    /// Tried in turn until one answers. The short name is the one that the original asks for.
    std::vector<std::string> gcp = {"http://metadata.google.internal", "http://metadata"};
};

/// What a token of identity shall be good for.
struct IdentityRequest {
    Cloud cloud = Cloud::kAws;
    std::string provisioner{};  ///< Its name.
    std::string subject{};      ///< Only AWS tokens say it; the others are made by their cloud.
    std::string audience{};     ///< "https://ca.test:9000/1.0/sign"; Azure does not use it.
    /// AWS: the versions of the metadata service that may be used, in this order: "v2", "v1".
    /// Empty: v2, then v1.
    std::vector<std::string> imds_versions{};
    /// Azure: the resource that the token shall be for. Empty: the resource manager of the
    /// cloud that the VM says it is in.
    std::string resource{};
};

/// Asks the metadata service that this VM has for the document that says who it is, and makes
/// the token from it that a CA takes. Nothing is verified: that is what the CA does. `transport`
/// must have no proxy, for it would be the proxy's identity.
///
/// Fails with kUnavailable and kNoMetadataService, within five seconds, if nobody answers; with
/// kUnavailable and the status if the service refuses; with kInvalidArgument if what it says makes
/// no sense; with kTooLarge if it does not end.
Result<std::string> identity_token(http::Client& transport, const MetadataHosts& hosts,
                                   const IdentityRequest& request, SysTime now);

}  // namespace step::client
