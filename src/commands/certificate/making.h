#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "crypto/key.h"
#include "profile/plan.h"
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

/// 128 random bits, not zero.
Bytes random_serial(Random& random);

/// Who signs: none of `certificate` for a certificate that signs itself.
struct Signer {
    const x509::Certificate* certificate = nullptr;
    const crypto::PrivateKey* key = nullptr;
};
/// Makes a certificate of the plan for `key`; its times are set, its key id of the issuer is the
/// issuer's.
Result<Bytes> sign_plan(cli::Context& context, const profile::CertificatePlan& plan,
                        const crypto::PublicKey& key, const Signer& signer,
                        const Validity& validity, std::chrono::hours lifetime);

/// Key stores: their flags are declared, so that nobody's command line means something else, and
/// refused until their capability exists.
Status refuse_key_stores(const cli::Args& args);

}  // namespace step::commands
