#include <cstdlib>

#include "fuzz/fuzz.h"
#include "x509/csr.h"

using namespace step;
using namespace step::x509;

// A request exists with all its parts, or there is a reason.
FUZZ_TARGET(x509_csr) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto csr = parse_csr(der);
    if (csr ? csr->der != der || csr->names.size() > 1000 : csr.error().reason == nullptr) {
        std::abort();
    }
}
