// Whatever can be parsed can be shown, and what is shown as JSON is JSON.
#include "base/check.h"
#include "fuzz/fuzz.h"
#include "json/parse.h"
#include "json/write.h"
#include "x509/inspect.h"

namespace {

template <class T>
void show(const T& shown) {
    STEP_CHECK(step::x509::inspect_text(shown).ends_with('\n'));
    STEP_CHECK(step::x509::inspect_short(shown).ends_with('\n'));
    const step::json::Value value = step::x509::inspect_json(shown);
    const auto parsed = step::json::parse(step::json::encode_indent(value, "  "));
    STEP_CHECK(parsed && parsed->as_object() != nullptr);
    STEP_CHECK(parsed->as_object()->size() == value.as_object()->size());
}

}  // namespace

FUZZ_TARGET(x509_inspect) {
    const step::ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    if (const auto certificate = step::x509::parse_certificate(der)) {
        show(*certificate);
    }
    if (const auto request = step::x509::parse_csr_unchecked(der)) {
        show(*request);
    }
}
