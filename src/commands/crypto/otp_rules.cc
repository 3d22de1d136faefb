#include "commands/crypto/otp_rules.h"

#include "base/text.h"
#include "commands/errors.h"

namespace step::commands {

Result<crypto::Hash> otp_hash(const std::string& name) {
    const std::string upper = to_upper(name);
    if (upper == "SHA1") {
        return crypto::Hash::kSha1;
    }
    if (upper == "SHA256") {
        return crypto::Hash::kSha256;
    }
    if (upper == "SHA512") {
        return crypto::Hash::kSha512;
    }
    return invalid_flag("alg", name, "options are SHA1, SHA256, or SHA512");
}

Result<unsigned> otp_digits(std::int64_t digits) {
    constexpr std::int64_t kMost = 10;  // A code has 31 bits.
    if (digits < 1 || digits > kMost) {
        return invalid_flag("length", std::to_string(digits), "value must be in range 1-10");
    }
    return static_cast<unsigned>(digits);
}

std::vector<cli::Flag> otp_flags() {
    return {{.name = "length/digits",
             .type = cli::FlagType::kInt,
             .value = "size",
             .help = "digits of a password",
             .fallback = "6"},
            {.name = "alg/algorithm",
             .value = "algorithm",
             .help = "SHA1, SHA256 or SHA512",
             .fallback = "SHA1"}};
}

}  // namespace step::commands
