#include "lint/lint.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "json/write.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/lint.md.inc"
    ;

constexpr int kFormatVersion = 3;  // Of the original's output.

/// The certificate in DER: the first block of a file, or a server's own.
Result<Bytes> read_subject(cli::Context& context, const std::string& name) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const std::optional<std::string> address, server_address(name));
    if (address) {
        STEP_ASSIGN(auto chain, fetch_chain(context, *address, args.get("servername"),
                                            args.get("roots"), args.flag("insecure")));
        return std::move(chain.front().der);
    }
    STEP_ASSIGN(const Bytes text, read_file(name));
    auto first = next_pem(text);
    if (!first) {
        return invalid(fmt::format("could not parse certificate file '{}'", name));
    }
    return std::move(first->block.bytes);
}

json::Value report(const std::vector<lint::Finding>& findings, SysTime now) {
    using lint::Verdict;
    const auto present = [&](Verdict verdict) {
        return std::ranges::find(findings, verdict, &lint::Finding::verdict) != findings.end();
    };
    json::Object rules;
    for (const lint::Finding& finding : findings) {
        json::Object result{{"result", lint::word(finding.verdict)}};
        if (!finding.details.empty()) {
            result.push_back({"details", finding.details});
        }
        rules.push_back({std::string(finding.rule), std::move(result)});
    }
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    return json::Object{{"version", kFormatVersion},
                        {"timestamp", seconds},
                        {"lints", std::move(rules)},
                        {"notices_present", present(Verdict::kNotice)},
                        {"warnings_present", present(Verdict::kWarning)},
                        {"errors_present", present(Verdict::kError)},
                        {"fatals_present", present(Verdict::kFatal)}};
}

Result<cli::ExitCode> run(cli::Context& context) {
    STEP_TRY(context.args.expect_positionals(1));
    STEP_ASSIGN(const Bytes der, read_subject(context, context.args.positional(0)));
    STEP_ASSIGN(const auto findings, lint::lint_certificate(der));
    // No newline at the end: as the original.
    context.console.out(json::encode_indent(report(findings, context.clock.now()), " "));
    return 0;
}

}  // namespace

cli::Command certificate_lint() {
    return {.path = "certificate lint",
            .brief = "hold a certificate against the rules of RFC 5280",
            .usage = "<crt-file> [--roots=<root-bundle>]",
            .manual = kManual,
            .flags = {{.name = "roots",
                       .value = "file",
                       .help = "whom to trust while asking a server: a file, several with commas "
                               "between them, or a folder"},
                      {.name = "insecure",
                       .type = cli::FlagType::kBool,
                       .help = "do not check the server's certificate"},
                      {.name = "servername",
                       .value = "name",
                       .help = "the name to ask the server for, if not that of the URL"}},
            .run = run};
}

}  // namespace step::commands
