#include <fmt/format.h>

#include "base/hex.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/hash_files.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/hash_digest.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1, std::string::npos));
    STEP_ASSIGN(const std::string algorithm, hash_algorithm(args));
    for (const std::string& path : args.positionals()) {
        STEP_ASSIGN(const Bytes digest, hash_path(path, algorithm));
        context.console.out(fmt::format("{}  {}\n", encode_hex(digest), path));
    }
    return 0;
}

}  // namespace

cli::Command crypto_hash_digest() {
    return {.path = "crypto hash digest",
            .brief = "print the digests of files and folders",
            .usage = "<file-or-directory>...",
            .manual = kManual,
            .flags = hash_flags(),
            .run = run};
}

}  // namespace step::commands
