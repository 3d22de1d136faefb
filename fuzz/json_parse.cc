#include <cstdlib>

#include "fuzz/fuzz.h"
#include "json/parse.h"
#include "json/write.h"

FUZZ_TARGET(json_parse) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto value = step::json::parse(text);
    if (!value) {
        return;
    }
    // What we accept, we must write in a form that reads back as the same value, whether it
    // is compact or indented, and that form must not change any more.
    const std::string compact = step::json::encode(*value);
    const auto again = step::json::parse(compact);
    const auto pretty = step::json::parse(step::json::encode_indent(*value, "  "));
    if (!again || !pretty || *again != *value || *pretty != *value ||
        step::json::encode(*again) != compact) {
        std::abort();
    }
}
