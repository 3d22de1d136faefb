#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/command.h"

namespace step::commands {

/// What a team's server says of an authority.
struct TeamAuthority {
    std::string ca_url{};       ///< As client::parse_ca_url() gives it.
    std::string fingerprint{};  ///< Of the root; lower case, without dashes.
    std::string redirect_url{};
    std::string provisioner{};  ///< May be empty, as may be:
    std::int64_t min_password_length = 0;
};

/// Asks for the authority that --team and --team-authority name, at --team-url or at
/// api.smallstep.com. A https server is checked against the trust anchors of the system; at most
/// five redirections are followed, never from https to http. Fails with "error getting authority
/// data: …".
Result<TeamAuthority> find_team_authority(cli::Context& context);

/// --team-authority, "ssh" without it.
std::string team_authority_name(const cli::Args& args);

/// Reads the server's answer; `body` is from outside. Any member may be missing but url and
/// fingerprint.
Result<TeamAuthority> parse_team_authority(std::string_view body);

}  // namespace step::commands
