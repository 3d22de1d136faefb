#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "crypto/key.h"
#include "x509/certificate.h"
#include "x509/draft.h"

namespace step::commands {

// What `certificate create` and `certificate sign` share: certificates made by hand.

inline constexpr std::chrono::hours kLeafLifetime{24}, kCaLifetime{87'600};

/// --not-before and --not-after; none where nothing was said.
struct Validity {
    std::optional<SysSeconds> from{}, to{};
};
/// Fails with the original's words on a value that is neither a time nor a duration, and if the
/// end lies before the beginning.
Result<Validity> parse_validity(cli::Context& context);
/// Sets the times of `draft`: from now, or as said. Fails if it would be over before it begins.
Status apply_validity(cli::Context& context, const Validity& validity, std::chrono::hours lifetime,
                      x509::Draft& draft);

/// Key usage and extended key usage of a leaf; of a CA.
void make_leaf(x509::Draft& draft, const crypto::PublicKey& key);
void make_ca(x509::Draft& draft, std::optional<std::uint32_t> path_length);

/// 128 random bits, not zero.
Bytes random_serial(Random& random);

/// Templates and key stores: their flags are declared, so that nobody's command line means
/// something else, and refused until their capability exists. --set and --set-file are for
/// templates only.
Status refuse_later_flags(cli::Context& context);

}  // namespace step::commands
