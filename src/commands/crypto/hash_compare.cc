#include <fmt/format.h>

#include "base/hex.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/hash_files.h"
#include "commands/errors.h"
#include "crypto/digest.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/hash_compare.md.inc"
    ;

/// The part of Go's words that the original shows.
std::string_view why_not_hex(const Error& error) {
    std::string_view why = error.detail;
    for (const std::string_view prefix : {"encoding/hex: ", "invalid byte: "}) {
        why.remove_prefix(why.starts_with(prefix) ? prefix.size() : 0);
    }
    return why;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const std::string algorithm, hash_algorithm(args));
    const std::string hash = args.positional(0);
    const auto expected = parse_hex(hash);
    if (!expected) {
        return invalid(fmt::format("error decoding {}: : {}", hash, why_not_hex(expected.error())));
    }
    STEP_ASSIGN(const Bytes digest, hash_path(args.positional(1), algorithm));
    if (!crypto::equal_secrets(digest, *expected)) {
        return invalid("fail");
    }
    context.console.out("ok\n");
    return 0;
}

}  // namespace

cli::Command crypto_hash_compare() {
    return {.path = "crypto hash compare",
            .brief = "compare a digest with that of a file or folder",
            .usage = "<hash> <file-or-directory>",
            .manual = kManual,
            .flags = hash_flags(),
            .run = run};
}

}  // namespace step::commands
