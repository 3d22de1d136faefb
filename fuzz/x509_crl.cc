// Whatever can be parsed can be shown and judged, and is found in what was read.
#include "base/check.h"
#include "fuzz/fuzz.h"
#include "json/parse.h"
#include "json/write.h"
#include "x509/crl.h"
#include "x509/inspect.h"

using namespace step;
using namespace step::x509;

FUZZ_TARGET(x509_crl) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    const auto list = parse_crl_file(der);
    if (!list) {
        return;
    }
    STEP_CHECK(parse_crl(list->der));
    STEP_CHECK(list->der.find(list->tbs) != Bytes::npos);
    STEP_CHECK(inspect_text(*list, {}).ends_with('\n'));
    const auto parsed = json::parse(json::encode_indent(inspect_json(*list, {}), "  "));
    STEP_CHECK(parsed && parsed->as_object() != nullptr);
    for (const RevokedCertificate& entry : list->revoked) {
        (void)find_revoked(*list, entry.serial);
        break;  // One: the search is linear.
    }
    Certificate issuer;
    issuer.subject_der = list->issuer_der;
    const CrlCheck check{.now = list->this_update, .skip_signature = true};
    Certificate certificate;
    certificate.issuer_der = list->issuer_der;
    // Nothing vouches that is partial or of unknown meaning.
    const auto entry = look_up(*list, certificate, issuer, check);
    STEP_CHECK(!entry || *entry != nullptr ||
               (!list->delta && !list->unhandled_critical && list->next_update));
}
