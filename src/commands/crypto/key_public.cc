#include <fmt/format.h>

#include "cli/files.h"
#include "commands/crypto/any_key.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/input_file.h"
#include "commands/key_files.h"
#include "crypto/pem_key.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/key_public.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    const std::string name = input_name(args);
    STEP_ASSIGN(const Secret text, read_key_input(context, name));
    STEP_ASSIGN(const AnyKey key, read_pem_key(context, text.view(), name,
                                               args.get("password-file"), PemBlocks::kFirst));
    const std::string pem = crypto::encode_public_key(*key.public_key);
    const std::string out = args.get("out");
    if (out.empty()) {
        context.console.out(pem);
        return 0;
    }
    if (const auto written = cli::write_output(context, out, pem); !written) {
        return without_failed(written.error());
    }
    context.console.err(fmt::format("The public key has been saved in {}.\n", out));
    return 0;
}

}  // namespace

cli::Command crypto_key_public() {
    return {.path = "crypto key public",
            .brief = "print the public half of a key",
            .usage = "<key-file> [--out=<file>]",
            .manual = kManual,
            .flags = join_flags({{{.name = "out", .value = "file", .help = "write to this file"}},
                                 password_file_flag(),
                                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
