#include <cstdlib>

#include "fuzz/fuzz.h"
#include "x509/name.h"
#include "x509/san.h"

using namespace step;
using namespace step::x509;

// What we accept we write in a form that we accept again, and that then no longer changes.
FUZZ_TARGET(x509_names) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    if (const auto name = parse_name(der)) {
        const Bytes once = encode_name(*name);
        const auto again = parse_name(once);
        (void)name->text();
        if (!again || encode_name(*again) != once) {
            std::abort();
        }
    }
    if (const auto names = parse_alt_names(der)) {
        const auto again = parse_alt_names(encode_alt_names(names->names));
        if (again && again->names.size() != names->names.size()) {
            std::abort();
        }
    }
}
