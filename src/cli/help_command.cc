#include "cli/help_command.h"

#include "base/version.h"
#include "cli/help.h"
#include "cli/pages.h"

namespace step::cli {
namespace {

constexpr std::string_view kManual =
#include "cli/help.md.inc"
    ;

}  // namespace

Command help_command() {
    const auto flag = [](std::string_view name, std::string_view value, std::string_view help) {
        return Flag{.name = name,
                    .type = value.empty() ? FlagType::kBool : FlagType::kString,
                    .value = value,
                    .help = help,
                    .no_environment = true};
    };
    Flag dump = flag("dump", "", "one line per command, for scripts");
    dump.hidden = true;
    return {.path = "help",
            .brief = "show the manual of a command",
            .usage = "[<command>]",
            .manual = kManual,
            .flags = {flag("html", "directory", "write every manual as a web page"),
                      flag("report", "", "write what they say as JSON, too"),
                      flag("markdown", "directory", "write every manual in Markdown"),
                      flag("man", "directory", "write every manual as a page for man(1)"),
                      flag("http", "address", "serve the web pages at this address"), dump}};
}

Result<std::optional<ExitCode>> export_manuals(const Table& table, const Args& args,
                                               const Services& services) {
    const std::string html = args.get("html"), markdown = args.get("markdown"),
                      man = args.get("man"), http = args.get("http");
    if (args.flag("report") && html.empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "flag '--report' requires the '--html' flag"};
    }
    if (html.empty() && markdown.empty() && man.empty() && http.empty() && !args.flag("dump")) {
        return std::optional<ExitCode>();
    }
    if (!args.positionals().empty()) {
        return Error{
            .code = Code::kInvalidArgument,
            .detail = "too many positional arguments were provided in '" + args.usage() + "'"};
    }
    if (args.flag("dump")) {
        services.console.out(list_flags(table));
        return std::optional<ExitCode>(0);
    }
    const std::vector<Page> pages = manual_pages(table);
    if (!html.empty()) {
        STEP_TRY(write_html(pages, html, args.flag("report")));
    }
    if (!markdown.empty()) {
        STEP_TRY(write_markdown(pages, markdown));
    }
    if (!man.empty()) {
        STEP_TRY(write_man(pages, man, kVersion));
    }
    if (http.empty()) {
        return std::optional<ExitCode>(0);
    }
    if (!services.serve_pages) {
        return Error{.code = Code::kUnsupported,
                     .detail = "flag '--http' is not supported by this program"};
    }
    STEP_ASSIGN(const ExitCode code, services.serve_pages(http, pages));
    return std::optional(code);
}

}  // namespace step::cli
