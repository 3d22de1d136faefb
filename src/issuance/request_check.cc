#include "issuance/request_check.h"

#include <algorithm>
#include <set>

#include "base/base64.h"
#include "base/ip.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "issuance/issue.h"

namespace step::issuance {
namespace {

constexpr unsigned kMinRsaBits = 2048;

Error forbid(std::string detail) {
    return {.code = Code::kForbidden, .detail = std::move(detail)};
}

Status check_fingerprint(const x509::Csr& csr, const std::string& wanted) {
    if (wanted.empty()) {
        return ok();
    }
    const std::string got = encode_base64(crypto::sha256(csr.der), Base64::kRawUrl);
    if (!crypto::equal_secrets(got, wanted)) {
        return forbid("certificate request fingerprint does not match " + quote(wanted));
    }
    return ok();
}

Status check_common_name(const x509::Csr& csr, const Grant& grant) {
    const std::vector<std::string>& allowed = grant.common_names;
    const std::string name = csr.subject.common_name();
    if (grant.any_common_name || name.empty() ||
        std::find(allowed.begin(), allowed.end(), name) != allowed.end()) {
        return ok();
    }
    // As the original words it for machines that have just one.
    const bool only_one = grant.name_rule != NameRule::kSame && allowed.size() == 1;
    return forbid("certificate request does not contain the valid common name - got " + name +
                  ", want " + (only_one ? allowed.front() : format_list(allowed)));
}

/// Equal as sets; names that the request leaves out altogether are not missed.
Status check_kind(std::string_view kind, const std::vector<std::string>& got,
                  const std::vector<std::string>& want) {
    if (got.empty() || got == want ||
        std::set(got.begin(), got.end()) == std::set(want.begin(), want.end())) {
        return ok();
    }
    return forbid("certificate request does not contain the valid " + std::string(kind) +
                  " - got " + format_list(got) + ", want " + format_list(want));
}

/// Each a name of the grant.
Status check_some(std::string_view kind, const std::vector<std::string>& got,
                  const std::vector<std::string>& allowed) {
    const bool all = std::all_of(got.begin(), got.end(), [&](const std::string& name) {
        return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
    });
    if (all) {
        return ok();
    }
    return forbid("certificate request contains unauthorized " + std::string(kind) + " - got " +
                  format_list(got) + ", allowed " + format_list(allowed));
}

std::vector<std::string> ip_texts(const std::vector<Bytes>& addresses) {
    std::vector<std::string> texts;
    texts.reserve(addresses.size());
    for (const Bytes& address : addresses) {
        texts.push_back(format_ip(address));
    }
    return texts;
}

}  // namespace

Status check_key(const crypto::PublicKey& key) {
    if (key.kind() == crypto::KeyKind::kRsa && key.bits() < kMinRsaBits) {
        return forbid("certificate request RSA key must be at least 2048 bits (256 bytes)");
    }
    return ok();
}

Result<x509::AltNames> check_request(const x509::Csr& csr, const Grant& grant) {
    STEP_TRY(check_fingerprint(csr, grant.csr_fingerprint));
    STEP_TRY(check_common_name(csr, grant));
    STEP_TRY(check_key(csr.key));
    if (grant.names.size() > kMaxNames) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "a certificate can have at most 1000 names"};
    }
    STEP_ASSIGN(x509::AltNames want, x509::classify_names(grant.names));
    if (grant.name_rule == NameRule::kAny) {
        return want;
    }
    STEP_TRY(grant.name_rule == NameRule::kSubset
                 ? check_some("DNS names", csr.names.dns, want.dns)
                 : check_kind("DNS names", csr.names.dns, want.dns));
    STEP_TRY(check_kind("email addresses", csr.names.emails, want.emails));
    STEP_TRY(check_kind("IP addresses", ip_texts(csr.names.ips), ip_texts(want.ips)));
    STEP_TRY(check_kind("URIs", csr.names.uris, want.uris));
    return want;
}

}  // namespace step::issuance
