#pragma once

#include <string>

#include "base/result.h"

namespace step::acme {

/// `reason` is one of problem_types.h.
inline Error failed(Code code, const char* reason, std::string detail) {
    return {.code = code, .detail = std::move(detail), .reason = reason};
}

}  // namespace step::acme
