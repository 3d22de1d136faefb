#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace step::policy {

/// Whether a rule stands in an allow or a deny list: the original says so in its errors.
enum class Sense : unsigned char { kPermitted, kExcluded };

/// A rule in the form in which names are looked up. All fail with kInvalidArgument and the
/// original's words: `cannot parse permitted domain constraint ".a": domain constraint ".a" with
/// wildcard should start with *`.
Result<std::string> normal_common_name(const std::string& rule, Sense sense);
/// "a.test" as it is, ".a.test" for "*.a.test".
Result<std::string> normal_dns(const std::string& rule, Sense sense);
Result<std::string> normal_uri(const std::string& rule, Sense sense);
/// "a@b.test", or "b.test" for any address at that domain.
Result<std::string> normal_email(const std::string& rule, Sense sense);

/// A range of addresses: 4 or 16 octets, of which the first `ones` bits count.
struct Range {
    Bytes octets{};
    unsigned ones = 0;
};
Result<Range> normal_ip(const std::string& rule, Sense sense);
/// The first `ones` bits of `octets`, the others zero.
Bytes mask(ByteView octets, unsigned ones);

}  // namespace step::policy
