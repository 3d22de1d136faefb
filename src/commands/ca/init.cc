#include "setup/init.h"

#include <charconv>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/key_files.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/init.md.inc"
    ;

using cli::FlagType;
using Validate = cli::Console::Validate;

Status not_empty(std::string_view text) {
    return trim(text).empty() ? Status(invalid("value is empty")) : ok();
}

Status tcp_address(std::string_view text) {
    const auto parts = split_host_port(text);
    std::uint16_t port = 0;
    if (parts) {
        const char* end = parts->port.data() + parts->port.size();
        const auto parsed = std::from_chars(parts->port.data(), end, port);
        if (parsed.ec == std::errc() && parsed.ptr == end) {
            return ok();
        }
    }
    return invalid(fmt::format("{} is not an TCP address", text));
}

Status dns_names(std::string_view text) {
    STEP_TRY(setup::split_dns({std::string(text)}));
    return ok();
}

/// The flag's value if it has one, else the answer to a question; both must pass `validate`.
Result<std::string> answer(cli::Context& context, std::string_view flag, std::string_view question,
                           std::string_view example, const Validate& validate) {
    if (std::string value = context.args.get(flag); !value.empty()) {
        STEP_TRY(validate(value));
        return value;
    }
    context.console.err(fmt::format("{}\n", question));
    return context.console.ask(example, validate);
}

Status choose_deployment(cli::Context& context) {
    const cli::Args& args = context.args;
    std::string type = to_lower(args.get("deployment-type"));
    const bool answered =
        std::ranges::all_of(std::array{"name", "dns", "address", "provisioner", "password-file"},
                            [&](const char* flag) { return args.is_set(flag); });
    if (type.empty() && answered) {
        return ok();
    }
    if (type.empty()) {
        const std::vector<std::string> items{"Standalone", "Linked", "Hosted"};
        STEP_ASSIGN(
            const std::size_t index,
            context.console.choose("What deployment type would you like to configure?", items));
        context.console.selected("Deployment Type", items[index]);
        type = to_lower(items[index]);
    }
    if (type == "linked" || type == "hosted") {
        return Error{.code = Code::kUnsupported,
                     .detail = fmt::format("deployment type '{}' needs a service that this program "
                                           "does not speak with; only standalone is supported",
                                           type)};
    }
    if (type != "standalone") {
        return invalid_flag("deployment-type", args.get("deployment-type"),
                            "options are standalone, linked or hosted");
    }
    return ok();
}

Result<Secret> ca_password(cli::Context& context) {
    if (const std::string file = context.args.get("password-file"); !file.empty()) {
        return cli::read_password_file(file);
    }
    context.console.err("Choose a password for your CA keys and first provisioner.\n");
    return ask_new_password(context, "[leave empty and we'll generate one]");
}

struct Answers {
    std::string name{};
    setup::InitOptions options{};
    Secret password{};
    std::optional<Secret> provisioner_password{};
};

Result<Answers> ask_everything(cli::Context& context) {
    const cli::Args& args = context.args;
    Answers answers;
    answers.options.folder = context.steppath;
    answers.options.ca_url = args.get("with-ca-url");
    answers.options.database = !args.flag("no-db");
    STEP_TRY(choose_deployment(context));
    STEP_ASSIGN(answers.name, answer(context, "name", "What would you like to name your new PKI?",
                                     "(e.g. Smallstep)", not_empty));
    std::vector<std::string> names;
    for (const std::string& name : args.list("dns")) {
        if (!trim(name).empty()) {
            names.push_back(name);
        }
    }
    if (names.empty()) {
        context.console.err("What DNS names or IP addresses will clients use to reach your CA?\n");
        STEP_ASSIGN(std::string typed,
                    context.console.ask("(e.g. ca.example.com[,10.1.2.3,etc.])", dns_names));
        names = {std::move(typed)};
    }
    STEP_ASSIGN(answers.options.dns, setup::split_dns(names));
    STEP_ASSIGN(answers.options.address,
                answer(context, "address",
                       "What IP and port will your new CA bind to? (:443 will bind to 0.0.0.0:443)",
                       "(e.g. :443 or 127.0.0.1:443)", tcp_address));
    STEP_ASSIGN(
        answers.options.provisioner,
        answer(context, "provisioner", "What would you like to name the CA's first provisioner?",
               "(e.g. you@smallstep.com)", not_empty));
    STEP_ASSIGN(answers.password, ca_password(context));
    if (const std::string file = args.get("provisioner-password-file"); !file.empty()) {
        STEP_ASSIGN(Secret password, cli::read_password_file(file));
        answers.provisioner_password = std::move(password);
    }
    return answers;
}

void report(cli::Console& console, const setup::InitPlan& plan) {
    console.err("\n");
    console.selected("Root certificate", plan.root_certificate);
    console.selected("Root private key", plan.root_key);
    console.selected("Root fingerprint", plan.root_fingerprint);
    console.selected("Intermediate certificate", plan.intermediate_certificate);
    console.selected("Intermediate private key", plan.intermediate_key);
    if (!plan.database.empty()) {
        console.selected("Database folder", plan.database);
    }
    console.selected("Default configuration", plan.defaults);
    console.selected("Certificate Authority configuration", plan.configuration);
    console.err(
        "\nYour PKI is ready to go. To generate certificates for individual services see 'step "
        "help ca'.\n");
}

/// Refuses what the files of a context would need, and warns before a CA is replaced.
Status look_around(cli::Context& context) {
    if (kind_of(join_path(context.base, "contexts.json")) != Kind::kNothing) {
        return Error{
            .code = Code::kUnsupported,
            .detail = fmt::format("{} uses contexts, to which init cannot add yet", context.base)};
    }
    if (kind_of(join_path(context.steppath, "config/ca.json")) != Kind::kNothing) {
        context.console.err(fmt::format(
            "⚠️  It looks like step is already configured to connect to an authority.\n"
            "Its files in {} will be replaced, each after a question. To keep it, stop\n"
            "here and set STEPPATH to another folder.\n\n",
            context.steppath));
    }
    return ok();
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_TRY(look_around(context));
    STEP_ASSIGN(const Answers answers, ask_everything(context));

    cli::Console& console = context.console;
    const SysTime now = context.clock.now();
    console.err("\nGenerating root certificate... ");
    STEP_ASSIGN(const setup::NewAuthority root,
                setup::make_root(answers.name, now, context.random));
    console.err("done!\nGenerating intermediate certificate... ");
    STEP_ASSIGN(const setup::NewAuthority intermediate,
                setup::make_intermediate(answers.name, root, now, context.random));
    console.err("done!\n");
    STEP_ASSIGN(
        const setup::InitPlan plan,
        setup::plan_init(answers.options, root, intermediate, answers.password,
                         answers.provisioner_password ? &*answers.provisioner_password : nullptr,
                         context.random));
    for (const setup::InitPlan::File& file : plan.files) {
        STEP_TRY(cli::confirm_overwrite(context, file.path));
    }
    STEP_TRY(setup::write_init(plan));
    report(console, plan);
    return 0;
}

}  // namespace

cli::Command ca_init() {
    return {
        .path = "ca init",
        .brief = "make a new CA",
        .manual = kManual,
        .flags = join_flags(
            {{{.name = "deployment-type", .value = "type", .help = "only standalone"},
              {.name = "name", .value = "name", .help = "name of the PKI"},
              {.name = "dns",
               .type = FlagType::kList,
               .value = "name",
               .help = "name or address of the CA"},
              {.name = "address", .value = "address", .help = "where the CA listens"},
              {.name = "provisioner", .value = "name", .help = "name of the first provisioner"}},
             password_file_flag(),
             {{.name = "provisioner-password-file",
               .value = "file",
               .help = "password of the provisioner key"},
              {.name = "with-ca-url", .value = "URI", .help = "address to tell clients"},
              {.name = "no-db", .type = FlagType::kBool, .help = "make a CA without a database"}},
             hidden_no_context()}),
        .run = run};
}

}  // namespace step::commands
