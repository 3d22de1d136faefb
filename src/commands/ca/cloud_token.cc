#include "commands/ca/cloud_token.h"

#include <fmt/format.h>

#include "client/cloud/identity.h"
#include "commands/ca/provisioner_file.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

/// What the original's step asks for where a provisioner has no audience of its own.
constexpr std::string_view kUsualResource = "https://management.azure.com/";

bool switch_of(const json::Value& provisioner, std::string_view name) {
    const json::Value* found = provisioner.find(name);
    return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
}

}  // namespace

bool is_cloud_provisioner(const json::Value& provisioner) {
    return client::find_cloud(text_member(provisioner, "type")).has_value();
}

Result<std::string> cloud_token(cli::Context& context, const json::Value& provisioner,
                                const std::string& audience, TokenRequest& request) {
    const client::Cloud cloud = *client::find_cloud(text_member(provisioner, "type"));
    if (request.purpose != Purpose::kSign && request.purpose != Purpose::kSshSign) {
        return Error{
            .code = Code::kUnsupported,
            .detail = fmt::format("a provisioner of type '{}' takes tokens to sign only; to "
                                  "renew or revoke, show the certificate and its key",
                                  name_of(cloud))};
    }
    request.from_cloud = true;
    request.custom_names = !switch_of(provisioner, "disableCustomSANs");
    client::IdentityRequest question{.cloud = cloud,
                                     .provisioner = text_member(provisioner, "name"),
                                     .subject = request.subject,
                                     .audience = audience + "/sign",
                                     .imds_versions = texts_member(provisioner, "imdsVersions")};
    if (const std::string resource = text_member(provisioner, "audience");
        resource != kUsualResource) {
        question.resource = resource;
    }
    // Of its own and without a proxy: the proxy is no part of this VM.
    const auto transport = http::Client::make({});
    return client::identity_token(*transport, {}, question, context.clock.now());
}

}  // namespace step::commands
