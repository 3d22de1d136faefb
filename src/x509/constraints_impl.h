#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "x509/certificate.h"

namespace step::x509::impl {

/// Checks `names` against one CA's constraints: excluded names first, then permitted ones.
/// kForbidden says which name and why; `email_kind` is what a mail address is called. Each
/// comparison takes one from `budget`; without any left, nothing passes.
Status check_constraint_set(const AltNames& names, const NameConstraints& constraints,
                            std::string_view email_kind, std::size_t& budget);

/// Comparisons that one check may cost: a hostile chain can ask for millions.
inline constexpr std::size_t kConstraintBudget = 250'000;

}  // namespace step::x509::impl
