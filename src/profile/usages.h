#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "asn1/oid.h"

namespace step::profile {

/// The bits of a key usage (x509::key_usage) with the names templates give, in the bits' order.
std::span<const std::pair<std::uint32_t, std::string_view>> key_usage_names();

/// The extended key usage that templates call `name`; case and underscores do not count. None if
/// templates have no name for it.
std::optional<asn1::Oid> extended_key_usage(std::string_view name);
/// Its number in Go's x509.ExtKeyUsage; none for one that templates have no name for.
std::optional<int> extended_key_usage_number(const asn1::Oid& usage);
/// The name of a number that extended_key_usage_number() gave.
std::string_view extended_key_usage_name(int number);

}  // namespace step::profile
