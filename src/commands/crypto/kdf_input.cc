#include "commands/crypto/kdf_input.h"

#include "cli/files.h"
#include "commands/errors.h"

namespace step::commands {

Result<Secret> kdf_input(cli::Context& context, std::size_t index, std::string_view label) {
    const cli::Args& args = context.args;
    if (args.positionals().size() <= index) {
        return cli::read_piped_or_ask(context, label);
    }
    if (!args.flag("insecure")) {
        return invalid("positional argument <INPUT> requires the '--insecure' flag");
    }
    return Secret(args.positional(index));
}

cli::Flag kdf_insecure_flag() {
    return {.name = "insecure",
            .type = cli::FlagType::kBool,
            .help = "allow the password on the command line",
            .hidden = true};
}

}  // namespace step::commands
