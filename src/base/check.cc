#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace step::internal {

void check_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "internal error: %s does not hold (%s:%d)\n", what, file, line);
    std::abort();
}

}  // namespace step::internal
