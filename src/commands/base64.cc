#include "base/base64.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/files.h"
#include "commands/commands.h"
#include "commands/errors.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr std::string_view kManual =
#include "commands/base64.md.inc"
    ;

Base64 alphabet_of(const cli::Args& args, std::string_view input) {
    bool raw = args.flag("raw"), url = args.flag("url");
    if (args.flag("decode") && !args.is_set("raw") && !args.is_set("url")) {
        raw = !trim(input).ends_with('=');
        url = input.find_first_of("-_") != std::string_view::npos;
    }
    if (raw) {
        return url ? Base64::kRawUrl : Base64::kRawStd;
    }
    return url ? Base64::kUrl : Base64::kStd;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    Secret input(join(args.positionals(), " "));
    if (args.positionals().empty()) {
        STEP_ASSIGN(input, cli::read_piped_or_ask(context, args.flag("decode")
                                                               ? "Please enter text to decode"
                                                               : "Please enter text to encode"));
    }
    const Base64 alphabet = alphabet_of(args, input.view());
    if (!args.flag("decode")) {
        context.console.out(encode_base64(input.view(), alphabet) + "\n");
        return 0;
    }
    const auto bytes = parse_base64(input.view(), alphabet);
    if (!bytes) {
        return invalid("error decoding input: " + bytes.error().detail);
    }
    context.console.out(*bytes);
    return 0;
}

}  // namespace

cli::Command base64() {
    return {.path = "base64",
            .brief = "encode and decode base64",
            .usage = "",
            .manual = kManual,
            .flags = {{.name = "d/decode", .type = FlagType::kBool, .help = "decode"},
                      {.name = "r/raw", .type = FlagType::kBool, .help = "without padding"},
                      {.name = "u/url",
                       .type = FlagType::kBool,
                       .help = "the alphabet for URLs and file names"}},
            .run = run};
}

}  // namespace step::commands
