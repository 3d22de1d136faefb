#pragma once

namespace step::internal {
[[noreturn]] void check_failed(const char* what, const char* file, int line);
}  // namespace step::internal

/// Ends the process if `condition` does not hold, in every build. For invariants of our own,
/// never for input: a CA that has lost its invariants must not sign.
#define STEP_CHECK(condition) \
    ((condition) ? (void)0 : ::step::internal::check_failed(#condition, __FILE__, __LINE__))
