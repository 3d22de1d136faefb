#include "x509/inspect.h"

#include <fmt/format.h>

#include "base/pem.h"
#include "commands/certificate/certificate.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "json/write.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/inspect.md.inc"
    ;

void print_json(cli::Console& console, const json::Value& value) {
    console.out(json::encode_indent(value, "  ") + "\n");
}

/// Text or, with --short, short text of each.
template <class T>
void print_text(cli::Context& context, const T& shown) {
    context.console.out(context.args.flag("short") ? x509::inspect_short(shown)
                                                   : x509::inspect_text(shown));
}

void print_request(cli::Context& context, const x509::UncheckedCsr& request) {
    const std::string format = context.args.get("format");
    if (format == "json") {
        print_json(context.console, x509::inspect_json(request));
    } else if (format == "pem") {
        context.console.out(encode_pem("CERTIFICATE REQUEST", request.der));
    } else {
        print_text(context, request);
    }
}

void print_certificates(cli::Context& context, std::span<const x509::Certificate> certificates) {
    const std::string format = context.args.get("format");
    if (format == "json") {
        if (certificates.size() == 1) {
            print_json(context.console, x509::inspect_json(certificates.front()));
            return;
        }
        json::Array all;
        for (const x509::Certificate& certificate : certificates) {
            all.push_back(x509::inspect_json(certificate));
        }
        print_json(context.console, std::move(all));
        return;
    }
    for (const x509::Certificate& certificate : certificates) {
        if (format == "pem") {
            context.console.out(x509::encode_certificate_pem(certificate.der));
        } else {
            print_text(context, certificate);
        }
    }
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    const std::string format = args.get("format");
    if (format != "text" && format != "json" && format != "pem") {
        return invalid_flag("format", format, "options are text, json, pem");
    }
    if (args.flag("short") && format != "text") {
        return flag_incompatible("short", "--format " + format);
    }
    const std::string name = args.positional(0);
    STEP_ASSIGN(const Shown shown, read_shown(context, name.empty() ? "-" : name));
    if (shown.request) {
        print_request(context, *shown.request);
    } else if (!shown.certificates.empty()) {
        print_certificates(context,
                           std::span(shown.certificates)
                               .first(args.flag("bundle") ? shown.certificates.size() : 1));
    }
    return 0;
}

}  // namespace

cli::Command certificate_inspect() {
    return {.path = "certificate inspect",
            .brief = "show what a certificate or a request says",
            .usage = "<crt-file>",
            .manual = kManual,
            .flags = {{.name = "format",
                       .value = "format",
                       .help = "text, json or pem",
                       .fallback = "text"},
                      {.name = "roots",
                       .value = "file",
                       .help = "whom to trust while asking a server: a file, several with commas "
                               "between them, or a folder"},
                      {.name = "servername",
                       .value = "name",
                       .help = "the name to ask the server for, if not that of the URL"},
                      {.name = "bundle",
                       .type = cli::FlagType::kBool,
                       .help = "show every certificate, not only the first"},
                      {.name = "short",
                       .type = cli::FlagType::kBool,
                       .help = "show the few lines that matter most"},
                      {.name = "insecure",
                       .type = cli::FlagType::kBool,
                       .help = "do not check the server's certificate"}},
            .run = run};
}

}  // namespace step::commands
