// Whatever can be parsed can be judged, and nothing that is forged is believed.
#include "base/check.h"
#include "fuzz/fuzz.h"
#include "x509/ocsp.h"

using namespace step;
using namespace step::x509;

FUZZ_TARGET(x509_ocsp) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto response = parse_ocsp_response(der);
    if (!response) {
        return;
    }
    STEP_CHECK(der.find(response->tbs) != ByteView::npos);
    STEP_CHECK(response->responder_name.empty() || response->responder_key_hash.empty());
    for (const OcspSingle& single : response->singles) {
        STEP_CHECK(!encode_ocsp_request(single.id).empty());
    }
    // An issuer without a key signs nothing.
    Certificate issuer, certificate;
    issuer.subject_der = certificate.issuer_der = response->responder_name;
    STEP_CHECK(!check_ocsp(*response, certificate, issuer, response->produced_at));
}
