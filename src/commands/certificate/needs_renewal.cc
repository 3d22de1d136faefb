#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/files.h"
#include "base/time.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "commands/input_file.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/needs_renewal.md.inc"
    ;

// Scripts tell these apart.
constexpr cli::ExitCode kDue = 0, kNotDue = 1, kMissing = 2, kFailed = 255;
constexpr int kUsualPercent = 66;

/// When a renewal is due: after so many percent of the life, or when so much is left.
struct Threshold {
    std::optional<Duration> left{};
    int percent = kUsualPercent;
};

Result<Threshold> parse_threshold(const std::string& text) {
    Threshold threshold;
    if (text.empty()) {
        return threshold;
    }
    if (!text.ends_with('%')) {
        const auto left = parse_duration(text);
        if (!left) {
            return invalid_flag("expires-in", text);
        }
        threshold.left = *left;
        return threshold;
    }
    const char* const end = text.data() + text.size() - 1;
    const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const auto [stop, problem] = std::from_chars(begin, end, threshold.percent);
    if (problem != std::errc{} || stop != end) {
        return invalid_flag("expires-in", text);
    }
    constexpr int kWhole = 100;
    if (threshold.percent < 0 || threshold.percent > kWhole) {
        return invalid_flag("expires-in", text, "value must be in range 0-100%");
    }
    return threshold;
}

bool is_due(const x509::Certificate& certificate, const Threshold& threshold, SysTime now) {
    if (threshold.left) {
        return certificate.not_after - now < *threshold.left;
    }
    const std::chrono::duration<double> life = certificate.not_after - certificate.not_before;
    const std::chrono::duration<double> elapsed = now - certificate.not_before;
    // A life of no length is over.
    return life.count() <= 0 || elapsed / life * 100 >= threshold.percent;
}

Result<std::vector<x509::Certificate>> read_chain(cli::Context& context, const std::string& name) {
    STEP_ASSIGN(const std::optional<std::string> address, server_address(name));
    if (address) {
        return fetch_chain(context, *address, context.args.get("servername"),
                           context.args.get("roots"), /*insecure=*/false);
    }
    if (kind_of(name) == Kind::kNothing) {
        return Error{.code = Code::kNotFound,
                     .detail = fmt::format("stat {}: no such file or directory", name)};
    }
    STEP_ASSIGN(const Bytes bytes, read_file_quoted(context, name));
    return parse_bundle(bytes, name);
}

Result<bool> decide(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_ASSIGN(const Threshold threshold, parse_threshold(args.get("expires-in")));
    STEP_ASSIGN(std::vector<x509::Certificate> chain, read_chain(context, args.positional(0)));
    if (!args.flag("bundle")) {
        chain.resize(1);
    }
    return std::ranges::any_of(chain, [&](const x509::Certificate& certificate) {
        return is_due(certificate, threshold, context.clock.now());
    });
}

Result<cli::ExitCode> run(cli::Context& context) {
    const Result<bool> due = decide(context);
    if (!due) {
        const Error& error = due.error();
        context.console.err((error.detail.empty() ? error.cause : error.detail) + "\n");
        return error.code == Code::kNotFound ? kMissing : kFailed;
    }
    if (context.args.flag("verbose")) {
        if (*due) {
            context.console.out("certificate needs renewal\n");
        } else {
            context.console.err("certificate does not need renewal\n");
        }
    }
    return *due ? kDue : kNotDue;
}

}  // namespace

cli::Command certificate_needs_renewal() {
    return {.path = "certificate needs-renewal",
            .brief = "say by exit code whether a certificate should be renewed",
            .usage = "<cert-file or hostname>",
            .manual = kManual,
            .flags = {{.name = "expires-in",
                       .value = "percent|duration",
                       .help = "due after this part of the life, or when so much is left"},
                      {.name = "roots",
                       .value = "file",
                       .help = "whom to trust while asking a server: a file, several with commas "
                               "between them, or a folder"},
                      {.name = "bundle",
                       .type = cli::FlagType::kBool,
                       .help = "look at every certificate, not only the first"},
                      {.name = "verbose/v",
                       .type = cli::FlagType::kBool,
                       .help = "say it in words too"},
                      {.name = "servername",
                       .value = "name",
                       .help = "the name to ask the server for, if not that of the URL"}},
            .run = run};
}

}  // namespace step::commands
