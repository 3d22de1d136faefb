#include <charconv>

#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "json/write.h"
#include "profile/go_struct_impl.h"
#include "tmpl/function.h"
#include "x509/certificate.h"

namespace step::profile::impl {
namespace {

using tmpl::Call;
using tmpl::Entry;
using tmpl::Kind;
using tmpl::Type;
using tmpl::Value;

bool is_empty(const Value& value) {
    return value.is_null() ||
           ((value.is_string() || value.is_slice() || value.is_map()) && value.length() == 0);
}

std::string text_of(const Value& value) {
    const auto* object = dynamic_cast<const Struct*>(value.as_object());
    return object == nullptr ? "<nil>" : object->text();
}

template <std::string (*kText)(const Value&)>
Result<Value> as_string(Call& call) {
    return Value(kText(call[0]));
}
template <std::string (*kText)(const Value&)>
std::string as_json_string(const Value& value) {
    return quoted(kText(value));
}

std::string ip_text(const Value& value) {
    return value.length() == 0 ? "<nil>" : format_ip(value.as_text());
}
constexpr Entry kIpMethods[] = {{"String", "", as_string<ip_text>}};
constexpr Type kIp{.kind = Kind::kSlice,
                   .name = "net.IP",
                   .elem = &tmpl::types::kUint8,
                   .methods = {kIpMethods, std::size(kIpMethods)},
                   .text = ip_text,
                   .json = as_json_string<ip_text>};

Result<Value> url_hostname(Call& call) {
    STEP_ASSIGN(const Uri uri, parse_uri(text_of(call[0])));
    return Value(uri.hostname());
}
Result<Value> url_port(Call& call) {
    STEP_ASSIGN(const Uri uri, parse_uri(text_of(call[0])));
    return Value(uri.port());
}
constexpr Entry kUserInfoMethods[] = {{"String", "", as_string<text_of>}};
constexpr Type kUserInfo{.kind = Kind::kPointer,
                         .name = "*url.Userinfo",
                         .methods = {kUserInfoMethods, std::size(kUserInfoMethods)},
                         .text = text_of};
constexpr Entry kUrlMethods[] = {
    {"Hostname", "", url_hostname}, {"Port", "", url_port}, {"String", "", as_string<text_of>}};
constexpr Type kUrl{.kind = Kind::kPointer,
                    .name = "*url.URL",
                    .methods = {kUrlMethods, std::size(kUrlMethods)},
                    .text = text_of};

constexpr Entry kBigIntMethods[] = {{"String", "", as_string<text_of>}};
constexpr Type kBigInt{.kind = Kind::kPointer,
                       .name = "*big.Int",
                       .methods = {kBigIntMethods, std::size(kBigIntMethods)},
                       .text = text_of,
                       .json = text_of};

constexpr Type kRsaKey{.kind = Kind::kPointer, .name = "*rsa.PublicKey"};
constexpr Type kEcdsaKey{.kind = Kind::kPointer, .name = "*ecdsa.PublicKey"};
constexpr Type kCurve{.kind = Kind::kPointer, .name = "*elliptic.nistCurve"};
constexpr Type kCurveParams{.kind = Kind::kPointer, .name = "*elliptic.CurveParams"};
constexpr Type kEd25519Key{
    .kind = Kind::kSlice, .name = "ed25519.PublicKey", .elem = &tmpl::types::kUint8};

std::string oid_text(const Value& oid) {
    std::string text;
    for (std::size_t i = 0; i < oid.length(); ++i) {
        text += (i == 0 ? "" : ".") + std::to_string(oid.at(i).as_int());
    }
    return text;
}
constexpr Entry kOidMethods[] = {{"String", "", as_string<oid_text>}};
constexpr Type kOid{.kind = Kind::kSlice,
                    .name = "asn1.ObjectIdentifier",
                    .elem = &tmpl::types::kInt,
                    .methods = {kOidMethods, std::size(kOidMethods)},
                    .text = oid_text};
constexpr Type kOids{.kind = Kind::kSlice, .name = "[]asn1.ObjectIdentifier", .elem = &kOid};

/// In Go's numbering.
std::string algorithm_text(const Value& value) {
    constexpr std::array<std::string_view, 5> kNames = {"0", "RSA", "DSA", "ECDSA", "Ed25519"};
    return std::string(kNames[static_cast<std::size_t>(std::clamp<std::int64_t>(
        value.as_int(), 0, static_cast<std::int64_t>(kNames.size()) - 1))]);
}
constexpr Entry kAlgorithmMethods[] = {{"String", "", as_string<algorithm_text>}};
constexpr Type kKeyAlgorithm{.kind = Kind::kInt,
                             .name = "x509.PublicKeyAlgorithm",
                             .methods = {kAlgorithmMethods, std::size(kAlgorithmMethods)},
                             .text = algorithm_text};

bool is_rsa(crypto::KeyKind kind) {
    return kind == crypto::KeyKind::kRsa;
}

Value ecdsa_value(const crypto::PublicKey& key) {
    const crypto::PublicKey::Numbers numbers = key.numbers();
    const Value params = make_struct(
        kCurveParams, {{"BitSize", "", Value::integer(static_cast<std::int64_t>(key.bits()))},
                       {"Name", "", fmt::format("P-{}", key.bits())}});
    const Value curve = make_struct(kCurve, {{"Params", "", params, Tag::kMethod}});
    return make_struct(kEcdsaKey, {{"Curve", "", curve},
                                   {"Params", "", params, Tag::kMethod},
                                   {"X", "", big_int('\0' + numbers.x)},
                                   {"Y", "", big_int('\0' + numbers.y)}});
}

}  // namespace

std::optional<Value> Struct::field(std::string_view name) const {
    for (const Field& field : fields_) {
        if (field.name == name) {
            return field.value;
        }
    }
    return std::nullopt;
}

std::vector<std::pair<std::string, Value>> Struct::fields() const {
    std::vector<std::pair<std::string, Value>> all;
    all.reserve(fields_.size());
    for (const Field& field : fields_) {
        if (field.shown != Tag::kMethod) {
            all.emplace_back(field.name, field.value);
        }
    }
    return all;
}

std::vector<std::pair<std::string, Value>> Struct::json_fields() const {
    std::vector<std::pair<std::string, Value>> shown;
    for (const Field& field : fields_) {
        if (field.shown == Tag::kAlways ||
            (field.shown == Tag::kNotEmpty && !is_empty(field.value))) {
            shown.emplace_back(field.tag.empty() ? field.name : field.tag, field.value);
        }
    }
    return shown;
}

Value make_struct(const Type& type, std::vector<Field> fields, std::string text) {
    return Value::of(type, std::shared_ptr<const tmpl::Object>(
                               std::make_shared<Struct>(std::move(fields), std::move(text))));
}

Value slice(const Type& type, tmpl::List items) {
    return items.empty() ? Value::nil_of(type) : Value::of(type, std::move(items));
}

Value strings(const Type& type, const std::vector<std::string>& texts) {
    return slice(type, tmpl::List(texts.begin(), texts.end()));
}

Value octets(const Bytes& bytes) {
    return bytes.empty() ? Value::nil_of(tmpl::types::kBytes) : Value::bytes(bytes);
}

Value ip_value(const Bytes& ip) {
    return Value::of(kIp, ip);
}

Value url_value(const std::string& text) {
    Result<Uri> parsed = parse_uri(text);
    const Uri uri = parsed ? *std::move(parsed) : Uri{.opaque = text};
    const Value user =
        uri.user.empty() ? Value::nil_of(kUserInfo) : make_struct(kUserInfo, {}, uri.user);
    return make_struct(kUrl,
                       {{"Scheme", "", uri.scheme},
                        {"Opaque", "", uri.opaque},
                        {"User", "", user},
                        {"Host", "", uri.host},
                        {"Path", "", uri.path},
                        {"Fragment", "", uri.fragment},
                        {"RawQuery", "", uri.query},
                        // Only where it is not how Go would write the path anyway.
                        {"RawPath", "", uri.raw_path == uri.path ? "" : uri.raw_path},
                        {"RawFragment", "", ""},
                        {"ForceQuery", "", uri.force_query},
                        {"OmitHost", "", uri.omit_host}},
                       text);
}

Value big_int(ByteView contents) {
    return make_struct(kBigInt, {}, x509::serial_to_text(contents));
}

tmpl::List arcs(const asn1::Oid& oid) {
    tmpl::List items;
    for (const std::string& arc : split(oid.text(), '.')) {
        std::int64_t number = INT64_MAX;
        std::from_chars(arc.data(), arc.data() + arc.size(), number);
        items.push_back(Value::integer(number));
    }
    return items;
}

Value oid_value(const asn1::Oid& oid) {
    return Value::of(kOid, arcs(oid));
}

Value oid_values(const std::vector<asn1::Oid>& oids) {
    tmpl::List items;
    for (const asn1::Oid& oid : oids) {
        items.push_back(oid_value(oid));
    }
    return slice(kOids, std::move(items));
}

tmpl::List ip_values(const std::vector<Bytes>& ips) {
    tmpl::List items;
    for (const Bytes& ip : ips) {
        items.push_back(ip_value(ip));
    }
    return items;
}

tmpl::List url_values(const std::vector<std::string>& uris) {
    tmpl::List items;
    for (const std::string& uri : uris) {
        items.push_back(url_value(uri));
    }
    return items;
}

std::string quoted(std::string_view text) {
    std::string out;
    json::append_string(out, text);
    return out;
}

Value public_key_value(const crypto::PublicKey& key) {
    if (key.kind() == crypto::KeyKind::kEd25519) {
        return Value::of(kEd25519Key, Bytes(key.key_bits()));
    }
    if (!is_rsa(key.kind())) {
        return ecdsa_value(key);
    }
    const crypto::PublicKey::Numbers numbers = key.numbers();
    std::int64_t exponent = 0;
    for (const char octet : numbers.exponent) {
        exponent = exponent * 256 + static_cast<unsigned char>(octet);
    }
    const auto size = static_cast<std::int64_t>((key.bits() + 7) / 8);
    return make_struct(kRsaKey, {{"N", "", big_int('\0' + numbers.modulus)},
                                 {"E", "", Value::integer(exponent)},
                                 {"Size", "", Value::integer(size), Tag::kMethod}});
}

Value key_algorithm(crypto::KeyKind kind) {
    constexpr std::int64_t kRsa = 1, kEcdsa = 3, kEd25519 = 4;
    return Value::of(kKeyAlgorithm, is_rsa(kind)                        ? kRsa
                                    : kind == crypto::KeyKind::kEd25519 ? kEd25519
                                                                        : kEcdsa);
}

}  // namespace step::profile::impl
