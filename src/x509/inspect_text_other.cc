// Alternative names, and extensions outside 2.5.29, as text.
#include "asn1/reader.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/ip.h"
#include "base/time.h"
#include "x509/inspect_parts.h"
#include "x509/inspect_text.h"

namespace step::x509::parts {

using asn1::Reader;
using asn1::Tag;

namespace {

constexpr std::size_t kIndent = 16;
using Lines = std::vector<std::string>;

Lines access_lines(ByteView value) {
    Lines lines;
    const AccessUrls urls = access_urls(value);
    const auto add = [&](std::string_view label, const std::vector<std::string>& items) {
        std::string text;
        for (const std::string& item : items) {
            text += (text.empty() ? std::string(label) + " - URI:" : std::string(",URI:")) + item;
        }
        if (!items.empty()) {
            lines.push_back(text);
        }
    };
    add("OCSP", urls.ocsp);
    add("CA Issuers", urls.issuers);
    return lines;
}

std::string type_name(std::int64_t type) {
    constexpr std::string_view kNames[] = {"NOOP", "JWK", "OIDC",  "GCP",    "AWS",  "Azure",
                                           "ACME", "X5C", "K8sSA", "SSHPOP", "SCEP", "Nebula"};
    return type >= 0 && type < static_cast<std::int64_t>(std::size(kNames))
               ? std::string(kNames[type])
               : std::to_string(type) + " (unknown)";
}

void add_pairs(Lines& lines, const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [name, value] : pairs) {
        lines.push_back(fmt::format("{}: {}", name, value));
    }
}

std::optional<Lines> provisioner_lines(ByteView value) {
    const auto provisioner = parse_provisioner(value);
    if (!provisioner) {
        return std::nullopt;
    }
    Lines lines{"Type: " + type_name(provisioner->type), "Name: " + provisioner->name};
    if (!provisioner->credential_id.empty()) {
        lines.push_back("CredentialID: " + provisioner->credential_id);
    }
    add_pairs(lines, provisioner->pairs);
    return lines;
}

/// SEQUENCE { type, certificate identifier OPTIONAL, pairs OPTIONAL }
std::optional<Lines> authority_lines(ByteView value) {
    const auto contents = whole(value, Tag::kSequence);
    Reader reader(contents.value_or(""));
    const auto type = reader.read_any();
    const auto type_text = type ? whole_string(type->whole) : std::nullopt;
    if (!type_text) {
        return std::nullopt;
    }
    Lines lines{"Type: " + *type_text};
    if (!reader.at_end() && !reader.next_is(Tag::kSequence)) {
        const auto id = reader.read_any();
        const auto id_text = id ? whole_string(id->whole) : std::nullopt;
        if (!id_text) {
            return std::nullopt;
        }
        lines.push_back("CertificateID: " + *id_text);
    }
    const auto pairs = parse_pairs(reader.rest());
    if (!pairs) {
        return std::nullopt;
    }
    add_pairs(lines, *pairs);
    return lines;
}

std::optional<Lines> endpoint_lines(ByteView value) {
    constexpr std::string_view kKinds[] = {"Unknown", "Device", "Workload",
                                           "People",  "Agent",  "Account"};
    const auto contents = whole(value, Tag::kSequence);
    Reader reader(contents.value_or(""));
    const auto kind = reader.read_small_integer();
    const auto id = whole_string(reader.rest());
    if (!kind || !id) {
        return std::nullopt;
    }
    const bool known = *kind >= 0 && *kind < static_cast<std::int64_t>(std::size(kKinds));
    return Lines{
        "Kind: " + (known ? std::string(kKinds[*kind]) : std::to_string(*kind) + " (unknown)"),
        "EndpointID: " + *id};
}

std::optional<Lines> device_lines(ByteView value) {
    const auto contents = whole(value, Tag::kSequence);
    const auto id = whole_string(contents.value_or(""));
    return id ? std::optional(Lines{"DeviceID: " + *id}) : std::nullopt;
}

std::string name_of(std::span<const std::string_view> names, unsigned index) {
    return index < names.size() ? std::string(names[index])
                                : "UNKNOWN(" + std::to_string(index) + ")";
}

/// "Jan 2 15:04:05.000 2006 UTC"
std::string millisecond_time(std::uint64_t milliseconds) {
    const auto seconds = std::min<std::uint64_t>(milliseconds / 1000, 253402300799ULL);
    std::string text =
        format_inspect_time(SysSeconds(std::chrono::seconds(static_cast<std::int64_t>(seconds))));
    const std::size_t year = text.find(' ', text.find(':'));
    text.insert(year, fmt::format(".{:03}", milliseconds % 1000));
    return text;
}

std::optional<Lines> timestamp_lines(ByteView value) {
    constexpr std::string_view kHashes[] = {"NONE",   "MD5",    "SHA1",  "SHA224",
                                            "SHA256", "SHA384", "SHA512"};
    constexpr std::string_view kAlgorithms[] = {"Anonymous", "RSA", "DSA", "ECDSA"};
    const auto list = timestamps(value);
    if (!list) {
        return std::nullopt;
    }
    Lines lines;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Timestamp& sct = (*list)[i];
        lines.push_back(fmt::format("SCT [{}]:", i));
        const std::string version =
            sct.version == 0 ? "V1" : "UnknownVersion(" + std::to_string(sct.version) + ")";
        lines.push_back(fmt::format("    Version: {} ({:#x})", version, sct.version));
        lines.push_back("    LogID: " + encode_base64(sct.log_id));
        lines.push_back("    Timestamp: " + millisecond_time(sct.milliseconds));
        lines.push_back("    Signature Algorithm: " + name_of(kHashes, sct.hash) + "-" +
                        name_of(kAlgorithms, sct.algorithm) + hex_block(sct.signature, 18, 22));
    }
    return lines;
}

std::string octet_hex(unsigned char octet) {
    return fmt::format("unknown (0x{:02x})", octet);
}

std::optional<Lines> yubikey_version(ByteView value) {
    std::string text;
    for (const char c : value) {
        text += (text.empty() ? "" : ".") + std::to_string(static_cast<unsigned char>(c));
    }
    return Lines{text.empty() ? "unknown" : text};
}

std::optional<Lines> yubikey_serial(ByteView value) {
    Reader reader(value);
    const auto number = reader.read_small_integer();
    return number && reader.at_end() ? std::optional(Lines{std::to_string(*number)}) : std::nullopt;
}

std::optional<Lines> yubikey_policy(ByteView value) {
    constexpr std::string_view kPin[] = {"never", "once per session", "always"};
    constexpr std::string_view kTouch[] = {"never", "always", "once per session"};
    if (value.empty()) {
        return Lines{"unknown"};
    }
    const auto word = [](std::span<const std::string_view> words, char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet >= 1 && octet <= words.size() ? std::string(words[octet - 1U])
                                                   : octet_hex(octet);
    };
    Lines lines{"PIN policy: " + word(kPin, value[0])};
    if (value.size() > 1) {
        lines.push_back("Touch policy: " + word(kTouch, value[1]));
    }
    return lines;
}

/// The original compares with decimal 81 to 85 where YubiKeys of the FIPS series have 0x81 to
/// 0x85; both are read here.
std::optional<Lines> yubikey_form(ByteView value) {
    constexpr std::string_view kForms[] = {"USB-A Keychain", "USB-A Nano", "USB-C Keychain",
                                           "USB-C Nano", "Lightning or USB-C"};
    if (value.empty()) {
        return Lines{"unknown"};
    }
    const auto octet = static_cast<unsigned char>(value[0]);
    const bool fips = (octet > 80 && octet <= 85) || (octet > 0x80 && octet <= 0x85);
    const unsigned form = octet > 0x80 ? octet - 0x80U : octet > 80 ? octet - 80U : octet;
    if (form < 1 || form > std::size(kForms)) {
        return Lines{octet_hex(octet)};
    }
    return Lines{std::string(kForms[form - 1]) + (fips ? " (FIPS)" : "")};
}

std::optional<Lines> comment_lines(ByteView value) {
    const auto comment = whole_string(value);
    return comment ? std::optional(Lines{*comment}) : std::nullopt;
}

std::optional<Lines> raw_line(ByteView value) {
    return Lines{std::string(value)};
}

struct KnownText {
    std::string_view oid, name;
    std::optional<Lines> (*lines)(ByteView);
};
constexpr KnownText kKnown[] = {
    {"1.3.6.1.5.5.7.1.1", "Authority Information Access",
     [](ByteView value) { return std::optional(access_lines(value)); }},
    {"2.16.840.1.113730.1.13", "Netscape Comment", comment_lines},
    {"1.3.6.1.4.1.37476.9000.64.1", "X509v3 Step Provisioner", provisioner_lines},
    {"1.3.6.1.4.1.37476.9000.64.2", "X509v3 Step Registration Authority", authority_lines},
    {"1.3.6.1.4.1.37476.9000.64.3", "X509v3 Step Managed Endpoint", endpoint_lines},
    {"1.3.6.1.4.1.37476.9000.64.4", "X509v3 Step Managed Device", device_lines},
    {"1.3.6.1.4.1.11129.2.4.2", "RFC6962 Certificate Transparency SCT", timestamp_lines},
    {"1.3.6.1.4.1.41482.3.3", "X509v3 YubiKey Firmware Version", yubikey_version},
    {"1.3.6.1.4.1.41482.3.7", "X509v3 YubiKey Serial Number", yubikey_serial},
    {"1.3.6.1.4.1.41482.3.8", "X509v3 YubiKey Policy", yubikey_policy},
    {"1.3.6.1.4.1.41482.3.9", "X509v3 YubiKey Formfactor", yubikey_form},
    {"1.3.6.1.4.1.41482.3.10", "X509v3 YubiKey Certification",
     [](ByteView) { return std::optional(Lines{"FIPS Certified"}); }},
    {"1.3.6.1.4.1.41482.3.11", "X509v3 YubiKey Certification",
     [](ByteView) { return std::optional(Lines{"CSPN Certified"}); }},
    {"1.3.6.1.4.1.57264.1.1", "Sigstore OIDC Issuer", raw_line},
    {"1.3.6.1.4.1.57264.1.2", "Sigstore GitHub Workflow Trigger", raw_line},
    {"1.3.6.1.4.1.57264.1.3", "Sigstore GitHub Workflow SHA Hash", raw_line},
    {"1.3.6.1.4.1.57264.1.4", "Sigstore GitHub Workflow Name", raw_line},
    {"1.3.6.1.4.1.57264.1.5", "Sigstore GitHub Workflow Repository", raw_line},
    {"1.3.6.1.4.1.57264.1.6", "Sigstore GitHub Workflow Ref", raw_line},
};

std::optional<std::string> permanent_identifier(ByteView value) {
    const auto contents = whole(value, Tag::kSequence);
    if (!contents) {
        return std::nullopt;
    }
    Reader reader(*contents);
    std::string out;
    if (reader.next_is(Tag::kUtf8String)) {
        const auto identifier = reader.read(Tag::kUtf8String);
        if (!identifier) {
            return std::nullopt;
        }
        if (!identifier->empty()) {
            out = "Permanent Identifier: " + std::string(*identifier);
        }
    }
    if (reader.next_is(Tag::kOid)) {
        const auto assigner = reader.read_oid();
        if (!assigner) {
            return std::nullopt;
        }
        out += ", Assigner: " + assigner->text();
    }
    return reader.at_end() ? std::optional(out) : std::nullopt;
}

/// RFC 4108 5 has a plain OCTET STRING; the original expects [4] and shows it raw.
std::optional<std::string> hardware_module(ByteView value) {
    const auto contents = whole(value, Tag::kSequence);
    if (!contents) {
        return std::nullopt;
    }
    Reader reader(*contents);
    const auto type = reader.read_oid();
    const auto serial = reader.read_any();
    if (!type || !serial || (serial->tag != asn1::context(4) && serial->tag != Tag::kOctetString)) {
        return std::nullopt;
    }
    return "Hardware Module Name: Type: " + type->text() +
           ", Serial Number: " + std::string(serial->contents);
}

std::string other_name_line(const OtherName& name) {
    const std::string id = name.id.text();
    std::optional<std::string> line;
    if (id == "1.3.6.1.5.5.7.8.3") {
        line = permanent_identifier(name.value);
    } else if (id == "1.3.6.1.5.5.7.8.4") {
        line = hardware_module(name.value);
    } else if (id == "1.3.6.1.4.1.311.20.2.3") {
        if (const auto upn = whole(name.value, Tag::kUtf8String)) {
            line = "UPN: " + std::string(*upn);
        }
    } else if (id == "1.3.6.1.4.1.57264.1.7") {
        if (const auto identity = whole_string(name.value)) {
            line = "Sigstore Identity: " + *identity;
        }
    }
    return line.value_or("OtherName: Type: " + id + ", Value: 0x" + encode_hex(name.value));
}

/// Manufacturer, model and version of a TPM (TCG EK profile 3.1.2) in a directory name.
void put_tpm_attributes(std::string& out, ByteView directory_name) {
    Reader outer(directory_name);
    auto rdns = outer.enter();
    while (rdns && !rdns->at_end()) {
        auto rdn = rdns->enter(Tag::kSet);
        auto attribute = rdn ? rdn->enter() : Result<Reader>(Error{});
        if (!attribute) {
            return;
        }
        const auto id = attribute->read_oid();
        const auto value = attribute->read(Tag::kUtf8String);
        if (!id || !value) {
            continue;
        }
        const std::string text = id->text();
        const std::string_view label = text == "2.23.133.2.1"   ? "TPM Manufacturer: "
                                       : text == "2.23.133.2.2" ? "TPM Model: "
                                       : text == "2.23.133.2.3" ? "TPM Version: "
                                                                : "";
        if (!label.empty()) {
            put_line(out, kIndent, std::string(label) + std::string(*value));
        }
    }
}

}  // namespace

void put_alt_names(std::string& out, const Extension& extension, const AltNames& names) {
    put_heading(out, "X509v3 Subject Alternative Name", extension);
    std::vector<std::string> addresses;
    addresses.reserve(names.ips.size());
    for (const Bytes& ip : names.ips) {
        addresses.push_back(format_ip(ip));
    }
    put_list(out, kIndent, names.dns, "DNS:");
    put_list(out, kIndent, names.emails, "email:");
    put_list(out, kIndent, addresses, "IP Address:");
    put_list(out, kIndent, names.uris, "URI:");
    for (const GeneralName& name : general_names(extension.value)) {
        if (name.kind == 0) {
            if (const auto other = parse_other_name(name.contents)) {
                put_line(out, kIndent, other_name_line(*other));
            }
        } else if (name.kind == 4) {
            put_tpm_attributes(out, name.contents);
        }
    }
}

void put_other_extension(std::string& out, const Extension& extension) {
    const std::string id = extension.id.text();
    for (const KnownText& known : kKnown) {
        if (known.oid != id) {
            continue;
        }
        const auto lines = known.lines(extension.value);
        if (!lines) {
            put_opaque(out, known.name, extension);
            return;
        }
        put_heading(out, known.name, extension);
        for (const std::string& line : *lines) {
            put_line(out, kIndent, line);
        }
        return;
    }
    put_opaque(out, id, extension);
}

}  // namespace step::x509::parts
