#include <cstdint>
#include <limits>

#include "base/ip.h"
#include "base/text.h"
#include "x509/mailbox.h"
#include "x509/parse_impl.h"

// What Go's parser does with the extensions it knows. Stricter in one thing: nothing may follow
// the value.
namespace step::x509::impl {
namespace {

using asn1::Reader;
using asn1::Tag;

Result<Reader> enter_value(ByteView value, std::string_view what) {
    Reader outer(value);
    STEP_ASSIGN(Reader inner, said(outer.enter(), what));
    STEP_TRY(said(outer.finish(), what));
    return inner;
}

Status decode_key_usage(Certificate& certificate, ByteView value) {
    constexpr std::string_view kBad = "x509: invalid key usage";
    Reader reader(value);
    STEP_ASSIGN(const ByteView bits, said(reader.read(Tag::kBitString), kBad));
    STEP_TRY(said(reader.finish(), kBad));
    const unsigned unused = bits.empty() ? 8 : static_cast<std::uint8_t>(bits[0]);
    if (unused > 7 || (bits.size() == 1 && unused != 0)) {
        return malformed(kBad);
    }
    if (bits.size() > 1 && (static_cast<std::uint8_t>(bits.back()) & ((1U << unused) - 1U)) != 0) {
        return malformed(kBad);
    }
    std::uint32_t usage = 0;
    for (unsigned i = 0; i < 9; ++i) {
        const std::size_t octet = 1 + i / 8;
        if (octet < bits.size() &&
            (static_cast<std::uint8_t>(bits[octet]) & (0x80U >> (i % 8))) != 0) {
            usage |= 1U << i;
        }
    }
    certificate.key_usage = usage;
    return ok();
}

Status decode_basic_constraints(Certificate& certificate, ByteView value) {
    constexpr std::string_view kBad = "x509: invalid basic constraints";
    STEP_ASSIGN(Reader reader, enter_value(value, kBad));
    BasicConstraints constraints;
    if (reader.next_is(Tag::kBoolean)) {
        STEP_ASSIGN(constraints.ca, said(reader.read_boolean(), kBad));
    }
    if (reader.next_is(Tag::kInteger)) {
        STEP_ASSIGN(const std::int64_t length, said(reader.read_small_integer(), kBad));
        if (length < 0 || length > std::numeric_limits<std::uint32_t>::max()) {
            return malformed(kBad);
        }
        constraints.path_length = static_cast<std::uint32_t>(length);
    }
    STEP_TRY(said(reader.finish(), kBad));
    certificate.basic_constraints = constraints;
    return ok();
}

Status decode_extended_key_usage(Certificate& certificate, ByteView value) {
    constexpr std::string_view kBad = "x509: invalid extended key usages";
    STEP_ASSIGN(Reader reader, enter_value(value, kBad));
    std::vector<asn1::Oid>& usages = certificate.extended_key_usage.emplace();
    while (!reader.at_end()) {
        STEP_ASSIGN(asn1::Oid usage, said(reader.read_oid(), kBad));
        usages.push_back(std::move(usage));
    }
    return ok();
}

Status decode_subject_key_id(Certificate& certificate, const Extension& extension) {
    constexpr std::string_view kBad = "x509: invalid subject key identifier";
    if (extension.critical) {
        return malformed("x509: subject key identifier incorrectly marked critical");
    }
    Reader reader(extension.value);
    STEP_ASSIGN(const ByteView id, said(reader.read(Tag::kOctetString), kBad));
    STEP_TRY(said(reader.finish(), kBad));
    certificate.subject_key_id = Bytes(id);
    return ok();
}

bool is_mask(ByteView mask) {
    bool zeros = false;
    for (const char c : mask) {
        const auto octet = static_cast<std::uint8_t>(c);
        const auto inverse = static_cast<std::uint8_t>(~octet);
        if ((zeros && octet != 0) || (inverse & (inverse + 1U)) != 0) {
            return false;
        }
        zeros = zeros || octet != 0xff;
    }
    return true;
}

Status add_constraint(AltNames& names, const Reader::Element& base, bool& unhandled) {
    const std::string text(base.contents);
    const bool is_text = base.tag == kEmailTag || base.tag == kDnsTag || base.tag == kUriTag;
    if (is_text && !is_ascii(text)) {
        return malformed("x509: invalid constraint value: x509: " + quote(text) +
                         " cannot be encoded as an IA5String");
    }
    if (base.tag == kEmailTag) {
        const bool good = text.find('@') != std::string::npos
                              ? parse_mailbox(text).has_value()
                              : is_domain_name(text, /*constraint=*/true);
        if (!good) {
            return malformed("x509: failed to parse rfc822Name constraint " + quote(text));
        }
        names.emails.push_back(text);
    } else if (base.tag == kDnsTag) {
        if (!is_domain_name(text, /*constraint=*/true)) {
            return malformed("x509: failed to parse dnsName constraint " + quote(text));
        }
        names.dns.push_back(text);
    } else if (base.tag == kUriTag) {
        if (parse_ip(text)) {
            return malformed("x509: failed to parse URI constraint " + quote(text) +
                             ": cannot be IP address");
        }
        if (!is_domain_name(text, /*constraint=*/true)) {
            return malformed("x509: failed to parse URI constraint " + quote(text));
        }
        names.uris.push_back(text);
    } else if (base.tag == kIpTag) {
        if (text.size() != 8 && text.size() != 32) {
            return malformed(
                fmt::format("x509: IP constraint contained value of length {}", text.size()));
        }
        if (!is_mask(std::string_view(text).substr(text.size() / 2))) {
            return malformed("x509: IP constraint contained invalid mask");
        }
        names.ips.push_back(text);
    } else {
        unhandled = true;
    }
    return ok();
}

Status read_subtrees(ByteView subtrees, AltNames& names, bool& unhandled) {
    constexpr std::string_view kBad = "x509: invalid NameConstraints extension";
    Reader reader(subtrees);
    while (!reader.at_end()) {
        STEP_ASSIGN(Reader subtree, said(reader.enter(), kBad));
        STEP_ASSIGN(const Reader::Element base, said(subtree.read_any(), kBad));
        // RFC 5280 4.2.1.10: minimum is 0 and maximum absent. Whoever writes something else
        // means something else.
        unhandled = unhandled || !subtree.at_end();
        STEP_TRY(add_constraint(names, base, unhandled));
    }
    return ok();
}

Status decode_name_constraints(Certificate& certificate, const Extension& extension,
                               bool& unhandled) {
    constexpr std::string_view kBad = "x509: invalid NameConstraints extension";
    STEP_ASSIGN(Reader reader, enter_value(extension.value, kBad));
    STEP_ASSIGN(const std::optional<ByteView> permitted,
                said(reader.read_optional(asn1::context_constructed(0)), kBad));
    STEP_ASSIGN(const std::optional<ByteView> excluded,
                said(reader.read_optional(asn1::context_constructed(1)), kBad));
    STEP_TRY(said(reader.finish(), kBad));
    if (permitted.value_or("").empty() && excluded.value_or("").empty()) {
        return malformed("x509: empty name constraints extension");
    }
    NameConstraints& constraints = certificate.name_constraints.emplace();
    constraints.critical = extension.critical;
    STEP_TRY(read_subtrees(permitted.value_or(""), constraints.permitted, unhandled));
    return read_subtrees(excluded.value_or(""), constraints.excluded, unhandled);
}

Status decode_alt_names(Certificate& certificate, ByteView value, bool& unhandled) {
    STEP_ASSIGN(ParsedAltNames parsed, parse_alt_names(value));
    unhandled = parsed.names.empty();
    certificate.names = std::move(parsed.names);
    certificate.other_names = std::move(parsed.others);
    return ok();
}

/// The extensions below have no member in Certificate; a bad one is refused all the same.
Status check_distribution_points(ByteView value) {
    constexpr std::string_view kBad = "x509: invalid CRL distribution point";
    STEP_ASSIGN(Reader points, enter_value(value, "x509: invalid CRL distribution points"));
    while (!points.at_end()) {
        STEP_ASSIGN(Reader point, said(points.enter(), kBad));
        STEP_ASSIGN(const std::optional<ByteView> name,
                    said(point.read_optional(asn1::context_constructed(0)), kBad));
        if (!name) {
            continue;
        }
        Reader choice(*name);
        // Full names only: Go refuses the other choice.
        STEP_TRY(said(choice.enter(asn1::context_constructed(0)), kBad));
    }
    return ok();
}

Status check_information_access(const Extension& extension) {
    constexpr std::string_view kBad = "x509: invalid authority info access";
    if (extension.critical) {
        return malformed("x509: authority info access incorrectly marked critical");
    }
    STEP_ASSIGN(Reader list, enter_value(extension.value, kBad));
    while (!list.at_end()) {
        STEP_ASSIGN(Reader description, said(list.enter(), kBad));
        STEP_TRY(said(description.read_oid(), kBad));
        STEP_TRY(said(description.read_any(), kBad));
    }
    return ok();
}

Status check_policies(ByteView value) {
    constexpr std::string_view kBad = "x509: invalid certificate policies";
    STEP_ASSIGN(Reader list, enter_value(value, kBad));
    std::vector<asn1::Oid> seen;
    while (!list.at_end()) {
        STEP_ASSIGN(Reader policy, said(list.enter(), kBad));
        STEP_ASSIGN(asn1::Oid id, said(policy.read_oid(), kBad));
        seen.push_back(std::move(id));
    }
    std::ranges::sort(seen);
    return std::ranges::adjacent_find(seen) == seen.end() ? ok() : malformed(kBad);
}

Status check_policy_mappings(ByteView value) {
    constexpr std::string_view kBad = "x509: invalid policy mappings extension";
    STEP_ASSIGN(Reader list, enter_value(value, kBad));
    while (!list.at_end()) {
        STEP_ASSIGN(Reader mapping, said(list.enter(), kBad));
        STEP_TRY(said(mapping.read_oid(), kBad));
        STEP_TRY(said(mapping.read_oid(), kBad));
    }
    return ok();
}

Status check_policy_constraints(ByteView value) {
    constexpr std::string_view kBad = "x509: invalid policy constraints extension";
    STEP_ASSIGN(Reader list, enter_value(value, kBad));
    for (const unsigned member : {0U, 1U}) {
        STEP_ASSIGN(const std::optional<ByteView> skip,
                    said(list.read_optional(asn1::context(member)), kBad));
        if (skip && (skip->empty() || skip->size() > 8)) {
            return malformed(kBad);
        }
    }
    return ok();
}

Status check_inhibit_any_policy(ByteView value) {
    constexpr std::string_view kBad = "x509: invalid inhibit any policy extension";
    Reader reader(value);
    STEP_TRY(said(reader.read_small_integer(), kBad));
    return said(reader.finish(), kBad);
}

Status decode_extension(Certificate& certificate, const Extension& extension) {
    bool unhandled = false;
    if (extension.id == oid::kKeyUsage) {
        STEP_TRY(decode_key_usage(certificate, extension.value));
    } else if (extension.id == oid::kExtendedKeyUsage) {
        STEP_TRY(decode_extended_key_usage(certificate, extension.value));
    } else if (extension.id == oid::kBasicConstraints) {
        STEP_TRY(decode_basic_constraints(certificate, extension.value));
    } else if (extension.id == oid::kSubjectKeyId) {
        STEP_TRY(decode_subject_key_id(certificate, extension));
    } else if (extension.id == oid::kAuthorityKeyId) {
        STEP_ASSIGN(certificate.authority_key_id, read_authority_key_id(extension));
    } else if (extension.id == oid::kSubjectAltName) {
        STEP_TRY(decode_alt_names(certificate, extension.value, unhandled));
    } else if (extension.id == oid::kNameConstraints) {
        STEP_TRY(decode_name_constraints(certificate, extension, unhandled));
    } else if (extension.id == oid::kCrlDistributionPoints) {
        STEP_TRY(check_distribution_points(extension.value));
    } else if (extension.id == oid::kAuthorityInfoAccess) {
        STEP_TRY(check_information_access(extension));
    } else if (extension.id == oid::kCertificatePolicies) {
        STEP_TRY(check_policies(extension.value));
    } else if (extension.id == oid::kPolicyMappings) {
        STEP_TRY(check_policy_mappings(extension.value));
    } else if (extension.id == oid::kPolicyConstraints) {
        STEP_TRY(check_policy_constraints(extension.value));
        unhandled = true;  // It may demand an explicit policy, and verify_chain knows none.
    } else if (extension.id == oid::kInhibitAnyPolicy) {
        STEP_TRY(check_inhibit_any_policy(extension.value));
    } else {
        unhandled = true;
    }
    certificate.unhandled_critical |= extension.critical && unhandled;
    return ok();
}

}  // namespace

Status read_extension(Reader& reader, Extension& extension) {
    STEP_ASSIGN(Reader fields, said(reader.enter(), "x509: malformed extension"));
    STEP_ASSIGN(extension.id, said(fields.read_oid(), "x509: malformed extension OID field"));
    if (fields.next_is(Tag::kBoolean)) {
        STEP_ASSIGN(extension.critical,
                    said(fields.read_boolean(), "x509: malformed extension critical field"));
    }
    STEP_ASSIGN(const ByteView value,
                said(fields.read(Tag::kOctetString), "x509: malformed extension value field"));
    STEP_TRY(said(fields.finish(), "x509: malformed extension"));
    extension.value = value;
    return ok();
}

Result<std::optional<Bytes>> read_authority_key_id(const Extension& extension) {
    constexpr std::string_view kBad = "x509: invalid authority key identifier";
    if (extension.critical) {
        return malformed("x509: authority key identifier incorrectly marked critical");
    }
    STEP_ASSIGN(Reader reader, enter_value(extension.value, kBad));
    STEP_ASSIGN(const std::optional<ByteView> id,
                said(reader.read_optional(asn1::context(0)), kBad));
    return id ? std::optional(Bytes(*id)) : std::nullopt;
}

Status decode_extensions(Certificate& certificate) {
    for (const Extension& extension : certificate.extensions) {
        STEP_TRY(decode_extension(certificate, extension));
    }
    return ok();
}

}  // namespace step::x509::impl
