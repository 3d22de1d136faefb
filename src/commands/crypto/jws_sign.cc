#include "base/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/signing.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr std::string_view kManual =
#include "commands/crypto/jws_sign.md.inc"
    ;

constexpr std::size_t kMaxPayload = std::size_t{64} << 20;

Result<Bytes> read_payload(cli::Context& context) {
    const std::string file = context.args.positional(0);
    if (!file.empty() && file != "-") {
        return read_file(file, kMaxPayload);
    }
    if (file.empty() && !context.console.has_input()) {
        return Bytes();
    }
    return context.console.read_stdin(kMaxPayload);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    STEP_ASSIGN(const Bytes payload, read_payload(context));
    STEP_ASSIGN(SigningKey key, read_signing_key(context, "x5c"));
    for (const char* name : {"typ", "cty", "jku"}) {
        if (args.is_set(name)) {
            key.header.push_back({.name = name, .value = args.get(name)});
        }
    }
    if (args.flag("jwk")) {
        if (!key.key.public_key) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "flag '--jwk' is incompatible with a symmetric key"};
        }
        key.header.push_back({.name = "jwk", .value = jose::public_jwk(key.key)});
    }
    STEP_ASSIGN(const std::string signed_text,
                jose::sign_compact(payload, key.key.alg, std::move(key.header), key.key));
    context.console.out(signed_text + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_jws_sign() {
    return {.path = "crypto jws sign",
            .brief = "sign any payload as a JWS",
            .usage = "[- | <filename>]",
            .manual = kManual,
            .flags = join_flags(
                {signing_flags(),
                 {{.name = "jku", .value = "url", .help = "header: where the key set is"},
                  {.name = "jwk", .type = FlagType::kBool, .help = "header: the public key itself"},
                  {.name = "typ/type", .value = "type", .help = "header: what the whole is"},
                  {.name = "cty", .value = "type", .help = "header: what the payload is"}}}),
            .run = run};
}

}  // namespace step::commands
