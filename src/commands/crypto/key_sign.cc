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
#include "commands/crypto/key_sign.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    const std::string key_file = args.get("key");
    if (key_file.empty()) {
        return args.missing_flag("key");
    }
    STEP_ASSIGN(const Bytes message, read_input_file(context, input_name(args)));
    STEP_ASSIGN(const Secret text, read_key_text_quoted(context, key_file));
    STEP_ASSIGN(const AnyKey key,
                read_pem_key(context, text.view(), key_file, args.get("password-file")));
    if (!key.private_key) {
        return invalid(fmt::format("key {} is not a signer", key_file));
    }
    STEP_ASSIGN(const Bytes signature, sign_file(args, *key.private_key, message));
    context.console.out(args.flag("raw") ? signature : encode_base64(signature) + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_key_sign() {
    return {.path = "crypto key sign",
            .brief = "sign a file",
            .usage = "[<file>] --key=<key-file>",
            .manual = kManual,
            .flags = join_flags({{{.name = "key", .value = "file", .help = "the private key"}},
                                 file_signature_flags(),
                                 {{.name = "raw",
                                   .type = cli::FlagType::kBool,
                                   .help = "print the signature's octets, not base64"}},
                                 password_file_flag()}),
            .run = run};
}

}  // namespace step::commands
