#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace step::policy {

/// A domain name in A-labels and lower case, by the rules with which Go's x/net/idna looks names
/// up (UTS #46, non-transitional, STD3, hyphens and joiners checked). Empty labels and a dot at
/// either end stay; no length is checked. kInvalidArgument: "idna: disallowed rune U+005F",
/// "idna: invalid label \"-a\"".
Result<std::string> to_ascii(std::string_view domain);

/// A key under which two texts are equal if Go's strings.EqualFold says so (simple folding).
std::string fold_key(std::string_view text);

}  // namespace step::policy
