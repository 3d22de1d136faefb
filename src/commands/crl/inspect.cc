#include "x509/inspect.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/uri.h"
#include "cli/files.h"
#include "commands/certificate/revocation.h"
#include "commands/certificate/source.h"
#include "commands/crl/crl.h"
#include "commands/errors.h"
#include "commands/fetch.h"
#include "json/write.h"
#include "x509/crl.h"
#include "x509/locations.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/crl/inspect.md.inc"
    ;

bool is_url(const std::string& name) {
    const std::string lower = to_lower(name);
    return lower.starts_with("http://") || lower.starts_with("https://");
}

std::string roots_flag(const cli::Args& args) {
    return join(args.list("roots"), ",");
}

Error insecure_needed(const cli::Args& args) {
    return invalid(fmt::format("'{}' requires the '--insecure' flag", args.command()));
}

/// The certificates of --from: those of a file, or those that a server shows.
Result<std::vector<x509::Certificate>> chain_of(cli::Context& context, const std::string& name) {
    if (!is_url(name)) {
        return read_bundle(context, name);
    }
    const auto uri = parse_uri(name);
    if (!uri) {
        return invalid(fmt::format("error parsing {}: {}", name, uri.error().detail));
    }
    return fetch_chain(context, with_port(*uri, "443"), /*server_name=*/"",
                       roots_flag(context.args),
                       /*insecure=*/false, "error connecting " + name);
}

/// Where the list is to be found, and who may have signed it.
struct Source {
    std::string name{};
    std::vector<x509::Certificate> issuers{};
};

Result<Source> find_source(cli::Context& context) {
    const cli::Args& args = context.args;
    Source source{.name = args.positional(0).empty() ? "-" : args.positional(0)};
    if (const std::string file = args.get("ca"); !file.empty()) {
        STEP_ASSIGN(source.issuers, read_bundle(context, file));
    }
    if (!args.flag("from")) {
        return source;
    }
    STEP_ASSIGN(std::vector<x509::Certificate> chain, chain_of(context, source.name));
    const std::vector<std::string> lists = x509::locations_of(chain.front()).lists;
    if (lists.empty()) {
        return invalid("failed to get CRL distribution points from " + source.name);
    }
    if (!is_url(lists.front())) {
        return invalid(fmt::format("error downloading crl: Get {}: unsupported protocol scheme",
                                   quote(lists.front())));
    }
    source.name = lists.front();
    source.issuers.insert(source.issuers.end(), std::make_move_iterator(chain.begin() + 1),
                          std::make_move_iterator(chain.end()));
    if (source.issuers.empty() && !args.flag("insecure")) {
        return insecure_needed(args);
    }
    return source;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    if (!args.flag("from") && args.get("ca").empty() && !args.flag("insecure")) {
        return insecure_needed(args);
    }
    Fetcher fetcher(context, roots_flag(args));
    if (args.is_set("roots")) {
        STEP_TRY(fetcher.load_roots());
    }
    STEP_ASSIGN(const Source source, find_source(context));
    Bytes bytes;
    if (is_url(source.name)) {
        STEP_ASSIGN(bytes, download_crl(fetcher, source.name));
    } else {
        STEP_ASSIGN(bytes, cli::read_input(context, source.name, kMaxCrl));
    }
    const auto list = x509::parse_crl_file(bytes);
    if (!list) {
        return invalid("error parsing crl: error parsing crl: " + list.error().detail);
    }
    const x509::CrlVerdict verdict = x509::judge_signature(
        *list, source.issuers, std::chrono::floor<std::chrono::seconds>(context.clock.now()));
    const std::string format = args.get("format");
    if (format == "json") {
        context.console.out(json::encode_indent(x509::inspect_json(*list, verdict), "  ") + "\n");
    } else if (format == "pem") {
        context.console.out(x509::encode_crl_pem(bytes));
    } else {
        context.console.out(x509::inspect_text(*list, verdict));
    }
    return 0;
}

}  // namespace

cli::Command crl_inspect() {
    return {
        .path = "crl inspect",
        .brief = "show what a certificate revocation list says",
        .usage = "<file|url>",
        .manual = kManual,
        .flags =
            {{.name = "format", .value = "format", .help = "text, json or pem", .fallback = "text"},
             {.name = "ca", .value = "file", .help = "certificates of which one signed the list"},
             {.name = "from",
              .type = cli::FlagType::kBool,
              .help = "the argument is a certificate or a server: take the list that its "
                      "certificate names"},
             {.name = "roots",
              .type = cli::FlagType::kList,
              .value = "file",
              .help = "whom to trust over https: a file, several with commas between "
                      "them, or a folder"},
             {.name = "insecure",
              .type = cli::FlagType::kBool,
              .help = "show the list although nobody vouches for it"}},
        .run = run};
}

}  // namespace step::commands
