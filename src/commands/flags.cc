#include "commands/flags.h"

#include <fmt/format.h>

#include "base/time.h"
#include "cli/files.h"
#include "commands/errors.h"
#include "crypto/keygen.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::commands {
namespace {

using cli::FlagType;

Error needs_option(std::string_view crv, std::string_view kty, std::string_view options) {
    return invalid(
        fmt::format("flag '--kty {}' is incompatible with flag '--curve {}'\n\n  Option(s): "
                    "--curve {}",
                    kty, crv, options));
}

Result<unsigned> rsa_bits(const cli::Args& args, bool insecure) {
    if (args.is_set("curve")) {
        return flag_incompatible_value("curve", "kty", "RSA");
    }
    if (!args.is_set("size")) {
        return 2048U;
    }
    const std::int64_t size = args.integer("size");
    if (size < 2048 && !insecure) {
        return flag_too_small("size", 2048);
    }
    if (size <= 0) {
        return flag_negative("size");
    }
    if (size < 1024) {
        return invalid(
            fmt::format("error generating RSA key: crypto/rsa: {}-bit keys are insecure "
                        "(see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)",
                        size));
    }
    if (size > 16384) {
        return invalid_flag("size", std::to_string(size), "RSA keys have at most 16384 bits");
    }
    return static_cast<unsigned>(size);
}

}  // namespace

Flags join_flags(std::initializer_list<Flags> groups) {
    Flags all;
    for (const Flags& group : groups) {
        all.insert(all.end(), group.begin(), group.end());
    }
    return all;
}

Flags connection_flags() {
    return {{.name = "ca-url", .value = "URI", .help = "where the CA answers"},
            {.name = "root", .value = "file", .help = "root certificate to trust"},
            context_flag().front()};
}

Flags context_flag() {
    return {{.name = "context", .value = "name", .help = "context to use for this run"}};
}

Flags provisioner_flags() {
    return {{.name = "provisioner/issuer", .value = "name", .help = "provisioner to use"},
            {.name = "provisioner-password-file",
             .value = "file",
             .help = "password of the provisioner key"}};
}

Flags key_flags() {
    return {
        {.name = "kty",
         .value = "type",
         .help = "EC, RSA or OKP",
         .fallback = "EC",
         .values = "EC OKP RSA"},
        {.name = "crv/curve",
         .value = "curve",
         .help = "P-256, P-384, P-521 or Ed25519",
         .values = "P-256 P-384 P-521 Ed25519"},
        {.name = "size", .type = FlagType::kInt, .value = "bits", .help = "bits of an RSA key"}};
}

Flags template_data_flags() {
    return {
        {.name = "set", .type = FlagType::kList, .value = "key=value", .help = "template variable"},
        {.name = "set-file", .value = "file", .help = "JSON file with template variables"}};
}

Flags validity_flags() {
    return {{.name = "not-before", .value = "time|duration", .help = "start of the validity"},
            {.name = "not-after", .value = "time|duration", .help = "end of the validity"}};
}

Flags force_flag() {
    return {{.name = "f/force", .type = FlagType::kBool, .help = "overwrite without asking"}};
}

Flags password_file_flag() {
    return {{.name = "password-file", .value = "file", .help = "file with the password"}};
}

Flags no_password_flags() {
    return {
        {.name = "no-password",
         .type = FlagType::kBool,
         .help = "write the private key in clear; needs --insecure"},
        {.name = "insecure", .type = FlagType::kBool, .help = "allow what weakens or bares a key"}};
}

Status check_no_password(const cli::Args& args) {
    if (!args.flag("no-password")) {
        return ok();
    }
    if (!args.get("password-file").empty()) {
        return flag_incompatible("no-password", "password-file");
    }
    return args.flag("insecure") ? ok() : Status(needs_flag("no-password", "insecure"));
}

Flags hidden_no_context() {
    return {{.name = "no-context",
             .type = FlagType::kBool,
             .help = "leave defaults.json unread",
             .fallback = "true",
             .hidden = true}};
}

Result<crypto::PrivateKey> make_key(const cli::Args& args, bool insecure) {
    using crypto::KeyKind;
    const std::string kty = args.get("kty");
    const std::string crv = args.get("curve");
    const bool by_default = !args.is_set("curve");
    if (!args.is_set("kty") && args.is_set("curve")) {
        return needs_flag("curve", "kty");
    }
    if (!args.is_set("kty") && args.is_set("size")) {
        return needs_flag("size", "kty");
    }
    if (kty == "RSA") {
        STEP_ASSIGN(const unsigned bits, rsa_bits(args, insecure));
        return crypto::generate_key(KeyKind::kRsa, bits);
    }
    if (kty != "EC" && kty != "OKP") {
        return invalid_flag("kty", kty, "options are RSA, EC, OKP");
    }
    if (args.is_set("size")) {
        return flag_incompatible_value("size", "kty", kty);
    }
    if (kty == "OKP") {
        return by_default || crv == "Ed25519" ? crypto::generate_key(KeyKind::kEd25519)
                                              : needs_option(crv, kty, "Ed25519");
    }
    if (by_default || crv == "P-256") {
        return crypto::generate_key(KeyKind::kEcP256);
    }
    if (crv == "P-384" || crv == "P-521") {
        return crypto::generate_key(crv == "P-384" ? KeyKind::kEcP384 : KeyKind::kEcP521);
    }
    return needs_option(crv, kty, "P-256, P-384, P-521");
}

Result<json::Value> template_data(cli::Context& context) {
    const cli::Args& args = context.args;
    json::Value data;
    if (const std::string file = args.get("set-file"); !file.empty()) {
        STEP_ASSIGN(const Bytes text, cli::read_input(context, file));
        auto parsed = json::parse(text);
        if (!parsed || parsed->as_object() == nullptr) {
            return invalid(fmt::format("error unmarshaling {}: {}", file,
                                       parsed ? "not a JSON object" : parsed.error().detail));
        }
        data = *std::move(parsed);
    }
    for (const std::string& pair : args.list("set")) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos) {
            return invalid_flag("set", pair);
        }
        const std::string text = pair.substr(equals + 1);
        auto parsed = json::parse(text);
        data.set(pair.substr(0, equals), parsed ? *std::move(parsed) : json::Value(text));
    }
    return json::sorted(data);
}

Result<std::optional<SysTime>> time_flag(const cli::Args& args, std::string_view flag,
                                         SysTime now) {
    const std::string text = args.get(flag);
    if (text.empty()) {
        return std::optional<SysTime>();
    }
    if (const auto duration = parse_duration(text)) {
        return std::optional(now + std::chrono::floor<std::chrono::microseconds>(*duration));
    }
    if (const auto time = parse_rfc3339(text)) {
        return std::optional(*time);
    }
    return invalid_flag(flag, text);
}

}  // namespace step::commands
