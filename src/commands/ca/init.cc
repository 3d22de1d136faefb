#include "setup/init.h"

#include <fmt/format.h>

#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/init_answers.h"
#include "commands/ca/init_flags.h"
#include "commands/ca/init_root.h"
#include "commands/ca/new_context.h"
#include "commands/errors.h"
#include "setup/contexts.h"
#include "setup/helm.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/init.md.inc"
    ;

void report(cli::Console& console, const setup::InitPlan& plan, const setup::InitOptions& options,
            const std::string& root_key) {
    console.err("\n");
    console.selected("Root certificate", plan.root_certificate);
    console.selected("Root private key", root_key.empty() ? plan.root_key : root_key);
    console.selected("Root fingerprint", plan.root_fingerprint);
    console.selected("Intermediate certificate", plan.intermediate_certificate);
    console.selected("Intermediate private key", plan.intermediate_key);
    if (!options.configure) {
        return;
    }
    if (!plan.database.empty()) {
        console.selected("Database folder", plan.database);
    }
    console.selected("Default configuration", plan.defaults);
    if (!options.profile_defaults.empty()) {
        console.selected("Default profile configuration", options.profile_defaults);
    }
    console.selected("Certificate Authority configuration", plan.configuration);
    console.err(
        "\nYour PKI is ready to go. To generate certificates for individual services see 'step "
        "help ca'.\n");
}

/// None: go on. Otherwise everything is said and done.
Result<std::optional<cli::ExitCode>> deploy_elsewhere(cli::Context& context) {
    STEP_ASSIGN(const Deployment deployment, choose_deployment(context));
    if (deployment == Deployment::kLinked) {
        return Error{.code = Code::kUnsupported,
                     .detail =
                         "deployment type 'linked' needs a linked authority, which is not "
                         "supported yet"};
    }
    if (deployment == Deployment::kHosted) {
        context.console.err(
            "\nA hosted authority is made by the company that runs it; see\n"
            "https://smallstep.com/signup. Once there is one, configure this machine with:\n\n"
            "    $ step ca bootstrap --team <name>\n\n");
        return std::optional<cli::ExitCode>(0);
    }
    return std::optional<cli::ExitCode>();
}

Result<setup::InitPlan> make_plan(cli::Context& context, InitAnswers& answers,
                                  std::optional<ExistingRoot> existing) {
    cli::Console& console = context.console;
    const SysTime now = context.clock.now();
    console.err(existing ? "\nCopying root certificate... " : "\nGenerating root certificate... ");
    if (!existing) {
        STEP_ASSIGN(setup::NewAuthority made, setup::make_root(answers.name, now, context.random));
        existing = ExistingRoot{.signer = std::move(made)};
    }
    const setup::NewAuthority& root = existing->signer;
    console.err("done!\nGenerating intermediate certificate... ");
    STEP_ASSIGN(const setup::NewAuthority intermediate,
                setup::make_intermediate(answers.name, root, now, context.random));
    answers.options.issuer_chain = existing->chain;
    if (!existing->chain.empty()) {
        if (const Status fits = setup::check_issuer(existing->chain, intermediate, now); !fits) {
            console.err("\n");
            return invalid(fmt::format("{} cannot certify an intermediate: {}",
                                       context.args.get("root"), fits.error().detail));
        }
    }
    console.err("done!\n");
    return setup::plan_init(answers.options, root, intermediate, answers.password,
                            answers.provisioner_password ? &*answers.provisioner_password : nullptr,
                            context.random);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0));
    STEP_TRY(check_init_flags(args));
    std::optional<ExistingRoot> existing;
    if (!args.get("root").empty()) {
        STEP_ASSIGN(existing, read_existing_root(context));
    }
    STEP_ASSIGN(setup::StepPath path, setup::load_steppath(context.environment));
    if (!args.flag("helm")) {
        warn_of_another(context, path);
    }
    STEP_ASSIGN(const std::optional<cli::ExitCode> elsewhere, deploy_elsewhere(context));
    if (elsewhere) {
        return *elsewhere;
    }
    const bool in_context = !args.flag("helm") && wants_context(context, path);
    STEP_ASSIGN(InitAnswers answers, ask_init(context, path));
    STEP_ASSIGN(const setup::InitPlan plan, make_plan(context, answers, std::move(existing)));
    if (args.flag("helm")) {
        context.console.out(setup::helm_values(answers.options, plan));
        return 0;
    }
    for (const setup::InitPlan::File& file : plan.files) {
        STEP_TRY(cli::confirm_overwrite(context, file.path));
    }
    STEP_TRY(setup::write_init(plan));
    if (in_context) {
        STEP_TRY(setup::add_context(path, *path.current));
    }
    report(context.console, plan, answers.options, args.get("key"));
    return 0;
}

}  // namespace

cli::Command ca_init() {
    return {.path = "ca init",
            .brief = "make a new CA",
            .manual = kManual,
            .flags = init_flags(),
            .run = run};
}

}  // namespace step::commands
