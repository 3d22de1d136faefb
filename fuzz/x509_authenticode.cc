#include <cstdlib>

#include "fuzz/fuzz.h"
#include "x509/authenticode.h"
#include "x509/certificate.h"
#include "x509/signed_data.h"

using namespace step;
using namespace step::x509;

// Nothing outside the file is asked for more than the limit, and what comes out are certificates.
FUZZ_TARGET(x509_authenticode) {
    const ByteView file(reinterpret_cast<const char*>(input.data()), input.size());
    const auto signature =
        authenticode_signature([&](std::uint64_t offset, std::size_t count) -> Result<Bytes> {
            if (count > std::size_t{16} << 20) {
                std::abort();
            }
            return Bytes(offset < file.size() ? file.substr(offset, count) : ByteView{});
        });
    const auto certificates = signed_data_certificates(signature ? ByteView(*signature) : file);
    if (!certificates) {
        return;
    }
    for (const Bytes& certificate : *certificates) {
        if (!parse_certificate(certificate)) {
            std::abort();
        }
    }
}
