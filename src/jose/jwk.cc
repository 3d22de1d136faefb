#include "jose/jwk.h"

#include "base/base64.h"
#include "crypto/digest.h"
#include "jose/strict.h"
#include "json/write.h"
#include "x509/certificate.h"

namespace step::jose {
namespace {

struct Curve {
    std::string_view name{}, algorithm{};
    crypto::KeyKind kind = crypto::KeyKind::kEcP256;
    std::size_t field_bytes = 0;
};

constexpr std::array<Curve, 3> kCurves = {{
    {"P-256", "ES256", crypto::KeyKind::kEcP256, 32},
    {"P-384", "ES384", crypto::KeyKind::kEcP384, 48},
    {"P-521", "ES512", crypto::KeyKind::kEcP521, 66},
}};

const Curve* curve_of(crypto::KeyKind kind) {
    for (const Curve& curve : kCurves) {
        if (curve.kind == kind) {
            return &curve;
        }
    }
    return nullptr;
}

/// Reads the members of one JWK; base64url members are octets.
class Members {
public:
    explicit Members(const json::Value& object) : object_(object) {}

    bool has(std::string_view name) const {
        const json::Value* value = object_.find_exact(name);
        return value != nullptr && !value->is_null();
    }

    Result<Secret> octets(std::string_view name) const {
        if (!has(name)) {
            return invalid(fmt::format("invalid JWK, missing {} value", name));
        }
        std::string text;
        STEP_TRY(get_string(object_, name, text));
        auto bytes = parse_base64url(text);
        wipe(text);
        if (!bytes) {
            return std::move(bytes).error();
        }
        return Secret(*std::move(bytes));
    }

    /// RFC 7518 6.2.1.2: exactly the full size of the field.
    Result<Secret> octets(std::string_view name, std::size_t size) const {
        STEP_ASSIGN(Secret value, octets(name));
        if (value.view().size() != size) {
            return invalid(fmt::format("invalid JWK, wrong length for {}", name));
        }
        return value;
    }

    /// Empty if there is none.
    Result<Secret> optional(std::string_view name) const {
        return has(name) ? octets(name) : Result<Secret>(Secret());
    }

private:
    const json::Value& object_;
};

/// A private key counts only if it is the one of the public members beside it.
Status take_private(Jwk& key, crypto::PrivateKey secret) {
    if (!(secret.public_key() == *key.public_key)) {
        return invalid("invalid JWK, private and public members do not match");
    }
    key.private_key = std::move(secret);
    return ok();
}

Status read_ec(const Members& members, std::string_view crv, Jwk& key) {
    const auto curve = std::find_if(kCurves.begin(), kCurves.end(),
                                    [&](const Curve& known) { return known.name == crv; });
    if (curve == kCurves.end()) {
        return invalid(fmt::format("unsupported elliptic curve '{}'", crv));
    }
    STEP_ASSIGN(const Secret x, members.octets("x", curve->field_bytes));
    STEP_ASSIGN(const Secret y, members.octets("y", curve->field_bytes));
    STEP_ASSIGN(key.public_key, crypto::PublicKey::from_ec(curve->kind, x.view(), y.view()));
    if (!members.has("d")) {
        return ok();
    }
    STEP_ASSIGN(const Secret d, members.octets("d", curve->field_bytes));
    STEP_ASSIGN(auto secret, crypto::PrivateKey::from_ec(curve->kind, d.view()));
    return take_private(key, std::move(secret));
}

Status read_okp(const Members& members, std::string_view crv, Jwk& key) {
    if (crv != "Ed25519") {
        return invalid(fmt::format("unknown curve {}", crv));
    }
    STEP_ASSIGN(const Secret x, members.octets("x", 32));
    STEP_ASSIGN(key.public_key, crypto::PublicKey::from_ed25519(x.view()));
    if (!members.has("d")) {
        return ok();
    }
    STEP_ASSIGN(const Secret d, members.octets("d", 32));
    STEP_ASSIGN(auto secret, crypto::PrivateKey::from_ed25519(d.view()));
    return take_private(key, std::move(secret));
}

Status read_rsa(const Members& members, Jwk& key) {
    STEP_ASSIGN(const Secret n, members.octets("n"));
    STEP_ASSIGN(const Secret e, members.octets("e"));
    STEP_ASSIGN(key.public_key, crypto::PublicKey::from_rsa(n.view(), e.view()));
    if (!members.has("d")) {
        return ok();
    }
    crypto::PrivateKey::Numbers secret;
    STEP_ASSIGN(secret.d, members.octets("d"));
    STEP_ASSIGN(secret.p, members.octets("p"));
    STEP_ASSIGN(secret.q, members.octets("q"));
    STEP_ASSIGN(secret.dp, members.optional("dp"));
    STEP_ASSIGN(secret.dq, members.optional("dq"));
    STEP_ASSIGN(secret.qi, members.optional("qi"));
    STEP_ASSIGN(auto made, crypto::PrivateKey::from_rsa(n.view(), e.view(), secret));
    return take_private(key, std::move(made));
}

/// Where go-jose puts each member, with the empty ones left out.
class Writer {
public:
    Writer& text(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            object_.push_back({.name = std::string(name), .value = json::Value(value)});
        }
        return *this;
    }
    Writer& octets(std::string_view name, ByteView bytes) {
        return text(name, encode_base64url(bytes));
    }
    void certificates(const std::vector<Bytes>& chain) {
        json::Array list;
        for (const Bytes& der : chain) {
            list.emplace_back(encode_base64(der));
        }
        if (!list.empty()) {
            object_.push_back({.name = "x5c", .value = std::move(list)});
        }
    }
    json::Object take() { return std::move(object_); }

private:
    json::Object object_{};
};

std::string_view kty_of(crypto::KeyKind kind) {
    switch (kind) {
        case crypto::KeyKind::kRsa:
            return "RSA";
        case crypto::KeyKind::kEd25519:
            return "OKP";
        default:
            return "EC";
    }
}

std::string_view crv_of(crypto::KeyKind kind) {
    if (const Curve* curve = curve_of(kind)) {
        return curve->name;
    }
    return kind == crypto::KeyKind::kEd25519 ? "Ed25519" : "";
}

Writer write_public(const Jwk& key) {
    Writer out;
    out.text("use", key.use);
    if (!key.public_key) {
        out.text("kty", "oct").text("kid", key.kid).text("alg", key.alg);
        out.octets("k", key.symmetric.view());
        return out;
    }
    const auto kind = key.public_key->kind();
    const auto numbers = key.public_key->numbers();
    out.text("kty", kty_of(kind)).text("kid", key.kid).text("crv", crv_of(kind));
    out.text("alg", key.alg).octets("x", numbers.x).octets("y", numbers.y);
    out.octets("n", numbers.modulus).octets("e", numbers.exponent);
    return out;
}

void write_certificates(Writer& out, const Jwk& key) {
    out.certificates(key.chain);
    out.text("x5u", key.x5u).text("x5t", key.x5t).text("x5t#S256", key.x5t_sha256);
}

/// x5c (RFC 7517 4.7): the first certificate's key must be this one.
Status read_certificates(const json::Value& value, Jwk& key) {
    STEP_TRY(get_string(value, "x5u", key.x5u));
    STEP_TRY(get_string(value, "x5t", key.x5t));
    STEP_TRY(get_string(value, "x5t#S256", key.x5t_sha256));
    const json::Value* list = value.find_exact("x5c");
    if (list == nullptr || list->is_null()) {
        return ok();
    }
    if (list->as_array() == nullptr) {
        return invalid("failed to unmarshal x5c field: not an array");
    }
    for (const json::Value& item : *list->as_array()) {
        if (item.as_string() == nullptr) {
            return invalid("failed to unmarshal x5c field: not a string");
        }
        STEP_ASSIGN(Bytes der, parse_base64(*item.as_string(), Base64::kStd));
        STEP_ASSIGN(const x509::Certificate certificate, x509::parse_certificate(der));
        if (key.chain.empty()) {
            STEP_ASSIGN(const crypto::PublicKey own, certificate.public_key());
            if (!key.public_key || !(own == *key.public_key)) {
                return invalid("invalid JWK, public keys in key and x5c fields do not match");
            }
        }
        key.chain.push_back(std::move(der));
    }
    return ok();
}

}  // namespace

Result<Jwk> parse_jwk(std::string_view text) {
    constexpr std::size_t kMaxKey = std::size_t{64} << 10U;
    if (text.size() > kMaxKey) {
        return invalid("JWK is too large");
    }
    STEP_ASSIGN(json::Value value, parse_object(text, "a JWK"));
    auto key = parse_jwk(value);
    for (json::Member& member : *value.as_object()) {
        if (std::string* secret = member.value.as_string()) {
            wipe(*secret);
        }
    }
    return key;
}

Result<Jwk> parse_jwk(const json::Value& value) {
    if (value.as_object() == nullptr) {
        return invalid(fmt::format("json: cannot unmarshal {} into a JWK", value.kind()));
    }
    STEP_TRY(check_no_duplicates(value));
    Jwk key;
    std::string kty, crv;
    STEP_TRY(get_string(value, "kty", kty));
    STEP_TRY(get_string(value, "crv", crv));
    STEP_TRY(get_string(value, "kid", key.kid));
    STEP_TRY(get_string(value, "use", key.use));
    STEP_TRY(get_string(value, "alg", key.alg));

    const Members members(value);
    if (kty == "EC") {
        STEP_TRY(read_ec(members, crv, key));
    } else if (kty == "OKP") {
        STEP_TRY(read_okp(members, crv, key));
    } else if (kty == "RSA") {
        STEP_TRY(read_rsa(members, key));
    } else if (kty == "oct") {
        STEP_ASSIGN(key.symmetric, members.octets("k"));
    } else {
        return invalid(fmt::format("unknown json web key type '{}'", kty));
    }
    STEP_TRY(read_certificates(value, key));
    return key;
}

Result<std::vector<Jwk>> parse_jwk_set(std::string_view text) {
    constexpr std::size_t kMaxSet = std::size_t{8} << 20U;
    if (text.size() > kMaxSet) {
        return invalid("JWK set is too large");
    }
    STEP_ASSIGN(const json::Value value, parse_object(text, "a JWK set"));
    std::vector<Jwk> keys;
    const json::Value* list = value.find_exact("keys");
    if (list == nullptr || list->is_null()) {
        return keys;
    }
    if (list->as_array() == nullptr) {
        return invalid("JWK set member keys is no array");
    }
    for (const json::Value& item : *list->as_array()) {
        STEP_ASSIGN(Jwk key, parse_jwk(item));
        keys.push_back(std::move(key));
    }
    return keys;
}

json::Value private_jwk_set(const std::vector<Jwk>& keys) {
    json::Array list;
    for (const Jwk& key : keys) {
        list.push_back(private_jwk(key));
    }
    return json::Object{{.name = "keys", .value = std::move(list)}};
}

Jwk Jwk::clone() const {
    Jwk copy;
    copy.kid = kid;
    copy.use = use;
    copy.alg = alg;
    copy.public_key = public_key;
    if (private_key) {
        copy.private_key = private_key->share();
    }
    copy.symmetric = symmetric.clone();
    copy.chain = chain;
    copy.x5u = x5u;
    copy.x5t = x5t;
    copy.x5t_sha256 = x5t_sha256;
    return copy;
}

json::Value public_jwk(const Jwk& key) {
    Writer out = write_public(key);
    write_certificates(out, key);
    return out.take();
}

json::Value private_jwk(const Jwk& key) {
    Writer out = write_public(key);
    if (key.private_key) {
        const auto numbers = key.private_key->numbers();
        out.octets("d", numbers.d.view()).octets("p", numbers.p.view());
        out.octets("q", numbers.q.view()).octets("dp", numbers.dp.view());
        out.octets("dq", numbers.dq.view()).octets("qi", numbers.qi.view());
    }
    write_certificates(out, key);
    return out.take();
}

std::string thumbprint(const crypto::PublicKey& key) {
    const auto numbers = key.numbers();
    // RFC 7638 3.2: the required members only, in alphabetical order.
    Writer out;
    out.text("crv", crv_of(key.kind())).octets("e", numbers.exponent);
    out.text("kty", kty_of(key.kind())).octets("n", numbers.modulus);
    out.octets("x", numbers.x).octets("y", numbers.y);
    return encode_base64url(crypto::sha256(json::encode(out.take())));
}

std::string thumbprint(const Jwk& key) {
    if (key.public_key) {
        return thumbprint(*key.public_key);
    }
    Writer out;
    out.octets("k", key.symmetric.view()).text("kty", "oct");
    return encode_base64url(crypto::sha256(json::encode(out.take())));
}

std::string default_algorithm(const crypto::PublicKey& key) {
    if (const Curve* curve = curve_of(key.kind())) {
        return std::string(curve->algorithm);
    }
    return key.kind() == crypto::KeyKind::kEd25519 ? "EdDSA" : "RS256";
}

}  // namespace step::jose
