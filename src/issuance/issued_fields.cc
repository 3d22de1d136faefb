#include "issuance/issued_fields.h"

#include "base/base64.h"
#include "base/time.h"

namespace step::issuance {

void append_fields(const Issued& issued, const x509::Certificate& issuer, Fields& log) {
    log.push_back({.name = "serial", .value = x509::serial_to_text(issued.serial)});
    log.push_back({.name = "subject", .value = issued.common_name});
    log.push_back({.name = "issuer", .value = issuer.subject.common_name()});
    log.push_back({.name = "sans", .value = x509::name_texts(issued.names)});
    log.push_back({.name = "valid-from", .value = format_rfc3339(issued.not_before)});
    log.push_back({.name = "valid-to", .value = format_rfc3339(issued.not_after)});
    log.push_back({.name = "public-key", .value = issued.key_label});
    log.push_back({.name = "certificate", .value = encode_base64(issued.certificate)});
    if (issued.extension) {
        const auto& [type, name, credential, pairs] = *issued.extension;
        log.push_back({.name = "provisioner",
                       .value = credential.empty() ? name : name + " (" + credential + ")"});
    }
}

}  // namespace step::issuance
