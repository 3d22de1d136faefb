// Revocation lists as `step crl inspect` shows them.
#include <fmt/format.h>

#include "asn1/reader.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/time.h"
#include "x509/crl.h"
#include "x509/inspect.h"
#include "x509/inspect_json.h"
#include "x509/inspect_parts.h"
#include "x509/inspect_text.h"

namespace step::x509 {
namespace {

using asn1::Reader;
using asn1::Tag;
using parts::add;
using parts::base64_value;
using parts::put_line;

/// The original's time of a list without nextUpdate: the first of January of the year 1.
constexpr SysSeconds kNever{std::chrono::seconds(-62'135'596'800)};

struct CrlAlgorithm {
    std::string name{}, id{};
};

CrlAlgorithm algorithm_of(const RevocationList& list) {
    const parts::AlgorithmNames names = parts::algorithm_names(list.algorithm.der);
    return names.json_oid.empty() ? CrlAlgorithm{"0", "unknown"}
                                  : CrlAlgorithm{names.text, names.json_oid};
}

/// An extension in both forms. Members are sorted by name, as those of a Go map are.
struct ShownExtension {
    std::string heading{};
    std::vector<std::string> lines{};
    json::Object members{};
};

std::string reason_name(ByteView value) {
    constexpr std::string_view kNames[] = {
        "Unspecified",     "Key Compromise",         "CA Compromise",    "Affiliation Changed",
        "Superseded",      "Cessation Of Operation", "Certificate Hold", "",
        "Remove From CRL", "Privilege Withdrawn",    "AA Compromise"};
    Reader reader(value);
    const auto octets = reader.read(Tag::kEnumerated);
    if (!octets || octets->empty() || octets->size() > 4) {
        return parts::printable(value);
    }
    const bool negative = (static_cast<unsigned char>(octets->front()) & 0x80U) != 0;
    std::int64_t code = negative ? -1 : 0;
    for (const char c : *octets) {
        code = code * 256 + static_cast<unsigned char>(c);
    }
    const bool known = code >= 0 && code < std::int64_t{std::size(kNames)} &&
                       !kNames[static_cast<std::size_t>(code)].empty();
    return known ? std::string(kNames[static_cast<std::size_t>(code)])
                 : fmt::format("ReasonCode({}): unknown", code);
}

void show_number(ByteView value, ShownExtension& shown) {
    Reader reader(value);
    const auto number = reader.read_integer();
    const std::string text = number ? serial_to_text(*number) : parts::printable(value);
    shown.lines.push_back(text);
    add(shown.members, "crl_number", number ? json::Value(text) : base64_value(value));
}

void show_key_id(ByteView value, ShownExtension& shown) {
    add(shown.members, "authority_key_id", encode_hex(value));
    Reader outer(value);
    auto fields = outer.enter();
    const auto id = fields ? fields->read_optional(asn1::context(0))
                           : Result<std::optional<ByteView>>(fields.error());
    if (!id) {
        shown.lines.push_back(parts::printable(value));
    } else if (*id && !(*id)->empty()) {
        shown.lines.push_back("keyid:" + parts::colons(**id, /*upper=*/true));
    } else {
        shown.lines.emplace_back("keyid");
    }
}

void show_point(const IssuingDistributionPoint& point, ShownExtension& shown) {
    json::Array names;
    for (const IssuingDistributionPoint::Location& location : point.locations) {
        // Whatever kind of name it is.
        names.emplace_back("URI:" + location.contents);
        if (names.size() == 1) {
            shown.lines.emplace_back("Full Name:");
        }
        shown.lines.push_back("    URI:" + printable(location.contents));
    }
    json::Object members;
    add(members, "full_names", names.empty() ? json::Value() : json::Value(std::move(names)));
    if (point.only_attribute) {
        add(members, "only_attribute_certificates", true);
    }
    if (point.only_ca) {
        add(members, "only_ca_certificates", true);
    }
    const Bytes reasons = point.only_some_reasons.value_or(Bytes());
    if (!reasons.empty()) {
        add(members, "only_some_reasons", base64_value(reasons));
    }
    if (point.only_user) {
        add(members, "only_user_certificates", true);
    }
    const auto say = [&shown](bool is_so, std::string text) {
        if (is_so) {
            shown.lines.push_back(std::move(text));
        }
    };
    say(point.only_user, "Only User Certificates");
    say(point.only_ca, "Only CA Certificates");
    say(point.only_attribute, "Only Attribute Certificates");
    say(!reasons.empty(), "Reasons: " + encode_hex(reasons));
    add(shown.members, "issuing_distribution_point", std::move(members));
}

ShownExtension show_extension(const Extension& extension,
                              const std::optional<IssuingDistributionPoint>& point) {
    ShownExtension shown;
    if (extension.id == oid::kReasonCode) {
        shown.heading = "X509v3 CRL Reason Code:";
        shown.lines.push_back(reason_name(extension.value));
        add(shown.members, "crl_reason_code", shown.lines.back());
    } else if (extension.id == oid::kCrlNumber) {
        shown.heading = "X509v3 CRL Number:";
        show_number(extension.value, shown);
    } else if (extension.id == oid::kAuthorityKeyId) {
        shown.heading = "X509v3 Authority Key Identifier:";
        show_key_id(extension.value, shown);
    } else if (extension.id == oid::kIssuingDistributionPoint) {
        shown.heading = "X509v3 Issuing Distribution Point:";
        if (point) {
            show_point(*point, shown);
        } else {
            shown.lines.push_back(parts::printable(extension.value));
            add(shown.members, "issuing_distribution_point", base64_value(extension.value));
        }
    } else {
        shown.heading = extension.id.text();
        shown.lines.push_back(parts::printable(extension.value));
        add(shown.members, shown.heading, base64_value(extension.value));
    }
    if (extension.critical) {
        shown.heading += " critical";
        add(shown.members, "critical", true);
        std::ranges::sort(shown.members, {}, &json::Member::name);
    }
    return shown;
}

void put_extensions(std::string& out, std::size_t indent, const RevocationList& list,
                    const std::vector<Extension>& extensions) {
    for (const Extension& extension : extensions) {
        const ShownExtension shown = show_extension(extension, list.distribution_point);
        put_line(out, indent, shown.heading);
        for (const std::string& line : shown.lines) {
            put_line(out, indent + 4, line);
        }
    }
}

json::Array extension_array(const RevocationList& list, const std::vector<Extension>& extensions) {
    json::Array array;
    for (const Extension& extension : extensions) {
        array.emplace_back(show_extension(extension, list.distribution_point).members);
    }
    return array;
}

/// big.Int's %x.
std::string number_hex(ByteView integer) {
    const bool negative = !integer.empty() && static_cast<signed char>(integer.front()) < 0;
    Bytes value(integer);
    if (negative) {  // Two's complement of it.
        bool carry = true;
        for (auto octet = value.rbegin(); octet != value.rend(); ++octet) {
            *octet = static_cast<char>(~*octet);
            if (carry) {
                *octet = static_cast<char>(*octet + 1);
                carry = *octet == '\0';
            }
        }
    }
    std::string hex = encode_hex(value);
    hex.erase(0, std::min(hex.find_first_not_of('0'), hex.size() - 1));
    return (negative ? "-" : "") + hex;
}

/// One more than an INTEGER.
Bytes successor(ByteView integer) {
    Bytes value(integer);
    value.insert(value.begin(), static_cast<signed char>(value.front()) < 0 ? '\xff' : '\0');
    for (auto octet = value.rbegin(); octet != value.rend(); ++octet) {
        *octet = static_cast<char>(*octet + 1);
        if (*octet != '\0') {
            break;
        }
    }
    return value;
}

json::Value issuer_value(const Name& issuer) {
    struct List {
        std::string_view name;
        const asn1::Oid& id;
    };
    json::Object members;
    for (const List& list :
         {List{"country", oid::kCountry}, List{"organization", oid::kOrganization},
          List{"organizational_unit", oid::kOrganizationalUnit}, List{"locality", oid::kLocality},
          List{"province", oid::kProvince}, List{"street_address", oid::kStreet},
          List{"postal_code", oid::kPostalCode}}) {
        parts::add_if_any(members, list.name, issuer.values(list.id));
    }
    // Of these the last one counts.
    for (const List& single :
         {List{"serial_number", oid::kSerialNumber}, List{"common_name", oid::kCommonName}}) {
        const std::vector<std::string> values = issuer.values(single.id);
        if (!values.empty() && !values.back().empty()) {
            add(members, single.name, values.back());
        }
    }
    return members;
}

json::Value algorithm_value(const CrlAlgorithm& algorithm) {
    json::Object members;
    add(members, "name", algorithm.name);
    add(members, "oid", algorithm.id);
    return members;
}

}  // namespace

std::string inspect_text(const RevocationList& list, const CrlVerdict& verdict) {
    std::string out = "Certificate Revocation List (CRL):\n    Data:\n";
    const CrlAlgorithm algorithm = algorithm_of(list);
    put_line(out, 8, fmt::format("Valid: {}", verdict.valid));
    if (!verdict.reason.empty()) {
        put_line(out, 8, "Reason: " + verdict.reason);
    }
    // The original prints the number of the list here, and stops dead without one.
    put_line(out, 8,
             list.number ? fmt::format("Version: {} (0x{})", serial_to_text(*list.number),
                                       number_hex(*list.number))
                         : "Version: 2 (0x1)");
    put_line(out, 4, "Signature algorithm: " + algorithm.name);
    put_line(out, 8, "Issuer: ");  // The original never fills it in.
    put_line(out, 8, "Last Update: " + format_go_time(list.this_update));
    put_line(out, 8, "Next Update: " + format_go_time(list.next_update.value_or(kNever)));
    put_line(out, 8, "CRL Extensions:");
    put_extensions(out, 12, list, list.extensions);
    put_line(out, 8, list.revoked.empty() ? "No Revoked Certificates." : "Revoked Certificates:");
    for (const RevokedCertificate& entry : list.revoked) {
        put_line(out, 12,
                 fmt::format("Serial Number: {} (0x{})", serial_to_text(entry.serial),
                             to_upper(encode_hex(parts::magnitude(entry.serial)))));
        put_line(out, 16, "Revocation Date: " + format_go_time(entry.revoked_at));
        if (!entry.extensions.empty()) {
            put_line(out, 16, "CRL Entry Extensions:");
            put_extensions(out, 20, list, entry.extensions);
        }
    }
    put_line(out, 4, "Signature Algorithm: " + algorithm.name);
    // Every octet but the last is followed by a colon, at the end of a line too.
    constexpr std::size_t kPerLine = 16;
    for (std::size_t at = 0; at < list.signature.size(); at += kPerLine) {
        std::string line = parts::colons(ByteView(list.signature).substr(at, kPerLine), false);
        put_line(out, 8, at + kPerLine < list.signature.size() ? line + ":" : line);
    }
    if (list.signature.empty()) {
        out += '\n';
    }
    return out;
}

json::Value inspect_json(const RevocationList& list, const CrlVerdict& verdict) {
    const json::Value algorithm = algorithm_value(algorithm_of(list));
    json::Object out;
    // The original's: one more than the number of the list.
    const std::string version = list.number ? serial_to_text(successor(*list.number)) : "2";
    add(out, "version", json::Number{version});
    add(out, "signature_algorithm", algorithm);
    add(out, "issuer", issuer_value(list.issuer));
    add(out, "this_update", format_rfc3339(list.this_update));
    add(out, "next_update", format_rfc3339(list.next_update.value_or(kNever)));
    json::Array revoked;
    for (const RevokedCertificate& entry : list.revoked) {
        json::Object members;
        add(members, "serial_number", serial_to_text(entry.serial));
        add(members, "revocation_time", format_rfc3339(entry.revoked_at));
        parts::add_if_any(members, "extensions", extension_array(list, entry.extensions));
        revoked.emplace_back(std::move(members));
    }
    add(out, "revoked_certificates", std::move(revoked));
    parts::add_if_any(out, "extensions", extension_array(list, list.extensions));
    json::Object signature;
    add(signature, "signature_algorithm", algorithm);
    add(signature, "value", base64_value(list.signature));
    add(signature, "valid", verdict.valid);
    if (!verdict.reason.empty()) {
        add(signature, "reason", verdict.reason);
    }
    add(out, "signature", std::move(signature));
    add(out, "AuthorityKeyID",
        list.authority_key_id ? base64_value(*list.authority_key_id) : json::Value());
    add(out, "Raw", base64_value(list.tbs));
    return out;
}

}  // namespace step::x509
