// sprig's functions that make keys and certificates, for templates that carry such a thing inside.
#include "base/base64.h"
#include "base/ip.h"
#include "base/pem.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "profile/decode_impl.h"
#include "profile/functions_impl.h"
#include "profile/go_struct_impl.h"
#include "tmpl/format.h"
#include "x509/draft.h"

namespace step::profile {
namespace {

using tmpl::Call;
using tmpl::Entry;
using tmpl::failure;
using tmpl::Value;

constexpr tmpl::Type kCertificate{tmpl::Kind::kStruct, "sprig.certificate"};

/// Steps that a key costs, so that a template makes no more than a few.
constexpr std::uint64_t kKeyCost = 250'000, kLongKeyCost = 1'000'000;
/// Time that a search for primes may take on top.
constexpr std::chrono::seconds kKeyTime(2), kLongKeyTime(20);
constexpr unsigned kBits = 2048, kLongBits = 4096;

Value certificate_value(std::string certificate, std::string key) {
    return impl::make_struct(kCertificate, {{"Cert", "Cert", Value(std::move(certificate))},
                                            {"Key", "Key", Value(std::move(key))}});
}

std::string pem_of(const crypto::PrivateKey& key) {
    return std::string(crypto::encode_private_key(key).view());
}

Result<Value> generate_private_key(Call& call) {
    const std::string_view type = call.text(0);
    const bool rsa = type.empty() || type == "rsa";
    if (type == "dsa") {
        return failure("DSA keys are not supported");
    }
    if (!rsa && type != "ecdsa" && type != "ed25519") {
        return Value("Unknown type " + std::string(type));
    }
    STEP_TRY(call.context().spend(rsa ? kLongKeyCost : kKeyCost / 100));
    call.context().allow(rsa ? kLongKeyTime : kKeyTime);
    STEP_ASSIGN(const crypto::PrivateKey key,
                crypto::generate_key(rsa               ? crypto::KeyKind::kRsa
                                     : type == "ecdsa" ? crypto::KeyKind::kEcP256
                                                       : crypto::KeyKind::kEd25519,
                                     kLongBits));
    return Value(pem_of(key));
}

Result<crypto::PrivateKey> new_key(Call& call) {
    STEP_TRY(call.context().spend(kKeyCost));
    call.context().allow(kKeyTime);
    return crypto::generate_key(crypto::KeyKind::kRsa, kBits);
}

/// The first PEM block, which must be a key in clear.
Result<crypto::PrivateKey> read_key(std::string_view pem) {
    const auto found = next_pem(pem);
    if (!found) {
        return failure("no PEM data in input");
    }
    const PemBlock& block = found->block;
    const auto read = [&]() -> Result<crypto::PrivateKey> {
        if (block.type == "PRIVATE KEY") {
            return crypto::PrivateKey::from_pkcs8(block.bytes);
        }
        if (block.type == "RSA PRIVATE KEY") {
            return crypto::PrivateKey::from_pkcs1(block.bytes);
        }
        if (block.type == "EC PRIVATE KEY") {
            return crypto::PrivateKey::from_sec1(block.bytes);
        }
        if (!block.type.ends_with(" PRIVATE KEY")) {
            return failure("no private key data in PEM block of type " + block.type);
        }
        return failure("invalid private key type " + block.type.substr(0, block.type.size() - 12));
    };
    auto key = read();
    if (!key && block.type == "PRIVATE KEY") {
        return failure("decoding PEM as PKCS#8: " + key.error().detail);
    }
    if (!key && (block.type == "RSA PRIVATE KEY" || block.type == "EC PRIVATE KEY")) {
        return failure(fmt::format("parsing {} private key from PEM: {}",
                                   block.type.substr(0, block.type.find(' ')), key.error().detail));
    }
    return key;
}

/// The key that a template gave, in sprig's words if it is none.
Result<crypto::PrivateKey> given_key(Call& call, std::string_view pem, std::string_view saying) {
    STEP_TRY(call.context().spend(kKeyCost / 100));
    auto key = read_key(pem);
    if (!key) {
        return failure(fmt::format("{}: {}", saying, key.error().detail));
    }
    return key;
}

struct Request {
    std::string_view common_name{};
    x509::AltNames names{};
    std::int64_t days = 0;
    bool ca = false;
};

Result<x509::AltNames> alternative_names(const Value& ips, const Value& dns) {
    x509::AltNames names;
    for (std::size_t i = 0; i < ips.length(); ++i) {
        const Value item = ips.at(i);
        if (!item.is(tmpl::types::kString)) {
            return failure(
                fmt::format("error parsing ip: {} is not a string", tmpl::to_text(item)));
        }
        const auto ip = parse_ip(item.as_text());
        if (!ip) {
            return failure(fmt::format("error parsing ip: {}", item.as_text()));
        }
        names.ips.push_back(*ip);
    }
    for (std::size_t i = 0; i < dns.length(); ++i) {
        const Value item = dns.at(i);
        if (!item.is(tmpl::types::kString)) {
            return failure(fmt::format("error processing alternate dns name: {} is not a string",
                                       tmpl::to_text(item)));
        }
        if (!impl::is_ascii(item.as_text())) {
            return failure(fmt::format(
                "error creating certificate: x509: {} cannot be encoded as an IA5String",
                quote(item.as_text())));
        }
        names.dns.emplace_back(item.as_text());
    }
    return names;
}

/// A certificate that other code verifies by its key.
struct Parent {
    Bytes subject_der{}, key_id{};
    const crypto::PrivateKey& key;
};

Result<Value> issue(Call& call, const Request& request, const crypto::PrivateKey& key,
                    const Parent* parent) {
    constexpr std::int64_t kMostDays = 106'751;  // Go's durations end there.
    if (request.days > kMostDays || request.days < -kMostDays) {
        return failure("error creating certificate: more days than a duration can hold");
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(call.context().now());
    const x509::Name name = x509::to_name({.common_name = std::string(request.common_name)});
    x509::Draft draft{
        .subject_der = x509::encode_name(name),
        .not_before = now,
        .not_after = now + std::chrono::hours(24) * request.days,
        .spki = key.public_key().spki(),
        .key_usage = x509::key_usage::kKeyEncipherment | x509::key_usage::kDigitalSignature,
        .extended_key_usage = {x509::oid::kServerAuth, x509::oid::kClientAuth},
        .basic_constraints = x509::BasicConstraints{.ca = request.ca},
        .names = request.names,
    };
    if (request.ca) {
        draft.key_usage |= x509::key_usage::kCertSign;
        draft.subject_key_id = x509::key_id(key.public_key());
    }
    if (parent != nullptr && parent->subject_der != draft.subject_der) {
        draft.authority_key_id = parent->key_id;
    }
    const Bytes& issuer = parent == nullptr ? draft.subject_der : parent->subject_der;
    const crypto::PrivateKey& signer = parent == nullptr ? key : parent->key;
    constexpr std::size_t kSerialOctets = 16;
    STEP_TRY(call.context().spend(kKeyCost / 100));
    const auto der = x509::sign_draft(draft, call.context().random().bytes(kSerialOctets), issuer,
                                      signer, crypto::default_scheme(signer.public_key()));
    if (!der) {
        return failure("error creating certificate: " + der.error().detail);
    }
    return certificate_value(encode_pem("CERTIFICATE", *der), pem_of(key));
}

template <bool kWithKey>
Result<Value> generate_ca(Call& call) {
    STEP_ASSIGN(const crypto::PrivateKey key,
                kWithKey ? given_key(call, call.text(2), "parsing private key") : new_key(call));
    return issue(call, {.common_name = call.text(0), .days = call.integer(1), .ca = true}, key,
                 nullptr);
}

Result<Request> leaf_of(Call& call) {
    STEP_ASSIGN(x509::AltNames names, alternative_names(call[1], call[2]));
    return Request{.common_name = call.text(0), .names = std::move(names), .days = call.integer(3)};
}

template <bool kWithKey>
Result<Value> generate_self_signed(Call& call) {
    STEP_ASSIGN(const crypto::PrivateKey key,
                kWithKey ? given_key(call, call.text(4), "parsing private key") : new_key(call));
    STEP_ASSIGN(const Request request, leaf_of(call));
    return issue(call, request, key, nullptr);
}

template <bool kWithKey>
Result<Value> generate_signed(Call& call) {
    if (!call[4].is(kCertificate)) {
        return failure(fmt::format("wrong type for value; expected {}; got {}", kCertificate.name,
                                   call[4].type_name()));
    }
    STEP_ASSIGN(const crypto::PrivateKey key,
                kWithKey ? given_key(call, call.text(5), "parsing private key") : new_key(call));
    const tmpl::Object& ca = *call[4].as_object();
    const Value certificate_pem = *ca.field("Cert"), key_pem = *ca.field("Key");
    const auto block = next_pem(certificate_pem.as_text());
    if (!block) {
        return failure("unable to decode certificate");
    }
    const auto certificate = x509::parse_certificate(block->block.bytes);
    if (!certificate) {
        return failure("error parsing certificate: decodedSignerCert.Bytes: " +
                       certificate.error().detail);
    }
    STEP_ASSIGN(const crypto::PrivateKey signer,
                given_key(call, key_pem.as_text(), "error parsing private key"));
    STEP_ASSIGN(const Request request, leaf_of(call));
    if (certificate->spki != signer.public_key().spki()) {
        return failure(
            "error creating certificate: x509: provided PrivateKey doesn't match parent's "
            "PublicKey");
    }
    const Parent parent{.subject_der = certificate->subject_der,
                        .key_id = certificate->subject_key_id.value_or(""),
                        .key = signer};
    return issue(call, request, key, &parent);
}

Result<Value> build_custom(Call& call) {
    const auto certificate = parse_base64(call.text(0));
    if (!certificate) {
        return failure("unable to decode base64 certificate");
    }
    const auto key = parse_base64(call.text(1));
    if (!key) {
        return failure("unable to decode base64 private key");
    }
    const auto block = next_pem(*certificate);
    if (!block) {
        return failure("unable to decode certificate");
    }
    if (const auto parsed = x509::parse_certificate(block->block.bytes); !parsed) {
        return failure("error parsing certificate: decodedCert.Bytes: " + parsed.error().detail);
    }
    STEP_TRY(given_key(call, *key, "error parsing private key"));
    return certificate_value(*certificate, *key);
}

constexpr Entry kFamily[] = {
    {"genPrivateKey", "string", generate_private_key},
    {"genCA", "string int", generate_ca<false>},
    {"genCAWithKey", "string int string", generate_ca<true>},
    {"genSelfSignedCert", "string list list int", generate_self_signed<false>},
    {"genSelfSignedCertWithKey", "string list list int string", generate_self_signed<true>},
    {"genSignedCert", "string list list int any", generate_signed<false>},
    {"genSignedCertWithKey", "string list list int any string", generate_signed<true>},
    {"buildCustomCert", "string string", build_custom},
};

}  // namespace

std::span<const Entry> key_functions() {
    return kFamily;
}

}  // namespace step::profile
