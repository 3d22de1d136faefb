#include "jose/algorithm.h"

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

bool is_hmac(std::string_view name) {
    return name == "HS256" || name == "HS384" || name == "HS512";
}

}  // namespace step::jose
