// Extensions below 2.5.29, of certificates and of requests, as text.
#include "asn1/reader.h"
#include "base/hex.h"
#include "base/ip.h"
#include "x509/inspect_parts.h"
#include "x509/inspect_text.h"

namespace step::x509::parts {

using asn1::Reader;
using asn1::Tag;

namespace {

struct Usage {
    std::string_view oid, name;
};
/// What Go's crypto/x509 knows and certinfo has a word for.
constexpr Usage kUsages[] = {
    {"2.5.29.37.0", "Any Usage"},
    {"1.3.6.1.5.5.7.3.1", "Server Authentication"},
    {"1.3.6.1.5.5.7.3.2", "Client Authentication"},
    {"1.3.6.1.5.5.7.3.3", "Code Signing"},
    {"1.3.6.1.5.5.7.3.4", "E-mail Protection"},
    {"1.3.6.1.5.5.7.3.5", "IPSec End System"},
    {"1.3.6.1.5.5.7.3.6", "IPSec Tunnel"},
    {"1.3.6.1.5.5.7.3.7", "IPSec User"},
    {"1.3.6.1.5.5.7.3.8", "Time Stamping"},
    {"1.3.6.1.5.5.7.3.9", "OCSP Signing"},
    {"2.23.133.8.1", "EK Certificate"},
};
/// Known to Go; in certificates the original prints UNKNOWN for these, in requests their names.
constexpr Usage kGatedUsages[] = {
    {"1.3.6.1.4.1.311.10.3.3", "Microsoft Server Gated Crypto"},
    {"2.16.840.1.113730.4.1", "Netscape Server Gated Crypto"},
    {"1.3.6.1.4.1.311.2.1.22", "Microsoft Commercial Code Signing"},
    {"1.3.6.1.4.1.311.61.1.1", "Microsoft Kernel Code Signing"},
};

std::string_view find_usage(std::span<const Usage> usages, std::string_view oid) {
    for (const Usage& usage : usages) {
        if (usage.oid == oid) {
            return usage.name;
        }
    }
    return "";
}

/// Go keeps the purposes it knows and the others in two lists; so the others come last.
std::vector<std::string> purposes(const std::vector<asn1::Oid>& ids) {
    std::vector<std::string> known, unknown;
    for (const asn1::Oid& id : ids) {
        const std::string oid = id.text();
        const std::string_view name = find_usage(kUsages, oid);
        if (name == "EK Certificate") {
            unknown.emplace_back(name);
        } else if (!name.empty()) {
            known.emplace_back(name);
        } else if (!find_usage(kGatedUsages, oid).empty()) {
            known.emplace_back("UNKNOWN");
        } else {
            unknown.push_back(oid);
        }
    }
    std::move(unknown.begin(), unknown.end(), std::back_inserter(known));
    return known;
}

std::vector<std::string> requested_purposes(const std::vector<asn1::Oid>& ids) {
    std::vector<std::string> out;
    for (const asn1::Oid& id : ids) {
        const std::string oid = id.text();
        std::string_view name = find_usage(kUsages, oid);
        name = name.empty() ? find_usage(kGatedUsages, oid) : name;
        out.push_back(name.empty() ? "UNKNOWN(" + oid + ")" : std::string(name));
    }
    return out;
}

std::optional<std::vector<asn1::Oid>> parse_purposes(ByteView value) {
    const auto contents = whole(value, Tag::kSequence);
    if (!contents) {
        return std::nullopt;
    }
    std::vector<asn1::Oid> ids;
    Reader reader(*contents);
    while (!reader.at_end()) {
        auto id = reader.read_oid();
        if (!id) {
            return std::nullopt;
        }
        ids.push_back(*std::move(id));
    }
    return ids;
}

void put_constraint_kinds(std::string& out, std::string_view heading, const AltNames& names) {
    if (names.empty()) {
        return;
    }
    std::vector<std::string> ranges;
    ranges.reserve(names.ips.size());
    for (const Bytes& range : names.ips) {
        ranges.push_back(ip_range(range));
    }
    put_line(out, 16, std::string(heading) + ":");
    const auto put = [&](std::string_view kind, const std::vector<std::string>& items) {
        std::string text;
        for (const std::string& item : items) {
            text += (text.empty() ? std::string(kind) + ": " : std::string(", ")) + item;
        }
        if (!items.empty()) {
            put_line(out, 18, text);
        }
    };
    put("DNS", names.dns);
    put("Email", names.emails);
    put("URI", names.uris);
    put("IP Range", ranges);
}

void put_basic_constraints(std::string& out, const Extension& extension,
                           const BasicConstraints& constraints) {
    put_heading(out, "X509v3 Basic Constraints", extension);
    put_line(out, 16,
             std::string(constraints.ca ? "CA:TRUE" : "CA:FALSE") +
                 (constraints.path_length ? ", pathlen:" + std::to_string(*constraints.path_length)
                                          : std::string()));
}

void put_key_usage(std::string& out, const Extension& extension, std::uint32_t bits) {
    put_heading(out, "X509v3 Key Usage", extension);
    std::vector<std::string> names = key_usage_names(bits);
    if (names.empty()) {
        names.emplace_back("None");
    }
    put_list(out, 16, names);
}

void put_key_id(std::string& out, std::string_view name, const Extension& extension, ByteView id) {
    put_heading(out, name, extension);
    put_line(out, id.empty() ? 0 : 16, colons(id, /*upper=*/true));
}

/// TPM Specification (TCG EK profile 3.1.3), or the first attribute as it stands.
void put_directory_attributes(std::string& out, const Extension& extension) {
    constexpr std::string_view kSpecification = "2.23.133.2.16";
    constexpr std::string_view kName = "X509v3 Subject Directory Attributes";
    Reader outer(extension.value);
    auto list = outer.enter();
    auto attribute = list ? list->enter() : Result<Reader>(Error{});
    const auto type = attribute ? attribute->read_oid() : Result<asn1::Oid>(Error{});
    const auto value = attribute ? attribute->read_any() : Result<Reader::Element>(Error{});
    if (!type || !value || !outer.at_end() || !list->at_end()) {
        put_opaque(out, kName, extension);
        return;
    }
    put_heading(out, kName, extension);
    if (type->text() == kSpecification) {
        Reader set(value->contents);
        auto fields = set.enter();
        const auto family = fields ? fields->read(Tag::kUtf8String) : Result<ByteView>(Error{});
        const auto level = fields ? fields->read_small_integer() : Result<std::int64_t>(Error{});
        const auto revision = fields ? fields->read_small_integer() : Result<std::int64_t>(Error{});
        if (family && level && revision) {
            put_line(out, 16,
                     fmt::format("TPM Specification: Family: {}, Level: {}, Revision: {}", *family,
                                 *level, *revision));
            return;
        }
    }
    put_line(out, 16, type->text() + ": 0x" + encode_hex(value->contents));
}

std::optional<std::uint32_t> parse_key_usage(ByteView value) {
    const auto contents = whole(value, Tag::kBitString);
    if (!contents || contents->empty()) {
        return std::nullopt;
    }
    std::uint32_t bits = 0;
    for (std::uint32_t i = 0; i < 9 && 1 + i / 8 < contents->size(); ++i) {
        const auto octet = static_cast<unsigned char>((*contents)[1 + i / 8]);
        bits |= ((octet >> (7 - i % 8)) & 1U) << i;
    }
    return bits;
}

std::optional<BasicConstraints> parse_basic_constraints(ByteView value) {
    const auto contents = whole(value, Tag::kSequence);
    if (!contents) {
        return std::nullopt;
    }
    BasicConstraints constraints;
    Reader reader(*contents);
    if (reader.next_is(Tag::kBoolean)) {
        const auto ca = reader.read_boolean();
        if (!ca) {
            return std::nullopt;
        }
        constraints.ca = *ca;
    }
    if (reader.next_is(Tag::kInteger)) {
        const auto length = reader.read_small_integer();
        if (!length || *length < 0 || *length > 0x7fffffff) {
            return std::nullopt;
        }
        constraints.path_length = static_cast<std::uint32_t>(*length);
    }
    return reader.at_end() ? std::optional(constraints) : std::nullopt;
}

void put_failed(std::string& out, std::string_view name) {
    put_line(out, 12, std::string(name) + ": failed to decode");
}

/// Only DNS names are shown, and without their kind: so does the original.
void put_requested_constraints(std::string& out, const Extension& extension) {
    const auto contents = whole(extension.value, Tag::kSequence);
    if (!contents) {
        put_failed(out, "X509v3 Name Constraints");
        return;
    }
    put_heading(out, "X509v3 Name Constraints", extension);
    std::vector<std::string> permitted;
    Reader reader(*contents);
    auto subtrees = reader.enter(asn1::context_constructed(0));
    while (subtrees && !subtrees->at_end()) {
        auto subtree = subtrees->enter();
        const auto base = subtree ? subtree->read_any() : Result<Reader::Element>(Error{});
        if (!base) {
            break;
        }
        if (base->tag == asn1::context(2)) {
            permitted.emplace_back(base->contents);
        }
    }
    if (!permitted.empty()) {
        put_line(out, 16, "Permitted:");
        put_list(out, 18, permitted);
    }
}

void put_attribute(std::string& out, const Extension& extension) {
    put_opaque(out, extension.id.text(), extension);
    if (printable(extension.value) != extension.value) {
        put_line(out, 16, colons(extension.value, /*upper=*/false));
    }
}

/// False if the extension is none that has a form of its own.
bool put_requested(std::string& out, const UncheckedCsr& request, const Extension& extension) {
    if (extension.id == oid::kSubjectKeyId) {
        const auto id = whole(extension.value, Tag::kOctetString);
        put_key_id(out, "X509v3 Subject Key Identifier", extension, id.value_or(""));
    } else if (extension.id == oid::kSubjectAltName) {
        put_alt_names(out, extension, request.names);
    } else if (extension.id == oid::kKeyUsage) {
        const auto bits = parse_key_usage(extension.value);
        bits ? put_key_usage(out, extension, *bits) : put_failed(out, "X509v3 Key Usage");
    } else if (extension.id == oid::kBasicConstraints) {
        const auto constraints = parse_basic_constraints(extension.value);
        constraints ? put_basic_constraints(out, extension, *constraints)
                    : put_failed(out, "X509v3 Basic Constraints");
    } else if (extension.id == oid::kNameConstraints) {
        put_requested_constraints(out, extension);
    } else if (extension.id == oid::kExtendedKeyUsage) {
        const auto ids = parse_purposes(extension.value);
        if (ids) {
            put_heading(out, "X509v3 Extended Key Usage", extension);
            put_list(out, 16, requested_purposes(*ids));
        } else {
            put_failed(out, "X509v3 Extended Key Usage");
        }
    } else {
        return false;
    }
    return true;
}

}  // namespace

std::vector<std::string> key_usage_names(std::uint32_t bits) {
    constexpr std::string_view kNames[] = {
        "Digital Signature", "Content Commitment", "Key Encipherment",
        "Data Encipherment", "Key Agreement",      "Certificate Sign",
        "CRL Sign",          "Encipher Only",      "Decipher Only"};
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        if ((bits >> i & 1U) != 0) {
            out.emplace_back(kNames[i]);
        }
    }
    return out;
}

void put_standard_extension(std::string& out, const Certificate& certificate,
                            const Extension& extension) {
    const unsigned number = static_cast<unsigned char>(extension.id.der()[2]);
    switch (number) {
        case 9:
            put_directory_attributes(out, extension);
            break;
        case 14:
            put_key_id(out, "X509v3 Subject Key Identifier", extension,
                       certificate.subject_key_id.value_or(""));
            break;
        case 15:
            put_key_usage(out, extension, certificate.key_usage.value_or(0));
            break;
        case 17:
            put_alt_names(out, extension, certificate.names);
            break;
        case 19:
            if (certificate.basic_constraints) {
                put_basic_constraints(out, extension, *certificate.basic_constraints);
            }
            break;
        case 30:
            put_heading(out, "X509v3 Name Constraints", extension);
            if (certificate.name_constraints) {
                put_constraint_kinds(out, "Permitted", certificate.name_constraints->permitted);
                put_constraint_kinds(out, "Excluded", certificate.name_constraints->excluded);
            }
            break;
        case 31:
            put_heading(out, "X509v3 CRL Distribution Points", extension);
            if (const auto uris = distribution_points(extension.value); !uris.empty()) {
                put_line(out, 16, "Full Name:");
                put_list(out, 18, uris, "URI:");
            }
            break;
        case 32:
            put_heading(out, "X509v3 Certificate Policies", extension);
            for (const Policy& policy : policies(extension.value)) {
                put_line(out, 16, "Policy: " + policy.id.text());
            }
            break;
        case 35:
            put_key_id(out, "X509v3 Authority Key Identifier", extension,
                       certificate.authority_key_id.value_or(""));
            break;
        case 37:
            put_heading(out, "X509v3 Extended Key Usage", extension);
            put_list(out, 16,
                     purposes(certificate.extended_key_usage.value_or(std::vector<asn1::Oid>{})));
            break;
        default:
            put_line(out, 0, "Unknown extension " + extension.id.text());
    }
}

void put_requested_extensions(std::string& out, const UncheckedCsr& request) {
    put_line(out, 8, "Requested Extensions:");
    std::vector<const Extension*> others;
    for (const Extension& extension : request.extensions) {
        if (!put_requested(out, request, extension)) {
            others.push_back(&extension);
        }
    }
    if (!others.empty()) {
        put_line(out, 8, "Attributes:");
        for (const Extension* extension : others) {
            put_attribute(out, *extension);
        }
    }
}

}  // namespace step::x509::parts
