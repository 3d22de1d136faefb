// Certificates as JSON. Member names and their order are zcrypto's, which the original prints.
#include "x509/inspect_json.h"

#include <algorithm>

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/ip.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "x509/inspect.h"

namespace step::x509 {

using asn1::Reader;
using asn1::Tag;
using parts::add;

namespace parts {

void add(json::Object& object, std::string_view name, json::Value value) {
    object.push_back({.name = std::string(name), .value = std::move(value)});
}

void add_if_any(json::Object& object, std::string_view name, json::Array list) {
    if (!list.empty()) {
        add(object, name, std::move(list));
    }
}

void add_if_any(json::Object& object, std::string_view name, const std::vector<std::string>& list) {
    add_if_any(object, name, string_array(list));
}

json::Array string_array(const std::vector<std::string>& list) {
    return {list.begin(), list.end()};
}

json::Array ip_array(const std::vector<Bytes>& ips) {
    json::Array out;
    for (const Bytes& ip : ips) {
        out.emplace_back(format_ip(ip));
    }
    return out;
}

json::Value base64_value(ByteView bytes) {
    return encode_base64(bytes);
}

json::Value name_value(const Name& name) {
    json::Object out;
    for (const NamedOid& member : name_members()) {
        std::vector<std::string> values;
        for (const auto& rdn : name.rdns) {
            for (const Attribute& attribute : rdn) {
                if (attribute.type.text() == member.oid) {
                    values.push_back(attribute_text(attribute));
                }
            }
        }
        add_if_any(out, member.name, values);
    }
    return out;
}

json::Value extension_value(const Extension& extension) {
    json::Object out;
    add(out, "id", extension.id.text());
    add(out, "critical", extension.critical);
    if (!extension.value.empty()) {
        add(out, "value", base64_value(extension.value));
    }
    return out;
}

json::Value algorithm_value(const AlgorithmNames& names) {
    json::Object out;
    add(out, "name", names.json);
    add(out, "oid", names.json_oid);
    return out;
}

std::string key_algorithm(const KeyView& view) {
    return view.key || view.dsa ? view.algorithm : "unknown_algorithm";
}

}  // namespace parts

namespace {

std::string name_line(const Name& name) {
    std::string out;
    for (const auto& rdn : name.rdns) {
        for (const Attribute& attribute : rdn) {
            out += out.empty() ? "" : ", ";
            out += std::string(parts::attribute_label(attribute.type.text())) + "=" +
                   parts::attribute_text(attribute);
        }
    }
    return out;
}

json::Value validity_value(const Certificate& certificate) {
    json::Object out;
    add(out, "start", format_rfc3339(certificate.not_before));
    add(out, "end", format_rfc3339(certificate.not_after));
    const std::chrono::seconds length = certificate.not_after - certificate.not_before;
    add(out, "length", static_cast<std::int64_t>(length.count()));
    return out;
}

json::Value from_hex(std::string_view hex) {
    const auto bytes = parse_hex(hex);
    return bytes ? parts::base64_value(*bytes) : json::Value();
}

json::Value ec_value(const parts::KeyView& view) {
    json::Object out;
    const parts::CurveParameters* curve =
        parts::curve_parameters(parts::curve_name(view.key->kind()));
    if (curve == nullptr) {
        return out;
    }
    const auto numbers = view.key->numbers();
    add(out, "b", from_hex(curve->b));
    add(out, "curve", curve->name);
    add(out, "gx", from_hex(curve->gx));
    add(out, "gy", from_hex(curve->gy));
    add(out, "length", curve->bits);
    add(out, "n", from_hex(curve->n));
    add(out, "p", from_hex(curve->p));
    add(out, "pub", parts::base64_value(view.bits));
    add(out, "x", parts::base64_value(parts::magnitude(numbers.x)));
    add(out, "y", parts::base64_value(parts::magnitude(numbers.y)));
    return out;
}

json::Value rsa_value(const crypto::PublicKey& key) {
    const auto numbers = key.numbers();
    std::int64_t exponent = 0;
    for (const char c : numbers.exponent) {
        exponent = exponent << 8 | static_cast<unsigned char>(c);
    }
    json::Object out;
    add(out, "exponent", exponent);
    add(out, "modulus", parts::base64_value(numbers.modulus));
    add(out, "length", static_cast<std::int64_t>(numbers.modulus.size() * 8));
    return out;
}

json::Value key_value(const Certificate& certificate) {
    const parts::KeyView view = parts::view_key(certificate.spki);
    json::Object algorithm;
    add(algorithm, "name", parts::key_algorithm(view));
    json::Object out;
    add(out, "key_algorithm", std::move(algorithm));
    if (view.key && view.key->kind() == crypto::KeyKind::kRsa) {
        add(out, "rsa_public_key", rsa_value(*view.key));
    } else if (view.key && view.key->kind() != crypto::KeyKind::kEd25519) {
        add(out, "ecdsa_public_key", ec_value(view));
    } else if (view.dsa) {
        json::Object dsa;
        add(dsa, "g", parts::base64_value(view.dsa->g));
        add(dsa, "p", parts::base64_value(view.dsa->p));
        add(dsa, "q", parts::base64_value(view.dsa->q));
        add(dsa, "y", parts::base64_value(view.dsa->y));
        add(out, "dsa_public_key", std::move(dsa));
    }
    add(out, "fingerprint_sha256", encode_hex(crypto::sha256(certificate.spki)));
    return out;
}

bool is_self_signed(const Certificate& certificate) {
    if (certificate.issuer_der != certificate.subject_der) {
        return false;
    }
    const auto key = certificate.public_key();
    return key && check_signature(certificate, *key);
}

/// The certificate as it was before the proofs of transparency went in (RFC 6962 3.2): without
/// them and without the poison. A certificate without extensions gets an empty list, which is
/// what the original hashes.
Bytes without_transparency(const Certificate& certificate) {
    constexpr std::string_view kProofs = "1.3.6.1.4.1.11129.2.4.2";
    constexpr std::string_view kPoison = "1.3.6.1.4.1.11129.2.4.3";
    Reader outer(certificate.tbs);
    auto fields = outer.enter();
    asn1::Writer writer;
    const auto sequence = writer.begin(Tag::kSequence);
    while (fields && !fields->at_end()) {
        const auto element = fields->read_any();
        if (!element) {
            break;
        }
        if (element->tag != asn1::context_constructed(3)) {
            writer.raw(element->whole);
        }
    }
    const auto wrapper = writer.begin(asn1::context_constructed(3));
    const auto list = writer.begin(Tag::kSequence);
    for (const Extension& extension : certificate.extensions) {
        const std::string id = extension.id.text();
        if (id == kProofs || id == kPoison) {
            continue;
        }
        const auto entry = writer.begin(Tag::kSequence);
        writer.oid(extension.id);
        if (extension.critical) {
            writer.boolean(true);
        }
        writer.octets(extension.value);
        writer.end(entry);
    }
    writer.end(list);
    writer.end(wrapper);
    writer.end(sequence);
    return std::move(writer).take();
}

/// By the policies of the CA/Browser Forum; others say nothing to us (docs/compat.md).
std::string_view validation_level(const Certificate& certificate, bool self_signed) {
    const Extension* extension = certificate.find(oid::kCertificatePolicies);
    if (extension == nullptr || self_signed) {
        return "unknown";
    }
    std::string_view level = "unknown";
    for (const parts::Policy& policy : parts::policies(extension->value)) {
        const std::string id = policy.id.text();
        if (id == "2.23.140.1.1" || id == "2.23.140.1.3" || id == "2.23.140.1.31") {
            return "EV";
        }
        if (id == "2.23.140.1.2.2" || id == "2.23.140.1.2.3") {
            level = "OV";
        } else if (id == "2.23.140.1.2.1" && level == "unknown") {
            level = "DV";
        }
    }
    return level;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// What the original lets into "names": roughly, what could be an address on the web. A host of
/// letters, digits, inner hyphens and dots, with or without scheme, user, port and path.
bool is_url(std::string_view text) {
    if (text.size() <= 3 || text.size() >= 2083 || text.starts_with('.') ||
        std::any_of(text.begin(), text.end(),
                    [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; })) {
        return false;
    }
    if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
        constexpr std::string_view kSchemes[] = {"http", "https", "ftp", "tcp", "udp", "ws", "wss"};
        if (std::find(std::begin(kSchemes), std::end(kSchemes), text.substr(0, scheme)) ==
            std::end(kSchemes)) {
            return false;
        }
        text.remove_prefix(scheme + 3);
    } else if (text.find(':') == std::string_view::npos &&
               text.substr(0, text.find_first_of("?#")).find('.') == std::string_view::npos) {
        return false;
    }
    text = text.substr(0, text.find_first_of("/?#"));
    if (const std::size_t user = text.rfind('@'); user != std::string_view::npos) {
        text.remove_prefix(user + 1);
    }
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        const std::string_view port = text.substr(colon + 1);
        if (port.empty() || port.size() > 5 ||
            port.find_first_not_of("0123456789") != std::string_view::npos) {
            return false;
        }
        text = text.substr(0, colon);
    }
    if (text.ends_with('.')) {
        text.remove_suffix(1);
    }
    if (text.empty() || !is_word(text.front()) || !is_word(text.back())) {
        return false;
    }
    return text.find("..") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_name(std::string_view name) {
    while (name.starts_with("?.") || name.starts_with("*.")) {
        name.remove_prefix(2);
    }
    return is_url(name);
}

std::vector<std::string> web_names(const Certificate& certificate) {
    std::vector<std::string> out;
    const auto put = [&](const std::string& name) {
        if (std::find(out.begin(), out.end(), name) == out.end()) {
            out.push_back(name);
        }
    };
    if (const std::string name = certificate.subject.common_name(); is_name(name)) {
        put(name);
    }
    for (const std::string& name : certificate.names.dns) {
        if (is_name(name) || name.find('.') == std::string::npos) {
            put(name);
        }
    }
    for (const std::string& uri : certificate.names.uris) {
        if (is_url(uri)) {
            put(uri);
        }
    }
    for (const Bytes& ip : certificate.names.ips) {
        if (const std::string text = format_ip(ip); is_url(text)) {
            put(text);
        }
    }
    return out;
}

json::Value signature_value(const Certificate& certificate, bool self_signed) {
    json::Object out;
    add(out, "signature_algorithm",
        parts::algorithm_value(parts::algorithm_names(certificate.algorithm.der)));
    add(out, "value", parts::base64_value(certificate.signature));
    add(out, "valid", false);  // The original never checks it: nobody told it of an issuer.
    add(out, "self_signed", self_signed);
    return out;
}

}  // namespace

json::Value inspect_json(const Certificate& certificate) {
    const bool self_signed = is_self_signed(certificate);
    const auto hex = [](crypto::Hash hash, ByteView bytes) {
        return encode_hex(crypto::digest(hash, bytes));
    };
    json::Object out;
    add(out, "version", certificate.version);
    add(out, "serial_number", certificate.serial_text());
    add(out, "signature_algorithm",
        parts::algorithm_value(parts::algorithm_names(certificate.algorithm.der)));
    add(out, "issuer", parts::name_value(certificate.issuer));
    if (const std::string line = name_line(certificate.issuer); !line.empty()) {
        add(out, "issuer_dn", line);
    }
    add(out, "validity", validity_value(certificate));
    add(out, "subject", parts::name_value(certificate.subject));
    if (const std::string line = name_line(certificate.subject); !line.empty()) {
        add(out, "subject_dn", line);
    }
    add(out, "subject_key_info", key_value(certificate));
    parts::ExtensionValues extensions = parts::extension_values(certificate);
    add(out, "extensions", std::move(extensions.known));
    parts::add_if_any(out, "unknown_extensions", std::move(extensions.unknown));
    add(out, "signature", signature_value(certificate, self_signed));
    add(out, "fingerprint_md5", hex(crypto::Hash::kMd5, certificate.der));
    add(out, "fingerprint_sha1", hex(crypto::Hash::kSha1, certificate.der));
    add(out, "fingerprint_sha256", hex(crypto::Hash::kSha256, certificate.der));
    add(out, "tbs_noct_fingerprint", hex(crypto::Hash::kSha256, without_transparency(certificate)));
    add(out, "spki_subject_fingerprint",
        hex(crypto::Hash::kSha256, certificate.spki + certificate.subject_der));
    add(out, "tbs_fingerprint", hex(crypto::Hash::kSha256, certificate.tbs));
    add(out, "validation_level", validation_level(certificate, self_signed));
    const std::vector<std::string> names = web_names(certificate);
    parts::add_if_any(out, "names", names);
    add(out, "redacted", std::any_of(names.begin(), names.end(), [](const std::string& name) {
            return name.starts_with('?');
        }));
    return out;
}

}  // namespace step::x509
