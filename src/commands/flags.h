#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "cli/command.h"
#include "crypto/key.h"
#include "json/value.h"

namespace step::commands {

// Groups of flags that several commands have, and what their values mean.

using Flags = std::vector<cli::Flag>;
Flags join_flags(std::initializer_list<Flags> groups);

Flags connection_flags();     ///< --ca-url, --root, --context
Flags context_flag();         ///< --context
Flags provisioner_flags();    ///< --provisioner/--issuer, --provisioner-password-file
Flags key_flags();            ///< --kty, --crv/--curve, --size
Flags template_data_flags();  ///< --set, --set-file
Flags validity_flags();       ///< --not-before, --not-after
Flags force_flag();           ///< --force
Flags password_file_flag();   ///< --password-file
Flags no_password_flags();    ///< --no-password, --insecure
Flags hidden_no_context();    ///< defaults.json is not read

/// --no-password excludes --password-file and needs --insecure.
Status check_no_password(const cli::Args& args);

/// A fresh key as --kty, --crv and --size want it; EC P-256 without them. Fails with
/// kInvalidArgument and the original's words; RSA below 2048 bits needs `insecure`.
Result<crypto::PrivateKey> make_key(const cli::Args& args, bool insecure = false);

/// The object of --set-file with the --set pairs over it; null if neither is given. A value
/// that is JSON counts as such, anything else is a string. Names are sorted at every level, as
/// the original's maps are.
Result<json::Value> template_data(cli::Context& context);

/// A moment from an RFC 3339 time or a duration from `now`; none if the flag is not given.
Result<std::optional<SysTime>> time_flag(const cli::Args& args, std::string_view flag, SysTime now);

}  // namespace step::commands
