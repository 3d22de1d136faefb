#include "ca/check.h"

#include <sys/stat.h>

#include <algorithm>

#include "app/check.h"
#include "base/files.h"
#include "ca/home.h"
#include "cli/args.h"
#include "cli/files.h"
#include "cli/help.h"
#include "json/write.h"

namespace step::ca {
namespace {

constexpr std::string_view kCheckManual =
#include "ca/step-ca-check.md.inc"
    ;
constexpr int kClean = 0, kWrong = 1, kCheckUsage = 2;

using setup::Finding;

cli::Command check_command() {
    cli::Command command;
    command.path = "check";
    command.usage = "[<config>] [--password-file=<file>] [--context=<name>] [--strict] [--json]";
    command.flags = {{.name = "password-file",
                      .value = "file",
                      .help = "file with the password of the intermediate's private key",
                      .no_environment = true},
                     context_flag(),
                     {.name = "strict",
                      .type = cli::FlagType::kBool,
                      .help = "exit with 1 after warnings too",
                      .no_environment = true},
                     {.name = "json",
                      .type = cli::FlagType::kBool,
                      .help = "print the findings as JSON",
                      .no_environment = true}};
    return command;
}

int fail(const Services& services, const std::string& text) {
    services.console.err(text + "\n");
    return kCheckUsage;
}

bool is_error(const Finding& finding) {
    return finding.severity == Finding::Severity::kError;
}

Finding in_file(std::string file, Finding::Severity severity, std::string what,
                std::string advice) {
    return {.severity = severity,
            .file = std::move(file),
            .place = {.line = 1, .column = 1},
            .what = std::move(what),
            .advice = std::move(advice)};
}

/// Reads the password as the server does.
std::vector<Finding> take_password(const std::string& file, app::KeyPassword& password) {
    std::vector<Finding> found;
    if (file.empty()) {
        return found;
    }
    Result<Secret> given = cli::read_password_file(file);
    if (!given) {
        found.push_back(in_file(file, Finding::Severity::kError, given.error().detail,
                                "name a password file that the server may read"));
        return found;
    }
    password.given = *std::move(given);
    constexpr mode_t kOthers = 0066;
    struct stat info{};
    if (::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
        (info.st_mode & kOthers) != 0) {
        found.push_back(in_file(file, Finding::Severity::kWarning,
                                "others may read or change the password", "chmod 0600 " + file));
    }
    return found;
}

std::vector<Finding> find_all(const std::string& file, const setup::StepPath& paths,
                              const std::string& password_file, const Services& services) {
    const Result<Bytes> text = read_file(file);
    if (!text) {
        return {in_file("", Finding::Severity::kError, text.error().detail,
                        "make one with step ca init, or name another")};
    }
    app::KeyPassword password;
    std::vector<Finding> all = take_password(password_file, password);
    setup::Reading reading = setup::read_config(*text, file);
    reading.config.paths = paths;
    for (Finding& finding : app::check(reading, password, services.clock, services.random)) {
        all.push_back(std::move(finding));
    }
    for (Finding& finding : setup::find_oddities(*text, reading.root)) {
        all.push_back(std::move(finding));
    }
    std::ranges::stable_sort(all, [](const Finding& a, const Finding& b) {
        return std::tuple(!a.file.empty(), a.place.line, a.place.column) <
               std::tuple(!b.file.empty(), b.place.line, b.place.column);
    });
    return all;
}

std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string format_json(const std::string& file, const std::vector<Finding>& all) {
    json::Array rows;
    for (const Finding& finding : all) {
        rows.push_back(json::Object{{"file", finding.file.empty() ? file : finding.file},
                                    {"line", static_cast<std::int64_t>(finding.place.line)},
                                    {"column", static_cast<std::int64_t>(finding.place.column)},
                                    {"severity", is_error(finding) ? "error" : "warning"},
                                    {"what", finding.what},
                                    {"advice", finding.advice}});
    }
    return json::encode(json::Object{{"file", file}, {"findings", std::move(rows)}}) + "\n";
}

}  // namespace

std::string_view check_manual() {
    return kCheckManual;
}

std::string format_finding(const std::string& file, const Finding& finding) {
    const std::string line =
        fmt::format("{}:{}:{}: {}: {}{}{}", finding.file.empty() ? file : finding.file,
                    std::max(finding.place.line, 1U), std::max(finding.place.column, 1U),
                    is_error(finding) ? "error" : "warning", finding.what,
                    finding.advice.empty() ? "" : "; ", finding.advice);
    std::string shown;
    for (const char c : line) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7F) {
            shown += fmt::format("\\x{:02x}", octet);
        } else {
            shown += c;
        }
    }
    return shown + "\n";
}

int run_check(std::span<const std::string> words, Services services) {
    const cli::Command declared = check_command();
    const Result<cli::Parsed> parsed = cli::parse_args(declared, words, services.environment, {});
    if (!parsed) {
        return fail(services, parsed.error().detail);
    }
    if (parsed->help || (words.size() == 1 && words.front() == "help")) {
        services.console.out(cli::render_manual(kCheckManual, services.console.out_colours()));
        return kClean;
    }
    const cli::Args& args = *parsed->args;
    if (args.positionals().size() > 1) {
        return fail(services, "too many positional arguments were provided in 'step-ca check " +
                                  std::string(declared.usage) + "'");
    }
    const Result<setup::StepPath> paths =
        find_home(context_name(args, services.environment), services.environment);
    if (!paths) {
        return fail(services, paths.error().detail);
    }
    const std::string file = args.positional(0).empty() ? paths->config_file() : args.positional(0);
    const std::vector<Finding> all = find_all(file, *paths, args.get("password-file"), services);
    const auto errors = static_cast<std::size_t>(std::ranges::count_if(all, is_error));
    const std::size_t warnings = all.size() - errors;
    if (args.flag("json")) {
        services.console.out(format_json(file, all));
    } else {
        for (const Finding& finding : all) {
            services.console.out(format_finding(file, finding));
        }
        services.console.out(file + ": " + (errors == 0 ? "ok" : counted(errors, "error")) +
                             (warnings == 0 ? "" : ", " + counted(warnings, "warning")) + "\n");
    }
    return errors != 0 || (args.flag("strict") && warnings != 0) ? kWrong : kClean;
}

}  // namespace step::ca
