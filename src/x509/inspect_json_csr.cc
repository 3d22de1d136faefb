// Requests as JSON: the fields of zcrypto's CertificateRequest, which has no names of its own.
#include "asn1/reader.h"
#include "x509/inspect.h"
#include "x509/inspect_json.h"

namespace step::x509 {

using asn1::Reader;
using parts::add;

namespace {

/// A non-negative number of any size.
json::Value big_number(ByteView big_endian) {
    return json::Number{serial_to_text(Bytes(1, '\0') + Bytes(parts::magnitude(big_endian)))};
}

json::Value csr_ec_value(const parts::KeyView& view) {
    const auto numbers = view.key->numbers();
    json::Object point;
    add(point, "Curve", json::Object{});
    add(point, "X", big_number(numbers.x));
    add(point, "Y", big_number(numbers.y));
    json::Object raw;
    add(raw, "Bytes", parts::base64_value(view.bits));
    add(raw, "BitLength", static_cast<std::int64_t>(view.bits.size() * 8));
    json::Object out;
    add(out, "Pub", std::move(point));
    add(out, "Raw", std::move(raw));
    return out;
}

json::Value csr_key_value(const parts::KeyView& view) {
    json::Object out;
    if (view.dsa) {
        add(out, "P", big_number(view.dsa->p));
        add(out, "Q", big_number(view.dsa->q));
        add(out, "G", big_number(view.dsa->g));
        add(out, "Y", big_number(view.dsa->y));
        return out;
    }
    if (!view.key) {
        return nullptr;
    }
    switch (view.key->kind()) {
        case crypto::KeyKind::kRsa:
            add(out, "N", big_number(view.key->numbers().modulus));
            add(out, "E", big_number(view.key->numbers().exponent));
            return out;
        case crypto::KeyKind::kEd25519:
            return parts::base64_value(view.key->numbers().x);
        default:
            return csr_ec_value(view);
    }
}

json::Array identifier_value(const std::string& dotted) {
    json::Array out;
    std::size_t start = 0;
    while (start <= dotted.size()) {
        const std::size_t end = std::min(dotted.find('.', start), dotted.size());
        out.emplace_back(json::Number{dotted.substr(start, end - start)});
        start = end + 1;
    }
    return out;
}

/// A SEQUENCE of SEQUENCEs that begin with an identifier and one more element: all that the
/// original takes an attribute for. Its value is shown if it is a string.
std::optional<json::Array> pairs_value(Reader& values) {
    json::Array out;
    auto list = values.enter();
    while (list && !list->at_end()) {
        auto pair = list->enter();
        const auto type = pair ? pair->read_oid() : Result<asn1::Oid>(Error{});
        const auto value = pair ? pair->read_any() : Result<Reader::Element>(Error{});
        if (!type || !value) {
            return std::nullopt;
        }
        json::Object entry;
        add(entry, "type", type->text());
        if (const auto text = parts::whole_string(value->whole); text && !text->empty()) {
            add(entry, "value", *text);
        }
        out.emplace_back(std::move(entry));
    }
    return list ? std::optional(std::move(out)) : std::nullopt;
}

json::Value attributes_value(const UncheckedCsr& request) {
    json::Array out;
    for (const UncheckedCsr::Attribute& attribute : request.attributes) {
        json::Array sets;
        Reader values(attribute.values);
        bool readable = true;
        while (readable && !values.at_end()) {
            auto set = pairs_value(values);
            readable = set.has_value();
            if (set) {
                sets.emplace_back(*std::move(set));
            }
        }
        if (!readable) {
            continue;
        }
        json::Object entry;
        add(entry, "Type", identifier_value(attribute.type.text()));
        add(entry, "Value", std::move(sets));
        out.emplace_back(std::move(entry));
    }
    return out.empty() ? json::Value() : json::Value(std::move(out));
}

json::Value or_null(json::Array list) {
    return list.empty() ? json::Value() : json::Value(std::move(list));
}

}  // namespace

json::Value inspect_json(const UncheckedCsr& request) {
    const parts::KeyView view = parts::view_key(request.spki);
    json::Object algorithm;
    add(algorithm, "name", parts::key_algorithm(view));
    json::Array extensions;
    for (const Extension& extension : request.extensions) {
        extensions.push_back(parts::extension_value(extension));
    }
    json::Object out;
    add(out, "Raw", parts::base64_value(request.der));
    add(out, "RawTBSCertificateRequest", parts::base64_value(request.info));
    add(out, "RawSubjectPublicKeyInfo", parts::base64_value(request.spki));
    add(out, "RawSubject", parts::base64_value(request.subject_der));
    add(out, "Version", request.version);
    add(out, "Signature", parts::base64_value(request.signature));
    add(out, "SignatureAlgorithm",
        parts::algorithm_value(parts::algorithm_names(request.algorithm)));
    add(out, "PublicKeyAlgorithm", std::move(algorithm));
    add(out, "PublicKey", csr_key_value(view));
    add(out, "Subject", parts::name_value(request.subject));
    add(out, "Attributes", attributes_value(request));
    add(out, "Extensions", or_null(std::move(extensions)));
    add(out, "ExtraExtensions", nullptr);
    add(out, "DNSNames", or_null(parts::string_array(request.names.dns)));
    add(out, "EmailAddresses", or_null(parts::string_array(request.names.emails)));
    add(out, "IPAddresses", or_null(parts::ip_array(request.names.ips)));
    return out;
}

}  // namespace step::x509
