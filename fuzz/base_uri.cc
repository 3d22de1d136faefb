#include "base/check.h"
#include "base/uri.h"
#include "fuzz/fuzz.h"

// The printed form of a URI parses, and prints the same again.
FUZZ_TARGET(base_uri) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto uri = step::parse_uri(text);
    if (!uri) {
        return;
    }
    const std::string printed = step::format_uri(*uri);
    if (const auto again = step::parse_uri(printed)) {
        STEP_CHECK(step::format_uri(*again) == printed);
    }
}
