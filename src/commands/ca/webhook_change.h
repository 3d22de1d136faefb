#pragma once

#include <functional>
#include <string>

#include "cli/command.h"
#include "commands/flags.h"
#include "json/value.h"
#include "webhook/secrets.h"

namespace step::commands {

// What the three commands about webhooks share.

/// --url, --kind, …, --cert-type
Flags webhook_flags();

/// The webhooks of one provisioner, to be changed.
struct WebhookChange {
    const std::string& provisioner;
    json::Array& webhooks;  ///< Valid only until the change returns.
    webhook::CredentialsFile& credentials;

    /// Null if there is none of this name.
    json::Value* find(std::string_view name) const;
};

/// Lets `change` edit the webhooks of a provisioner in --ca-config and their credentials beside
/// it, then replaces both files; those of a webhook that it takes out go by themselves. Fails with
/// kUnsupported if the CA keeps its provisioners itself, kNotFound without such a provisioner, and
/// with the words of `step-ca` if it would not have the result.
Status change_webhooks(cli::Context& context, const std::string& provisioner,
                       const std::function<Status(const WebhookChange&)>& change);

/// Writes what the flags of webhook_flags() say into an entry of ca.json, credentials aside.
Status set_webhook_members(json::Value& entry, const cli::Args& args);
/// How requests are logged in, by the flags. Fails as read_file.
Result<webhook::CredentialsFile::Login> webhook_login(const cli::Args& args);

}  // namespace step::commands
