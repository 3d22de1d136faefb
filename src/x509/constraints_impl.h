#pragma once

#include <cstddef>

#include "base/result.h"
#include "x509/certificate.h"

namespace step::x509::impl {

/// Who asks: the words differ, and a verifier refuses a wildcard that covers an excluded host,
/// which the original issues.
enum class Use : unsigned char { kIssue, kVerify };

/// Checks `names` against one CA's constraints: excluded names first, then permitted ones.
/// kForbidden says which name and why. Each comparison takes one from `budget`; without any
/// left, nothing passes.
Status check_constraint_set(const AltNames& names, const NameConstraints& constraints, Use use,
                            std::size_t& budget);

/// Comparisons that one check may cost: a hostile chain can ask for millions.
inline constexpr std::size_t kConstraintBudget = 250'000;

}  // namespace step::x509::impl
