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
        {.name = "resolver",
         .value = "addr",
         .help = "address of the DNS server that is asked when ACME validates names",
         .no_environment = true},
        {.name = "acme-http-port",
         .type = cli::FlagType::kInt,
         .value = "port",
         .help = "port of http-01 challenges in place of 80; for tests, needs --insecure",
         .no_environment = true},
        {.name = "acme-tls-port",
         .type = cli::FlagType::kInt,
         .value = "port",
         .help = "port of tls-alpn-01 challenges in place of 443; for tests, needs --insecure",
         .no_environment = true},
        {.name = "acme-strict-fqdn",
         .type = cli::FlagType::kBool,
         .help = "validate names as they are, never completed with the system's search domains",
         .no_environment = true},
        {.name = "insecure",
         .type = cli::FlagType::kBool,
         .help = "allow flags that are for tests only",
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

/// A port other than the standard's: only with --insecure, as the original.
Status read_port(const cli::Args& args, std::string_view name, std::uint16_t& out) {
    if (!args.is_set(name)) {
        return ok();
    }
    const std::string flag = "flag '--" + std::string(name) + "'";
    if (!args.flag("insecure")) {
        return Error{Code::kInvalidArgument, flag + " requires the '--insecure' flag"};
    }
    const std::int64_t port = args.integer(name);
    if (port < 1 || port > 65535) {
        return Error{Code::kInvalidArgument, "invalid value '" + args.get(name) + "' for " + flag +
                                                 "; a port is 1 to 65535"};
    }
    out = static_cast<std::uint16_t>(port);
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
    options.resolver = args.get("resolver");
    options.acme_strict_fqdn = args.flag("acme-strict-fqdn");
    STEP_TRY(read_port(args, "acme-http-port", options.acme_http_port));
    STEP_TRY(read_port(args, "acme-tls-port", options.acme_tls_port));
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
