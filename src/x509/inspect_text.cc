#include "x509/inspect_text.h"

#include "asn1/reader.h"
#include "base/hex.h"
#include "base/time.h"
#include "x509/inspect.h"
#include "x509/inspect_parts.h"

namespace step::x509 {

using parts::put_line;

namespace parts {

void put_line(std::string& out, std::size_t indent, std::string_view text) {
    out.append(indent, ' ');
    out += text;
    out += '\n';
}

void put_heading(std::string& out, std::string_view name, const Extension& extension) {
    put_line(out, 12, std::string(name) + (extension.critical ? ": critical" : ":"));
}

void put_opaque(std::string& out, std::string_view name, const Extension& extension) {
    put_heading(out, name, extension);
    put_line(out, 16, printable(extension.value));
}

void put_list(std::string& out, std::size_t indent, const std::vector<std::string>& items,
              std::string_view prefix) {
    if (items.empty()) {
        return;
    }
    std::string text;
    for (const std::string& item : items) {
        text += (text.empty() ? "" : ", ") + std::string(prefix) + item;
    }
    put_line(out, indent, text);
}

}  // namespace parts

namespace {

std::string_view short_type(std::string_view oid) {
    struct Known {
        std::string_view oid, name;
    };
    constexpr Known kKnown[] = {
        {"2.5.4.3", "CN"},
        {"2.5.4.5", "SERIALNUMBER"},
        {"2.5.4.6", "C"},
        {"2.5.4.7", "L"},
        {"2.5.4.8", "ST"},
        {"2.5.4.9", "STREET"},
        {"2.5.4.10", "O"},
        {"2.5.4.11", "OU"},
        {"2.5.4.17", "POSTALCODE"},
        {"1.2.840.113549.1.9.1", "emailAddress"},
        {"0.9.2342.19200300.100.1.25", "DC"},
        {"0.9.2342.19200300.100.1.1", "UID"},
    };
    for (const Known& known : kKnown) {
        if (known.oid == oid) {
            return known.name;
        }
    }
    return "";
}

std::string name_text(const Name& name) {
    std::string out;
    for (const auto& rdn : name.rdns) {
        for (const Attribute& attribute : rdn) {
            const std::string oid = attribute.type.text();
            const std::string_view known = short_type(oid);
            out += out.empty() ? "" : ",";
            if (!known.empty()) {
                out += std::string(known) + "=" + parts::attribute_text(attribute);
            } else if (oid.starts_with("2.5.4.") && oid.find('.', 6) == std::string::npos) {
                out += "UnknownOID=" + oid;
            } else {
                out += oid + "=" + parts::attribute_text(attribute);
            }
        }
    }
    return out;
}

void put_number(std::string& out, std::string_view name, ByteView number) {
    out += "                " + std::string(name) + ":" + parts::hex_block(number, 15, 20) + "\n";
}

std::uint64_t to_number(ByteView number) {
    std::uint64_t value = 0;
    for (const char c : number) {
        value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
}

void put_public_key(std::string& out, const parts::KeyView& view) {
    const auto numbers = view.key ? view.key->numbers() : crypto::PublicKey::Numbers{};
    // Ed25519 has 256 bits; the original prints the octets.
    const unsigned bits = view.key && view.key->kind() == crypto::KeyKind::kEd25519 ? 32
                          : view.key ? view.key->bits()
                                     : 0;
    if (view.key) {
        put_line(out, 16, "Public-Key: (" + std::to_string(bits) + " bit)");
    }
    if (view.dsa) {
        put_number(out, "pub", view.dsa->y);
        put_number(out, "P", view.dsa->p);
        put_number(out, "Q", view.dsa->q);
        put_number(out, "G", view.dsa->g);
    } else if (!view.key) {
        put_line(out, 16, "Public-Key:");
        put_number(out, "Raw Bytes", view.bits);
    } else if (view.algorithm == "RSA") {
        const std::uint64_t exponent = to_number(numbers.exponent);
        put_number(out, "Modulus", numbers.modulus);
        put_line(out, 16, fmt::format("Exponent: {} ({:#x})", exponent, exponent));
    } else if (view.algorithm == "Ed25519") {
        out.pop_back();
        out += parts::hex_block(numbers.x, 15, 20) + "\n";
    } else {
        put_number(out, "X", parts::magnitude(numbers.x));
        put_number(out, "Y", parts::magnitude(numbers.y));
        put_line(out, 16, "Curve: " + std::string(parts::curve_name(view.key->kind())));
    }
}

void put_subject(std::string& out, const Name& subject, ByteView spki) {
    put_line(out, 8, subject.empty() ? "Subject:" : "Subject: " + name_text(subject));
    put_line(out, 8, "Subject Public Key Info:");
    const parts::KeyView view = parts::view_key(spki);
    put_line(out, 12, "Public Key Algorithm: " + view.algorithm);
    put_public_key(out, view);
}

void put_version(std::string& out, std::int64_t version) {
    const std::int64_t encoded = version > 0 ? version - 1 : 0;
    put_line(out, 8, fmt::format("Version: {} ({:#x})", version, encoded));
}

void put_signature(std::string& out, const std::string& algorithm, ByteView signature) {
    put_line(out, 4, "Signature Algorithm: " + algorithm + parts::hex_block(signature, 18, 9));
}

/// The absolute value of an INTEGER in hexadecimal, whole octets: what Go prints of big.Int.Bytes.
std::string serial_hex(ByteView serial) {
    Bytes octets(serial);
    if (!octets.empty() && (static_cast<unsigned char>(octets[0]) & 0x80U) != 0) {
        unsigned carry = 1;
        for (std::size_t i = octets.size(); i-- > 0;) {
            const unsigned sum = (~static_cast<unsigned char>(octets[i]) & 0xffU) + carry;
            octets[i] = static_cast<char>(sum & 0xffU);
            carry = sum >> 8U;
        }
    }
    const ByteView digits = parts::magnitude(octets);
    return digits.empty() ? "" : "0x" + encode_hex(digits);
}

/// issuerUniqueID and subjectUniqueID (RFC 5280 4.1.2.8): [1] and [2] IMPLICIT BIT STRING.
void put_unique_ids(std::string& out, const Certificate& certificate) {
    asn1::Reader outer(certificate.tbs);
    auto reader = outer.enter();
    while (reader && !reader->at_end()) {
        const auto element = reader->read_any();
        if (!element) {
            return;
        }
        const bool issuer = element->tag == asn1::context(1);
        if ((issuer || element->tag == asn1::context(2)) && element->contents.size() > 1) {
            put_line(out, 8,
                     (issuer ? "Issuer Unique ID: " : "Subject Unique ID: ") +
                         parts::colons(element->contents.substr(1), /*upper=*/false));
        }
    }
}

}  // namespace

std::string inspect_text(const Certificate& certificate) {
    const std::string algorithm = parts::algorithm_names(certificate.algorithm.der).text;
    std::string out = "Certificate:\n    Data:\n";
    put_version(out, certificate.version);
    put_line(out, 8,
             "Serial Number: " + certificate.serial_text() + " (" + serial_hex(certificate.serial) +
                 ")");
    put_line(out, 8, "Signature Algorithm: " + algorithm);
    put_line(out, 8, "Issuer: " + name_text(certificate.issuer));
    put_line(out, 8, "Validity");
    put_line(out, 12, "Not Before: " + format_inspect_time(certificate.not_before));
    put_line(out, 12, "Not After : " + format_inspect_time(certificate.not_after));
    put_subject(out, certificate.subject, certificate.spki);
    put_unique_ids(out, certificate);
    if (certificate.version == 3 && !certificate.extensions.empty()) {
        put_line(out, 8, "X509v3 extensions:");
        for (const Extension& extension : certificate.extensions) {
            // 2.5.29.n with one octet n is the standard's own arc.
            if (extension.id.der().starts_with("\x55\x1d") && extension.id.der().size() == 3) {
                parts::put_standard_extension(out, certificate, extension);
            } else {
                parts::put_other_extension(out, extension);
            }
        }
    }
    put_signature(out, algorithm, certificate.signature);
    return out;
}

std::string inspect_text(const UncheckedCsr& request) {
    std::string out = "Certificate Request:\n    Data:\n";
    put_version(out, request.version);
    put_subject(out, request.subject, request.spki);
    if (request.version == 0 && !request.extensions.empty()) {
        parts::put_requested_extensions(out, request);
    }
    put_signature(out, parts::algorithm_names(request.algorithm).text, request.signature);
    return out;
}

}  // namespace step::x509
