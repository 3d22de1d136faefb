#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "base/uri.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/ca/new_context.h"
#include "commands/ca/team.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/trust_store.h"
#include "json/write.h"
#include "setup/contexts.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/bootstrap.md.inc"
    ;
constexpr std::string_view kTeamRedirect = "https://smallstep.com/app/teams/sso/success";

/// The authority to trust and the name its context gets unless --context says otherwise.
struct Target {
    TeamAuthority authority{};
    std::string context{};
};

Status check_flags(const cli::Args& args) {
    const bool team = !args.get("team").empty();
    for (const char* flag : {"ca-url", "fingerprint"}) {
        if (team && args.is_set(flag)) {
            return incompatible("team", flag);
        }
    }
    for (const char* flag : {"team-authority", "team-url"}) {
        if (!team && args.is_set(flag)) {
            return needs_flag(flag, "team");
        }
    }
    return ok();
}

Result<Target> find_target(cli::Context& context) {
    const cli::Args& args = context.args;
    Target target;
    if (const std::string team = args.get("team"); !team.empty()) {
        STEP_ASSIGN(target.authority, find_team_authority(context));
        target.context = fmt::format("{}.{}", team_authority_name(args), team);
        if (target.authority.redirect_url.empty()) {
            target.authority.redirect_url = kTeamRedirect;
        }
    } else {
        STEP_ASSIGN(target.authority.ca_url, require_ca_url(context));
        target.authority.fingerprint = to_lower(replace_all(args.get("fingerprint"), "-", ""));
        if (target.authority.fingerprint.empty()) {
            return args.missing_flag("fingerprint");
        }
        STEP_ASSIGN(const Uri url, parse_uri(target.authority.ca_url));
        const std::string authority = args.get("authority");
        target.context = authority.empty() ? url.hostname() : authority;
    }
    if (const std::string redirect = args.get("redirect-url"); !redirect.empty()) {
        target.authority.redirect_url = redirect;
    }
    return target;
}

std::string defaults_of(const TeamAuthority& authority, const std::string& root_file) {
    json::Object defaults{{.name = "ca-url", .value = authority.ca_url},
                          {.name = "fingerprint", .value = authority.fingerprint},
                          {.name = "root", .value = root_file}};
    if (!authority.redirect_url.empty()) {
        defaults.push_back({.name = "redirect-url", .value = authority.redirect_url});
    }
    if (!authority.provisioner.empty()) {
        defaults.push_back({.name = "provisioner", .value = authority.provisioner});
    }
    if (authority.min_password_length != 0) {
        defaults.push_back({.name = "min-password-length",
                            .value = json::Number{std::to_string(authority.min_password_length)}});
    }
    return json::encode_indent(json::Value(std::move(defaults)), "  ");
}

/// Asks about what is there, then writes all.
Status write_all(cli::Context& context, const setup::StepPath& path, const Target& target,
                 const Bytes& root, bool in_context) {
    const std::string root_file = path.root_certificate();
    const std::string defaults_file = path.defaults_file();
    STEP_TRY(make_folders(folder_of(root_file)));
    STEP_TRY(make_folders(folder_of(defaults_file)));
    STEP_TRY(cli::confirm_overwrite(context, root_file));
    STEP_TRY(cli::confirm_overwrite(context, defaults_file));
    const auto saved = [&](std::string_view what, const std::string& file) {
        context.console.err(fmt::format("The {} has been saved in {}.\n", what, file));
    };
    STEP_TRY(write_file(root_file, x509::encode_certificate_pem(root), 0600));
    saved("root certificate", root_file);
    STEP_TRY(write_file(defaults_file, defaults_of(target.authority, root_file), 0644));
    saved("authority configuration", defaults_file);
    const std::string profile_file = path.profile_defaults_file();
    if (in_context && kind_of(profile_file) == Kind::kNothing) {
        STEP_TRY(make_folders(folder_of(profile_file)));
        STEP_TRY(write_file(profile_file, "{}", 0600));
        saved("profile configuration", profile_file);
    }
    return ok();
}

Status install(cli::Context& context, const Bytes& der, const std::string& file) {
    STEP_ASSIGN(const x509::Certificate root, x509::parse_certificate(der));
    STEP_TRY(check_root(root, file));
    context.console.err("Installing the root certificate in the system truststore... ");
    const auto programs = system_programs(context.environment);
    Status installed =
        install_root(this_machine(*programs, context.environment), {.root = root, .file = file});
    context.console.err(installed ? "done.\n" : "\n");
    return installed;
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(0));
    STEP_TRY(check_flags(context.args));
    STEP_ASSIGN(const Target target, find_target(context));
    STEP_ASSIGN(client::CaClient ca, connect_insecurely(context, target.authority.ca_url));
    STEP_ASSIGN(const Bytes root, explained(ca.root(target.authority.fingerprint),
                                            "error downloading root certificate: "));

    STEP_ASSIGN(setup::StepPath path, setup::load_steppath(context.environment));
    const bool in_context = wants_context(context, path);
    if (in_context) {
        STEP_TRY(enter_new_context(context, path, target.context));
    } else {
        warn_of_another(context, path);
    }
    STEP_TRY(write_all(context, path, target, root, in_context));
    if (in_context) {
        STEP_TRY(setup::add_context(path, *path.current));
    }
    if (context.args.flag("install")) {
        STEP_TRY(install(context, root, path.root_certificate()));
    }
    return 0;
}

}  // namespace

cli::Command ca_bootstrap() {
    return {.path = "ca bootstrap",
            .brief = "trust a CA and remember where it is",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "ca-url", .value = "URI", .help = "where the CA answers"},
                  {.name = "fingerprint", .value = "sha256", .help = "digest of the root"},
                  {.name = "install",
                   .type = cli::FlagType::kBool,
                   .help = "trust the root on this machine"},
                  {.name = "team", .value = "name", .help = "team whose authority it is"},
                  {.name = "team-authority", .value = "name", .help = "which of the team's"},
                  {.name = "team-url", .value = "URL", .help = "server that knows the team"},
                  {.name = "redirect-url",
                   .value = "URL",
                   .help = "page to show after a login in the browser"}},
                 force_flag(),
                 new_context_flags(),
                 hidden_no_context()}),
            .run = run};
}

}  // namespace step::commands
