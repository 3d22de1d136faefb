#include "issuance/final_check.h"

#include <algorithm>

#include "asn1/reader.h"
#include "base/time.h"
#include "x509/certificate.h"

namespace step::issuance {
namespace {

/// The first and the last second that a Time of RFC 5280 can name.
constexpr SysSeconds kFirst{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
constexpr SysSeconds kLast{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} +
                           std::chrono::hours(24) - std::chrono::seconds(1)};
constexpr std::size_t kIpv4 = 4, kIpv6 = 16;

Error malformed(std::string what) {
    return {.code = Code::kInternal,
            .cause = "certificate not signed: " + std::move(what),
            .reason = kMalformedCertificate};
}

Status check_times(const x509::Draft& draft) {
    if (draft.not_after < draft.not_before) {
        return malformed("it would end (" + format_rfc3339(draft.not_after) +
                         ") before it begins (" + format_rfc3339(draft.not_before) + ")");
    }
    if (draft.not_before < kFirst || draft.not_after > kLast) {
        return malformed("its validity leaves the years 1 to 9999");
    }
    return ok();
}

Status check_names(const x509::AltNames& names) {
    const auto empty = [](const std::string& name) { return name.empty(); };
    if (std::ranges::any_of(names.dns, empty) || std::ranges::any_of(names.emails, empty) ||
        std::ranges::any_of(names.uris, empty)) {
        return malformed("an alternative name is empty");
    }
    const auto odd = [](const Bytes& ip) { return ip.size() != kIpv4 && ip.size() != kIpv6; };
    if (std::ranges::any_of(names.ips, odd)) {
        return malformed("an IP address has neither 4 nor 16 octets");
    }
    return ok();
}

/// True for BasicConstraints with the flag set, and for what cannot be read.
bool may_say_ca(ByteView value) {
    asn1::Reader whole(value);
    const auto sequence = whole.read(asn1::Tag::kSequence);
    if (!sequence) {
        return true;
    }
    asn1::Reader members(*sequence);
    if (!members.next_is(asn1::Tag::kBoolean)) {
        return false;
    }
    const auto flag = members.read_boolean();
    return !flag || *flag;
}

Status check_extensions(const x509::Draft& draft, bool may_be_ca) {
    const auto& extra = draft.extra;
    for (auto one = extra.begin(); one != extra.end(); ++one) {
        if (std::any_of(std::next(one), extra.end(),
                        [&](const x509::Extension& other) { return other.id == one->id; })) {
            return malformed("extension " + one->id.text() + " stands twice");
        }
        if (one->id == x509::oid::kSubjectAltName) {
            const Result<x509::ParsedAltNames> parsed = x509::parse_alt_names(one->value);
            if (!parsed) {
                return malformed("its alternative names cannot be read: " + parsed.error().detail);
            }
            if (parsed->names.empty() && parsed->others.empty()) {
                return malformed("its list of alternative names is empty");
            }
            STEP_TRY(check_names(parsed->names));
        }
        if (one->id == x509::oid::kBasicConstraints && !may_be_ca && may_say_ca(one->value)) {
            return malformed(
                "it would be a certificate authority, which the template's "
                "basicConstraints do not say");
        }
    }
    if (draft.basic_constraints && draft.basic_constraints->ca && !may_be_ca) {
        return malformed("it would be a certificate authority");
    }
    return ok();
}

}  // namespace

Status check_before_signing(const x509::Draft& draft, bool may_be_ca) {
    STEP_TRY(check_times(draft));
    STEP_TRY(check_names(draft.names));
    return check_extensions(draft, may_be_ca);
}

}  // namespace step::issuance
