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

/// In the words of Go, as far as the original shows them.
std::string why_not_hex(std::string_view text) {
    const std::size_t bad = text.find_first_not_of("0123456789abcdefABCDEF");
    if (bad == std::string_view::npos) {
        return "odd length hex string";
    }
    const std::string_view c = text.substr(bad, 1);
    const auto code = static_cast<unsigned char>(c.front());
    const bool shown = code >= 0x20 && code < 0x7f;
    return fmt::format("U+{:04X}{}", unsigned{code}, shown ? fmt::format(" '{}'", c) : "");
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const std::string algorithm, hash_algorithm(args));
    const std::string hash = args.positional(0);
    const auto expected = parse_hex(hash);
    if (!expected) {
        return invalid(fmt::format("error decoding {}: : {}", hash, why_not_hex(hash)));
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
