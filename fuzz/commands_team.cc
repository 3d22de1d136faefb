#include <algorithm>
#include <cassert>

#include "commands/ca/team.h"
#include "fuzz/fuzz.h"

// What a team's server answers decides which root is trusted: what is accepted is a https address
// and a SHA-256 digest, which may stand in a path.
FUZZ_TARGET(commands_team) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto authority = step::commands::parse_team_authority(text);
    if (!authority) {
        assert(authority.error().detail.starts_with("error getting authority data: "));
        return;
    }
    assert(authority->ca_url.starts_with("https://"));
    assert(authority->fingerprint.size() == 64);
    assert(std::ranges::all_of(authority->fingerprint, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }));
}
