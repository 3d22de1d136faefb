#include "ca/options.h"

#include <span>

#include "ca/home.h"
#include "cli/args.h"
#include "cli/command.h"

namespace step::ca {
namespace {

constexpr std::string_view kManual =
#include "ca/step-ca.md.inc"
    ;

/// Flags of the original whose capability comes later: refused, so that nobody believes them set.
struct Later {
    std::string_view name;
    cli::FlagType type;
    std::string_view needs;
};
constexpr Later kLater[] = {
    {"issuer-password-file", cli::FlagType::kString, "registration authority modes"},
    {"ssh-host-password-file", cli::FlagType::kString, "an SSH certificate authority"},
    {"ssh-user-password-file", cli::FlagType::kString, "an SSH certificate authority"},
    {"token", cli::FlagType::kString, "linked authorities"},
    {"resolver", cli::FlagType::kString, "ACME"},
    {"acme-http-port", cli::FlagType::kInt, "ACME"},
    {"acme-tls-port", cli::FlagType::kInt, "ACME"},
    {"acme-strict-fqdn", cli::FlagType::kBool, "ACME"},
    {"insecure", cli::FlagType::kBool, "ACME"},
};

cli::Command command() {
    cli::Command command;
    command.path = "start";
    command.usage = "<config> [--password-file=<file>]";
    command.flags = {
        {.name = "password-file",
         .value = "file",
         .help = "file with the password of the intermediate's private key",
         .no_environment = true},
        {.name = "pidfile",
         .value = "file",
         .help = "file that holds our process number while we serve",
         .no_environment = true},
        context_flag(),
        {.name = "quiet",
         .type = cli::FlagType::kBool,
         .help = "print no banner at start",
         .no_environment = true},
    };
    for (const Later& later : kLater) {
        command.flags.push_back(
            {.name = later.name, .type = later.type, .hidden = true, .no_environment = true});
    }
    return command;
}

Error refused(const std::string& what, std::string_view needs) {
    return Error{Code::kUnsupported,
                 what + " is not supported by this version: it needs " + std::string(needs)};
}

Status read_environment(const Environment& environment, const cli::Args& args, Options& options) {
    if (!environment.get("STEP_CA_TOKEN").value_or("").empty()) {
        return refused("environment variable STEP_CA_TOKEN", "linked authorities");
    }
    options.context = context_name(args, environment);
    const std::string quiet = environment.get("STEP_CA_QUIET").value_or("");
    if (!quiet.empty() && !args.is_set("quiet")) {
        const std::optional<bool> value = cli::parse_go_bool(quiet);
        if (!value) {
            return Error{Code::kInvalidArgument,
                         "could not parse " + quiet +
                             " as bool value for flag quiet: strconv.ParseBool: parsing \"" +
                             quiet + "\": invalid syntax"};
        }
        options.quiet = *value;
    }
    return ok();
}

/// Words that are no flag and no file. None: go on.
Result<std::optional<Action>> subcommand(const std::string& word) {
    if (word == "help" || word == "h") {
        return std::optional(Action::kHelp);
    }
    if (word == "version" || word == "--version" || word == "-v") {
        return std::optional(Action::kVersion);
    }
    if (word == "onboard" || word == "export") {
        return refused("'step-ca " + word + "'", "linked authorities");
    }
    return std::optional<Action>();
}

}  // namespace

std::string_view manual() {
    return kManual;
}

Result<Options> parse_options(const std::vector<std::string>& words,
                              const Environment& environment) {
    Options options;
    std::span<const std::string> rest(words);
    if (!rest.empty()) {
        STEP_ASSIGN(const std::optional<Action> action, subcommand(rest.front()));
        if (action) {
            options.action = *action;
            return options;
        }
        if (rest.front() == "start") {
            rest = rest.subspan(1);
        }
    }
    const cli::Command declared = command();
    STEP_ASSIGN(const cli::Parsed parsed, cli::parse_args(declared, rest, environment, {}));
    if (parsed.help) {
        options.action = Action::kHelp;
        return options;
    }
    const cli::Args& args = *parsed.args;
    for (const Later& later : kLater) {
        if (args.is_set(later.name)) {
            return refused("flag '--" + std::string(later.name) + "'", later.needs);
        }
    }
    options.password_file = args.get("password-file");
    options.pid_file = args.get("pidfile");
    options.quiet = args.flag("quiet");
    STEP_TRY(read_environment(environment, args, options));
    if (args.positionals().size() > 1) {
        return Error{Code::kInvalidArgument,
                     "too many positional arguments were provided in 'step-ca <config> "
                     "[--password-file=<file>]'"};
    }
    options.config_file = args.positional(0);
    return options;
}

}  // namespace step::ca
