#include "jose/algorithm.h"

#include "jose/strict.h"

namespace step::jose {
namespace {

using Kind = crypto::KeyKind;
using Scheme = crypto::SignatureScheme;

constexpr std::array<Algorithm, 10> kAlgorithms = {{
    {"ES256", Scheme::kEcdsaSha256, Kind::kEcP256, 32},
    {"ES384", Scheme::kEcdsaSha384, Kind::kEcP384, 48},
    {"ES512", Scheme::kEcdsaSha512, Kind::kEcP521, 66},
    {"EdDSA", Scheme::kEd25519, Kind::kEd25519, 0},
    {"RS256", Scheme::kRsaSha256, Kind::kRsa, 0},
    {"RS384", Scheme::kRsaSha384, Kind::kRsa, 0},
    {"RS512", Scheme::kRsaSha512, Kind::kRsa, 0},
    {"PS256", Scheme::kRsaPssSha256, Kind::kRsa, 0},
    {"PS384", Scheme::kRsaPssSha384, Kind::kRsa, 0},
    {"PS512", Scheme::kRsaPssSha512, Kind::kRsa, 0},
}};

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.name == name) {
            return &algorithm;
        }
    }
    return nullptr;
}

std::optional<crypto::Hash> hmac_hash(std::string_view name) {
    if (name == "HS256") {
        return crypto::Hash::kSha256;
    }
    if (name == "HS384") {
        return crypto::Hash::kSha384;
    }
    return name == "HS512" ? std::optional(crypto::Hash::kSha512) : std::nullopt;
}

bool is_hmac(std::string_view name) {
    return hmac_hash(name).has_value();
}

Result<Bytes> signature_to_der(const Algorithm& algorithm, const Bytes& signature) {
    if (algorithm.field_bytes == 0) {
        return signature;
    }
    if (signature.size() != 2 * algorithm.field_bytes) {
        return invalid(fmt::format("invalid signature size, have {} bytes, wanted {}",
                                   signature.size(), 2 * algorithm.field_bytes));
    }
    return crypto::ecdsa_from_raw(signature);
}

}  // namespace step::jose
