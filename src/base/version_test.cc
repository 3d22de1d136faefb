#include "base/version.h"

#include <string_view>

#include <doctest/doctest.h>

namespace step {

TEST_CASE("the version in the source is the one CMakeLists.txt gives the project") {
    CHECK(std::string_view(kVersion) == STEP_PROJECT_VERSION);
}

}  // namespace step
