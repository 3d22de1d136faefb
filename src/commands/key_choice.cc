#include "commands/key_choice.h"

#include <fmt/format.h>

#include "commands/flag_errors.h"

namespace step::commands {

namespace {

constexpr unsigned kLeastRsa = 2048;
constexpr unsigned kLeastRsaAtAll = 1024;

Error wrong_curve(std::string_view kty, std::string_view curve, std::string_view options) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("flag '--kty {}' is incompatible with flag '--curve {}'\n\n"
                                  "  Option(s): --curve {}",
                                  kty, curve, options)};
}

Result<KeyChoice> choose_rsa(const cli::Args& args) {
    if (args.is_set("curve")) {
        return flag_incompatible_value("curve", "kty", "RSA");
    }
    if (!args.is_set("size")) {
        return KeyChoice{.kind = crypto::KeyKind::kRsa};
    }
    const std::int64_t size = args.integer("size");
    const bool insecure = args.declared("insecure") && args.flag("insecure");
    if (size < kLeastRsa && !insecure) {
        return flag_too_small("size", kLeastRsa);
    }
    if (size <= 0) {
        return flag_negative("size");
    }
    constexpr std::int64_t kMost = 16384;
    if (size > kMost) {
        return invalid_flag_value("size", std::to_string(size), "2048 to 16384");
    }
    return KeyChoice{.kind = crypto::KeyKind::kRsa, .rsa_bits = static_cast<unsigned>(size)};
}

Result<KeyChoice> choose_ec(const cli::Args& args) {
    const std::string curve = args.is_set("curve") ? args.get("curve") : "P-256";
    if (curve == "P-256") {
        return KeyChoice{.kind = crypto::KeyKind::kEcP256};
    }
    if (curve == "P-384") {
        return KeyChoice{.kind = crypto::KeyKind::kEcP384};
    }
    if (curve == "P-521") {
        return KeyChoice{.kind = crypto::KeyKind::kEcP521};
    }
    return wrong_curve("EC", curve, "P-256, P-384, P-521");
}

}  // namespace

std::vector<cli::Flag> key_flags() {
    return {{.name = "kty",
             .value = "type",
             .help = "the kind of key to make: EC (the default), OKP or RSA",
             .fallback = "EC"},
            {.name = "crv/curve",
             .value = "curve",
             .help = "the curve: P-256 (the default), P-384 or P-521 for EC, Ed25519 for OKP; "
                     "needs --kty"},
            {.name = "size",
             .type = cli::FlagType::kInt,
             .value = "bits",
             .help = "the length of an RSA key, 2048 if not given; less needs --insecure"}};
}

Result<KeyChoice> choose_key(const cli::Args& args) {
    if (!args.is_set("kty")) {
        if (args.is_set("curve")) {
            return flag_requires("curve", "kty");
        }
        if (args.is_set("size")) {
            return flag_requires("size", "kty");
        }
        return KeyChoice{};
    }
    const std::string kty = args.get("kty");
    if (kty == "RSA") {
        return choose_rsa(args);
    }
    if (kty != "EC" && kty != "OKP") {
        return invalid_flag_value("kty", kty, "RSA, EC, OKP");
    }
    if (args.is_set("size")) {
        return flag_incompatible_value("size", "kty", kty);
    }
    if (kty == "EC") {
        return choose_ec(args);
    }
    const std::string curve = args.get("curve");
    if (!curve.empty() && curve != "Ed25519") {
        return wrong_curve(kty, curve, "Ed25519");
    }
    return KeyChoice{.kind = crypto::KeyKind::kEd25519};
}

Result<crypto::PrivateKey> make_key(const KeyChoice& choice) {
    if (choice.kind == crypto::KeyKind::kRsa && choice.rsa_bits < kLeastRsaAtAll) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error generating RSA key: crypto/rsa: {}-bit keys are "
                                           "insecure (see https://go.dev/pkg/crypto/rsa"
                                           "#hdr-Minimum_key_size)",
                                           choice.rsa_bits)};
    }
    return crypto::generate_key(choice.kind, choice.rsa_bits);
}

}  // namespace step::commands
