#include <fmt/format.h>

#include "commands/certificate/certificate.h"
#include "commands/certificate/source.h"
#include "commands/errors.h"
#include "commands/fingerprint_format.h"
#include "crypto/digest.h"

namespace step::commands {

namespace {

constexpr std::string_view kManual =
#include "commands/certificate/fingerprint.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    if (args.flag("sha1") && !args.flag("insecure")) {
        return needs_flag("sha", "insecure");  // The original's word for its own flag.
    }
    STEP_ASSIGN(const DigestWriter write, parse_fingerprint_format(args.get("format")));
    const std::string name = args.positional(0);
    STEP_ASSIGN(const Shown shown, read_shown(context, name.empty() ? "-" : name));

    const auto print = [&](ByteView der) {
        return write(
            crypto::digest(args.flag("sha1") ? crypto::Hash::kSha1 : crypto::Hash::kSha256, der));
    };
    std::vector<ByteView> all;
    if (shown.request) {
        all.emplace_back(shown.request->der);
    }
    for (const x509::Certificate& certificate : shown.certificates) {
        all.emplace_back(certificate.der);
    }
    if (!args.flag("bundle")) {
        context.console.out(print(all.front()) + "\n");
        return 0;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        context.console.out(fmt::format("{}: {}\n", i, print(all[i])));
    }
    return 0;
}

}  // namespace

cli::Command certificate_fingerprint() {
    return {.path = "certificate fingerprint",
            .brief = "print the digest of a certificate",
            .usage = "<crt-file>",
            .manual = kManual,
            .flags = {{.name = "roots",
                       .value = "file",
                       .help = "whom to trust while asking a server: a file, several with commas "
                               "between them, or a folder"},
                      {.name = "bundle",
                       .type = cli::FlagType::kBool,
                       .help = "print one line for each certificate"},
                      {.name = "insecure",
                       .type = cli::FlagType::kBool,
                       .help = "do not check the server's certificate; allow --sha1"},
                      {.name = "servername",
                       .value = "name",
                       .help = "the name to ask the server for, if not that of the URL"},
                      {.name = "format",
                       .value = "format",
                       .help = "hex, base64, base64-url, base64-raw, base64-url-raw or emoji",
                       .fallback = "hex"},
                      {.name = "sha1",
                       .type = cli::FlagType::kBool,
                       .help = "use SHA-1 instead of SHA-256; needs --insecure"}},
            .run = run};
}

}  // namespace step::commands
