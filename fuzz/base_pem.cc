#include "base/check.h"
#include "base/pem.h"
#include "fuzz/fuzz.h"

// What we accept, we must write back in a form that we accept again.
FUZZ_TARGET(base_pem) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto found = step::next_pem(text);
    if (!found) {
        return;
    }
    STEP_CHECK(found->rest <= text.size());
    const auto again = step::next_pem(step::encode_pem(found->block));
    STEP_CHECK(again.has_value() || !found->block.headers.empty());
    if (again && found->block.headers.empty()) {
        STEP_CHECK(again->block == found->block);
    }
}
