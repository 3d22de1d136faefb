#include <fmt/format.h>

#include "base/files.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/trust_store.h"
#include "x509/inspect.h"

namespace step::commands {
namespace {

constexpr std::string_view kInstallManual =
#include "commands/certificate/install.md.inc"
    ;
constexpr std::string_view kUninstallManual =
#include "commands/certificate/uninstall.md.inc"
    ;

Result<x509::Certificate> read_root(cli::Context& context, const std::string& file) {
    STEP_ASSIGN(std::vector<x509::Certificate> certificates, read_bundle(context, file));
    if (certificates.size() > 1) {
        return invalid(
            fmt::format("error decoding {}: contains more than one PEM encoded block", file));
    }
    STEP_TRY(check_root(certificates.front(), file));
    return std::move(certificates.front());
}

using Change = Status (*)(const Machine&, const Trust&);

Result<cli::ExitCode> change_stores(cli::Context& context, Change change, std::string_view verb,
                                    std::string_view done) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    const std::string file = args.positional(0);
    STEP_ASSIGN(const x509::Certificate root, read_root(context, file));
    const bool all = args.flag("all");
    const Trust trust{.root = root,
                      .file = file,
                      .prefix = args.get("prefix"),
                      .system = !args.flag("no-system"),
                      .firefox = all || args.flag("firefox"),
                      .java = all || args.flag("java")};
    if (!trust.system && !trust.firefox && !trust.java) {
        return invalid("flag '--no-system' leaves no trust store: add '--firefox' or '--java'");
    }
    const auto programs = system_programs(context.environment);
    if (Status changed = change(this_machine(*programs, context.environment), trust); !changed) {
        Error error = std::move(changed).error();
        if (error.code == Code::kUnsupported) {
            error.detail = fmt::format("failed to {} {}: {}", verb, file, error.detail);
        }
        return error;
    }
    context.console.out(
        fmt::format("Certificate {} has been {}.\n{}", file, done, x509::inspect_short(root)));
    return 0;
}

Flags store_flags() {
    using cli::FlagType;
    return {{.name = "prefix", .value = "name", .help = "beginning of its name in the stores"},
            {.name = "java", .type = FlagType::kBool, .help = "the key store of Java too"},
            {.name = "firefox", .type = FlagType::kBool, .help = "NSS databases too"},
            {.name = "no-system", .type = FlagType::kBool, .help = "not the store of the system"},
            {.name = "all", .type = FlagType::kBool, .help = "system, Firefox and Java"}};
}

}  // namespace

cli::Command certificate_install() {
    return {.path = "certificate install",
            .brief = "trust a root certificate on this machine",
            .usage = "<crt-file>",
            .manual = kInstallManual,
            .flags = store_flags(),
            .run = [](cli::Context& context) {
                return change_stores(context, install_root, "install", "installed");
            }};
}

cli::Command certificate_uninstall() {
    return {.path = "certificate uninstall",
            .brief = "trust a root certificate no longer",
            .usage = "<crt-file>",
            .manual = kUninstallManual,
            .flags = store_flags(),
            .run = [](cli::Context& context) {
                return change_stores(context, uninstall_root, "uninstall", "removed");
            }};
}

}  // namespace step::commands
