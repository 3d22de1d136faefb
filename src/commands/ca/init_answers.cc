#include "commands/ca/init_answers.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/new_context.h"
#include "commands/errors.h"
#include "commands/key_files.h"
#include "setup/helm.h"

namespace step::commands {
namespace {

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

Status dns_answer(std::string_view text) {
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

/// True if the flags answer every question but the kind of deployment.
bool answers_everything(const cli::Args& args) {
    const auto set = [&](const char* flag) { return args.is_set(flag); };
    return set("name") && set("password-file") &&
           (args.flag("pki") || (set("dns") && set("address") && set("provisioner")));
}

Result<std::vector<std::string>> ask_dns(cli::Context& context) {
    std::vector<std::string> names;
    for (const std::string& name : context.args.list("dns")) {
        if (!trim(name).empty()) {
            names.push_back(name);
        }
    }
    if (names.empty()) {
        context.console.err("What DNS names or IP addresses will clients use to reach your CA?\n");
        STEP_ASSIGN(std::string typed,
                    context.console.ask("(e.g. ca.example.com[,10.1.2.3,etc.])", dns_answer));
        names = {std::move(typed)};
    }
    return setup::split_dns(names);
}

Status ask_configuration(cli::Context& context, setup::InitOptions& options) {
    STEP_ASSIGN(
        options.address,
        answer(context, "address",
               options.helm ? "What IP and port will your new CA bind to (it should match "
                              "service.targetPort)?"
                            : "What IP and port will your new CA bind to? (:443 will bind to "
                              "0.0.0.0:443)",
               "(e.g. :443 or 127.0.0.1:443)", tcp_address));
    STEP_ASSIGN(
        options.provisioner,
        answer(context, "provisioner", "What would you like to name the CA's first provisioner?",
               "(e.g. you@smallstep.com)", not_empty));
    return ok();
}

Result<Secret> ca_password(cli::Context& context) {
    if (const std::string file = context.args.get("password-file"); !file.empty()) {
        return cli::read_password_file(file);
    }
    context.console.err(context.args.flag("pki")
                            ? "Choose a password for your CA keys.\n"
                            : "Choose a password for your CA keys and first provisioner.\n");
    return ask_new_password(context, "[leave empty and we'll generate one]");
}

/// Where the files go.
Status place(cli::Context& context, setup::StepPath& path, setup::InitOptions& options) {
    if (options.helm) {
        options.folder = setup::kHelmFolder;
        return ok();
    }
    if (wants_context(context, path)) {
        if (options.dns.empty() && context.args.get("context").empty()) {
            return needs_flag("pki", "context");  // No name to call the context by.
        }
        STEP_TRY(enter_new_context(context, path, options.dns.empty() ? "" : options.dns.front()));
        options.profile_defaults = path.profile_defaults_file();
    }
    options.folder = path.authority();
    return ok();
}

}  // namespace

Result<Deployment> choose_deployment(cli::Context& context) {
    std::string type = to_lower(context.args.get("deployment-type"));
    if (type.empty() && answers_everything(context.args)) {
        return Deployment::kStandalone;
    }
    if (type.empty()) {
        const std::vector<std::string> items{"Standalone", "Linked", "Hosted"};
        STEP_ASSIGN(
            const std::size_t index,
            context.console.choose("What deployment type would you like to configure?", items));
        context.console.selected("Deployment Type", items[index]);
        type = to_lower(items[index]);
    }
    return type == "linked"   ? Deployment::kLinked
           : type == "hosted" ? Deployment::kHosted
                              : Deployment::kStandalone;
}

Result<InitAnswers> ask_init(cli::Context& context, setup::StepPath& path) {
    const cli::Args& args = context.args;
    InitAnswers answers;
    setup::InitOptions& options = answers.options;
    options.ca_url = args.get("with-ca-url");
    options.database = !args.flag("no-db");
    options.acme = args.flag("acme");
    options.configure = !args.flag("pki");
    options.helm = args.flag("helm");
    STEP_ASSIGN(answers.name, answer(context, "name", "What would you like to name your new PKI?",
                                     "(e.g. Smallstep)", not_empty));
    if (options.configure) {
        STEP_ASSIGN(options.dns, ask_dns(context));
    }
    STEP_TRY(place(context, path, options));
    if (options.configure) {
        STEP_TRY(ask_configuration(context, options));
    }
    STEP_ASSIGN(answers.password, ca_password(context));
    if (const std::string file = args.get("provisioner-password-file"); !file.empty()) {
        STEP_ASSIGN(Secret password, cli::read_password_file(file));
        answers.provisioner_password = std::move(password);
    }
    return answers;
}

}  // namespace step::commands
