#include "x509/crl.h"

#include <fmt/format.h>

#include "base/pem.h"
#include "base/text.h"
#include "base/time.h"
#include "x509/parse_impl.h"
#include "x509/signed_impl.h"

namespace step::x509 {
namespace {

using asn1::Reader;
using asn1::Tag;
using impl::malformed;
using impl::refused;
using impl::said;

constexpr std::string_view kPemType = "X509 CRL";
constexpr std::int64_t kRemoveFromCrl = 8;

Result<std::int64_t> read_reason(ByteView value) {
    Reader reader(value);
    STEP_ASSIGN(const ByteView octets, reader.read(Tag::kEnumerated));
    STEP_TRY(reader.finish());
    if (octets.size() != 1) {
        return malformed("asn1: unknown reason");
    }
    return static_cast<std::int64_t>(static_cast<signed char>(octets[0]));
}

using Locations = std::vector<IssuingDistributionPoint::Location>;

/// The names of a DistributionPointName (RFC 5280 4.2.1.13) that has full ones.
Result<Locations> read_full_name(Reader choice) {
    STEP_ASSIGN(const std::optional<ByteView> full_name,
                choice.read_optional(asn1::context_constructed(0)));
    Reader names(full_name.value_or(ByteView()));
    Locations locations;
    while (!names.at_end()) {
        STEP_ASSIGN(const Reader::Element name, names.read_any());
        constexpr unsigned kNumber = 0x1f;
        locations.push_back({static_cast<unsigned>(name.tag) & kNumber, Bytes(name.contents)});
    }
    return locations;
}

/// The full names of the distribution points of a certificate, which its parser has checked.
Locations distribution_names(const Certificate& certificate) {
    Locations found;
    const Extension* const extension = certificate.find(oid::kCrlDistributionPoints);
    Reader outer(extension == nullptr ? ByteView() : ByteView(extension->value));
    auto points = outer.enter();
    while (points && !points->at_end()) {
        auto point = points->enter();
        const auto choice =
            point ? point->enter(asn1::context_constructed(0)) : Result<Reader>(point.error());
        if (!point) {
            break;
        }
        auto names = choice ? read_full_name(*choice) : Result<Locations>(choice.error());
        if (names) {
            found.insert(found.end(), std::make_move_iterator(names->begin()),
                         std::make_move_iterator(names->end()));
        }
    }
    return found;
}

Result<IssuingDistributionPoint> read_distribution_point(ByteView value) {
    Reader outer(value);
    STEP_ASSIGN(Reader reader, outer.enter());
    STEP_TRY(outer.finish());
    IssuingDistributionPoint point;
    if (reader.next_is(asn1::context_constructed(0))) {
        STEP_ASSIGN(Reader choice, reader.enter(asn1::context_constructed(0)));
        STEP_ASSIGN(point.locations, read_full_name(choice));
        point.named = true;
    }
    const auto read_switch = [&reader](unsigned number, bool& value_of) -> Status {
        STEP_ASSIGN(const std::optional<ByteView> octets,
                    reader.read_optional(asn1::context(number)));
        if (octets && octets->size() != 1) {
            return malformed("asn1: malformed boolean");
        }
        value_of = octets && octets->front() != '\0';
        return ok();
    };
    STEP_TRY(read_switch(1, point.only_user));
    STEP_TRY(read_switch(2, point.only_ca));
    STEP_ASSIGN(const std::optional<ByteView> reasons, reader.read_optional(asn1::context(3)));
    if (reasons) {
        if (reasons->empty()) {
            return malformed("asn1: malformed bit string");
        }
        point.only_some_reasons = Bytes(reasons->substr(1));
    }
    STEP_TRY(read_switch(4, point.indirect));
    STEP_TRY(read_switch(5, point.only_attribute));
    STEP_TRY(reader.finish());
    return point;
}

/// The extensions of the list or of an entry.
Status read_extensions(Reader list, std::vector<Extension>& extensions) {
    while (!list.at_end()) {
        Extension extension;
        STEP_TRY(impl::read_extension(list, extension));
        extensions.push_back(std::move(extension));
    }
    return ok();
}

Status read_entry(Reader& entries, RevocationList& list) {
    STEP_ASSIGN(Reader fields, said(entries.enter(), "x509: malformed crl"));
    RevokedCertificate entry;
    STEP_ASSIGN(const ByteView serial,
                said(fields.read_integer(), "x509: malformed serial number"));
    entry.serial = serial;
    STEP_ASSIGN(entry.revoked_at, said(fields.read_time(), "x509: malformed revocation time"));
    if (fields.next_is(Tag::kSequence)) {
        STEP_ASSIGN(const Reader extensions, said(fields.enter(), "x509: malformed extensions"));
        STEP_TRY(read_extensions(extensions, entry.extensions));
    }
    STEP_TRY(said(fields.finish(), "x509: malformed crl"));
    for (const Extension& extension : entry.extensions) {
        if (extension.id == oid::kReasonCode) {
            STEP_TRY(said(Reader(extension.value).read(Tag::kEnumerated),
                          "x509: malformed reasonCode extension"));
        } else if (extension.critical) {
            list.unhandled_critical = true;
        }
    }
    list.revoked.push_back(std::move(entry));
    return ok();
}

Status decode_extension(RevocationList& list, const Extension& extension) {
    if (extension.id == oid::kAuthorityKeyId) {
        STEP_ASSIGN(list.authority_key_id, impl::read_authority_key_id(extension));
    } else if (extension.id == oid::kCrlNumber) {
        Reader reader(extension.value);
        STEP_ASSIGN(const ByteView number,
                    said(reader.read_integer(), "x509: malformed crl number"));
        list.number = Bytes(number);
    } else if (extension.id == oid::kIssuingDistributionPoint) {
        auto point = read_distribution_point(extension.value);
        if (point && !list.distribution_point) {
            list.distribution_point = *std::move(point);
        } else {
            list.unhandled_critical = true;
        }
    } else if (extension.id == oid::kDeltaCrlIndicator) {
        list.delta = true;
    } else if (extension.critical) {
        list.unhandled_critical = true;
    }
    return ok();
}

Status read_list_extensions(Reader& tbs, RevocationList& list) {
    constexpr std::string_view kBad = "x509: malformed extensions";
    if (!tbs.next_is(asn1::context_constructed(0))) {
        return ok();
    }
    STEP_ASSIGN(Reader field, said(tbs.enter(asn1::context_constructed(0)), kBad));
    STEP_ASSIGN(const Reader extensions, said(field.enter(), kBad));
    STEP_TRY(said(field.finish(), kBad));
    STEP_TRY(read_extensions(extensions, list.extensions));
    for (const Extension& extension : list.extensions) {
        STEP_TRY(decode_extension(list, extension));
    }
    return ok();
}

Status read_tbs(Reader tbs, RevocationList& list) {
    if (!tbs.next_is(Tag::kInteger)) {
        return malformed("x509: unsupported crl version");
    }
    STEP_ASSIGN(const std::int64_t version, said(tbs.read_small_integer(), "x509: malformed crl"));
    if (version != 1) {
        return malformed(fmt::format("x509: unsupported crl version: {}", version));
    }
    STEP_ASSIGN(list.algorithm, impl::read_algorithm(tbs));
    STEP_ASSIGN(const Reader::Element issuer, said(tbs.read_any(), "x509: malformed issuer"));
    list.issuer_der = issuer.whole;
    STEP_ASSIGN(list.issuer, parse_name(issuer.whole));
    STEP_ASSIGN(list.this_update, said(tbs.read_time(), "x509: malformed time"));
    if (tbs.next_is(Tag::kUtcTime) || tbs.next_is(Tag::kGeneralizedTime)) {
        STEP_ASSIGN(list.next_update, said(tbs.read_time(), "x509: malformed time"));
    }
    if (tbs.next_is(Tag::kSequence)) {
        STEP_ASSIGN(Reader entries, said(tbs.enter(), "x509: malformed crl"));
        while (!entries.at_end()) {
            STEP_TRY(read_entry(entries, list));
        }
    }
    STEP_TRY(read_list_extensions(tbs, list));
    return said(tbs.finish(), "x509: malformed tbs crl");
}

Status check_times(const RevocationList& list, SysSeconds now) {
    if (now < list.this_update) {
        return refused("the list is not yet valid: it was issued at " +
                       format_rfc3339(list.this_update));
    }
    if (!list.next_update) {
        return refused("the list does not say until when it holds");
    }
    if (now > *list.next_update) {
        return refused("the list is out of date since " + format_rfc3339(*list.next_update));
    }
    return ok();
}

/// RFC 5280 6.3.3 b (2): the list speaks of certificates of this kind, and of every reason.
Status check_scope(const RevocationList& list, const Certificate& certificate, bool chosen) {
    if (list.delta) {
        return refused("the list is a delta CRL, which says nothing of what it does not name");
    }
    if (list.unhandled_critical) {
        return refused("the list has a critical extension that is not supported");
    }
    if (!list.distribution_point) {
        return ok();
    }
    const IssuingDistributionPoint& point = *list.distribution_point;
    if (point.only_attribute || (point.only_ca && !certificate.is_ca()) ||
        (point.only_user && certificate.is_ca())) {
        return refused("the list does not speak of certificates of this kind");
    }
    if (point.named) {
        const Locations names = distribution_names(certificate);
        const bool matches = std::ranges::any_of(names, [&](const auto& name) {
            return std::ranges::find(point.locations, name) != point.locations.end();
        });
        if (!matches && !(chosen && names.empty())) {
            return refused("the list is of another distribution point than the certificate");
        }
    }
    if (point.only_some_reasons) {
        return refused("the list names only what was revoked for some reasons");
    }
    return ok();
}

}  // namespace

Result<RevocationList> parse_crl(ByteView der) {
    Reader outer(der);
    STEP_ASSIGN(Reader reader, said(outer.enter(), "x509: malformed crl"));
    STEP_TRY(said(outer.finish(), "x509: trailing data"));
    STEP_ASSIGN(const Reader::Element tbs, said(reader.read_any(), "x509: malformed tbs crl"));
    if (tbs.tag != Tag::kSequence) {
        return malformed("x509: malformed tbs crl");
    }
    Result<RevocationList> result{RevocationList()};
    RevocationList& list = *result;
    list.der = der;
    list.tbs = tbs.whole;
    STEP_TRY(read_tbs(Reader(tbs.contents), list));

    STEP_ASSIGN(const Reader::Element algorithm,
                said(reader.read_any(), "x509: malformed algorithm identifier"));
    if (algorithm.whole != list.algorithm.der) {
        return malformed("x509: inner and outer signature algorithm identifiers don't match");
    }
    STEP_ASSIGN(const ByteView signature, said(reader.read_bits(), "x509: malformed signature"));
    STEP_TRY(said(reader.finish(), "x509: trailing data"));
    list.signature = signature;
    return result;
}

Result<RevocationList> parse_crl_file(ByteView text) {
    if (text.starts_with("-----BEGIN X509 CRL")) {
        if (const auto first = next_pem(text); first && first->block.type == kPemType) {
            return parse_crl(first->block.bytes);
        }
    }
    return parse_crl(text);
}

std::string encode_crl_pem(ByteView der) {
    return encode_pem(kPemType, der);
}

Status check_signature(const RevocationList& list, const Certificate& issuer) {
    return impl::check_signature_by({list.algorithm, list.tbs, list.signature}, issuer,
                                    impl::Sha1::kAllow);
}

CrlVerdict judge_signature(const RevocationList& list, std::span<const Certificate> issuers,
                           SysSeconds now) {
    CrlVerdict verdict;
    for (const Certificate& issuer : issuers) {
        const bool may_sign = (issuer.key_usage.value_or(0) & key_usage::kCrlSign) != 0;
        if (!may_sign || !issuer.subject_key_id || issuer.subject_key_id->empty() ||
            (list.authority_key_id && list.authority_key_id != issuer.subject_key_id)) {
            continue;
        }
        if (!list.next_update || now > *list.next_update) {
            verdict.reason = "CRL has expired";
        } else if (now > issuer.not_after) {
            verdict.reason = "CA certificate has expired";
        } else if (!check_signature(list, issuer)) {
            verdict.reason = "Signature does not match";
        } else {
            verdict.valid = true;
        }
    }
    return verdict;
}

Result<const RevokedCertificate*> look_up(const RevocationList& list,
                                          const Certificate& certificate, const Certificate& issuer,
                                          const CrlCheck& check) {
    if (!check.skip_signature) {
        STEP_TRY(impl::check_signed_by({list.algorithm, list.tbs, list.signature}, issuer,
                                       key_usage::kCrlSign, impl::Sha1::kRefuse));
    }
    if (list.issuer_der != certificate.issuer_der) {
        return refused(fmt::format("the list was issued by {}, the certificate by {}",
                                   quote(list.issuer.text()), quote(certificate.issuer.text())));
    }
    if (list.distribution_point && list.distribution_point->indirect) {
        return refused("the list is an indirect CRL, which is not supported");
    }
    if (const RevokedCertificate* const entry = find_revoked(list, certificate.serial)) {
        return entry;
    }
    STEP_TRY(check_times(list, check.now));
    STEP_TRY(check_scope(list, certificate, check.chosen));
    return nullptr;
}

const RevokedCertificate* find_revoked(const RevocationList& list, ByteView serial) {
    const auto found = std::ranges::find_if(list.revoked, [&](const RevokedCertificate& entry) {
        return entry.serial == serial && reason_code(entry) != kRemoveFromCrl;
    });
    return found == list.revoked.end() ? nullptr : &*found;
}

std::optional<std::int64_t> reason_code(const RevokedCertificate& entry) {
    for (const Extension& extension : entry.extensions) {
        if (extension.id == oid::kReasonCode) {
            if (const auto reason = read_reason(extension.value)) {
                return *reason;
            }
        }
    }
    return std::nullopt;
}

}  // namespace step::x509
