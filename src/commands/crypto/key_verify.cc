#include <fmt/format.h>

#include "base/base64.h"
#include "base/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/file_signature.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/input_file.h"
#include "commands/key_files.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/key_verify.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    const std::string key_file = args.get("key"), encoded = args.get("signature");
    if (key_file.empty() || encoded.empty()) {
        return args.missing_flag(key_file.empty() ? "key" : "signature");
    }
    STEP_ASSIGN(const Bytes message, read_input_file(context, input_name(args)));
    const auto signature = parse_base64(encoded);
    if (!signature) {
        return explain(signature.error(), "error decoding base64 signature: ");
    }
    STEP_ASSIGN(const Secret text, read_key_text_quoted(context, key_file));
    STEP_ASSIGN(const AnyKey key, read_pem_key(context, text.view(), key_file, ""));
    if (key.private_key) {
        return invalid("unsupported public key " + key_file);
    }
    STEP_ASSIGN(const bool good, verify_file(args, *key.public_key, message, *signature));
    if (!good) {
        return invalid("false");
    }
    context.console.out("true\n");
    return 0;
}

}  // namespace

cli::Command crypto_key_verify() {
    return {.path = "crypto key verify",
            .brief = "check the signature of a file",
            .usage = "[<file>] --key=<key-file> --signature=<base64>",
            .manual = kManual,
            .flags = join_flags({{{.name = "key", .value = "file", .help = "the public key"},
                                  {.name = "signature/sig",
                                   .value = "base64",
                                   .help = "what 'step crypto key sign' printed"}},
                                 file_signature_flags()}),
            .run = run};
}

}  // namespace step::commands
