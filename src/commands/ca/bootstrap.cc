#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/bootstrap.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0));
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    const std::string fingerprint = to_lower(replace_all(args.get("fingerprint"), "-", ""));
    if (fingerprint.empty()) {
        return args.missing_flag("fingerprint");
    }
    if (!context.base.empty() &&
        kind_of(join_path(context.base, "contexts.json")) != Kind::kNothing) {
        return Error{.code = Code::kUnsupported,
                     .detail = fmt::format("{} uses contexts, to which bootstrap cannot add yet",
                                           context.base)};
    }
    STEP_ASSIGN(client::CaClient ca, connect_insecurely(context, url));
    STEP_ASSIGN(const Bytes root,
                explained(ca.root(fingerprint), "error downloading root certificate: "));

    const std::string root_file = join_path(context.steppath, "certs/root_ca.crt");
    const std::string defaults_file = join_path(context.steppath, "config/defaults.json");
    json::Object defaults{{.name = "ca-url", .value = url},
                          {.name = "fingerprint", .value = fingerprint},
                          {.name = "root", .value = root_file}};
    if (const std::string redirect = args.get("redirect-url"); !redirect.empty()) {
        defaults.push_back({.name = "redirect-url", .value = redirect});
    }
    STEP_TRY(make_folders(folder_of(root_file)));
    STEP_TRY(make_folders(folder_of(defaults_file)));
    STEP_TRY(cli::confirm_overwrite(context, root_file));
    STEP_TRY(cli::confirm_overwrite(context, defaults_file));
    STEP_TRY(write_file(root_file, x509::encode_certificate_pem(root), 0600));
    context.console.err(fmt::format("The root certificate has been saved in {}.\n", root_file));
    STEP_TRY(write_file(defaults_file, json::encode_indent(json::Value(std::move(defaults)), "  "),
                        0644));
    context.console.err(
        fmt::format("The authority configuration has been saved in {}.\n", defaults_file));
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
                  {.name = "redirect-url",
                   .value = "URL",
                   .help = "page to show after a login in the browser"}},
                 force_flag(),
                 hidden_no_context()}),
            .run = run};
}

}  // namespace step::commands
