#pragma once

#include <functional>
#include <span>
#include <string>

#include "cli/command.h"
#include "commands/ca/provisioner_file.h"
#include "commands/flags.h"
#include "commands/foreign_flags.h"

namespace step::commands {

// What add, update and remove share.

Flags provisioner_admin_flags();  ///< --admin-…, --ca-config and the flags of a connection
Flags provisioner_entry_flags();  ///< Those above, of types, templates, claims, and those below.
/// Those of types that are not supported yet.
std::span<const ForeignFlag> foreign_provisioner_flags();

/// Writes the claims that the flags name. A `fresh` entry gets the switches too, as the original
/// writes them.
void set_claims(json::Value& entry, const cli::Args& args, bool fresh);

/// That ca.json has been changed, and what has to follow.
void say_updated(cli::Context& context);

/// Asks the CA whether it keeps its provisioners itself. If it does, fails with kUnsupported; if
/// it does not, or nobody answers, lets `change` edit --ca-config, replaces the file at once
/// (an existing mode stays), forgets the credentials of webhooks that went with it, and says so on
/// stderr.
Status change_provisioners(cli::Context& context,
                           const std::function<Status(ProvisionerFile&)>& change);

/// The members "key" and "encryptedKey" as --create, --public-key, --private-key and
/// --password-file say; those that no flag speaks of are null. An empty --private-key gives "".
struct ProvisionerKey {
    json::Value key{}, encrypted{};
};
Result<ProvisionerKey> provisioner_key_flags(cli::Context& context);

}  // namespace step::commands
