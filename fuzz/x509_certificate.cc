#include <cstdlib>

#include "fuzz/fuzz.h"
#include "x509/certificate.h"
#include "x509/draft.h"

using namespace step;
using namespace step::x509;

// What was read is what was there: the parts put together again are the input.
FUZZ_TARGET(x509_certificate) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto certificate = parse_certificate(der);
    if (!certificate) {
        return;
    }
    (void)certificate->serial_text();
    (void)certificate->subject.text();
    (void)certificate->public_key();
    if (certificate->der != der ||
        *parse_serial(certificate->serial_text()) != certificate->serial) {
        std::abort();
    }
    if (certificate->algorithm.scheme &&
        certificate->algorithm.der == encode_algorithm(*certificate->algorithm.scheme) &&
        assemble(certificate->tbs, *certificate->algorithm.scheme, certificate->signature) != der) {
        std::abort();
    }
}
