#include <algorithm>
#include <cstdlib>

#include "fuzz/fuzz.h"
#include "lint/lint.h"

using namespace step;

// Whatever the certificate, every rule has its say, once and in order.
FUZZ_TARGET(lint_certificate) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto findings = lint::lint_certificate(der);
    if (!findings) {
        return;
    }
    if (findings->empty() || !std::ranges::is_sorted(*findings, {}, &lint::Finding::rule) ||
        std::ranges::adjacent_find(*findings, {}, &lint::Finding::rule) != findings->end()) {
        std::abort();
    }
}
