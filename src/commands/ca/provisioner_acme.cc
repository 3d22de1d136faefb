#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "commands/ca/provisioner_file.h"
#include "commands/ca/provisioner_type.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "x509/certificate.h"

namespace step::commands {
namespace {

/// The certificates of these files, PEM, which all have to be authorities.
Result<Bytes> read_authorities(cli::Context& context, const std::vector<std::string>& files) {
    Bytes pem;
    for (const std::string& file : files) {
        const auto bundle = read_bundle(context, file);
        if (!bundle) {
            return explain(bundle.error(),
                           fmt::format("error reading certificates from {}: ", file));
        }
        for (const x509::Certificate& certificate : *bundle) {
            if (!certificate.is_ca() || !certificate.key_usage ||
                (*certificate.key_usage & x509::key_usage::kCertSign) == 0) {
                return invalid(fmt::format("certificate with common name {} is not a valid CA",
                                           quote(certificate.subject.common_name())));
            }
            pem += x509::encode_certificate_pem(certificate.der);
        }
    }
    return pem;
}

}  // namespace

Status write_acme(cli::Context& context, json::Value& entry, bool /*fresh*/) {
    const cli::Args& args = context.args;
    change_switch(entry, args, "forceCN", "force-cn");
    change_switch(entry, args, "requireEAB", "require-eab");
    STEP_TRY(change_list(entry, args,
                         {.member = "challenges",
                          .flag = "challenge",
                          .all = {"http-01", "dns-01", "tls-alpn-01"},
                          .options = "http-01, dns-01, tls-alpn-01 and device-attest-01",
                          .more = {"device-attest-01"}}));
    STEP_TRY(change_list(entry, args,
                         {.member = "attestationFormats",
                          .flag = "attestation-format",
                          .all = {"apple", "step", "tpm"},
                          .options = "apple, step, and tpm"}));
    if (!args.is_set("attestation-roots")) {
        return ok();
    }
    std::vector<std::string> files = args.list("attestation-roots");
    std::erase(files, "");
    if (files.empty()) {
        remove_member(entry, "attestationRoots");
        return ok();
    }
    STEP_ASSIGN(const Bytes roots, read_authorities(context, files));
    set_member(entry, "attestationRoots", encode_base64(roots));
    return ok();
}

}  // namespace step::commands
