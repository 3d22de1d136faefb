#include <fmt/format.h>

#include "base/base64.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/ca/token_flow.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "crypto/digest.h"
#include "x509/csr.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/token.md.inc"
    ;

using cli::FlagType;

/// --cnf as it is, or the digest of the request in --cnf-file.
Result<std::string> confirmation(const cli::Args& args) {
    const std::string file = args.get("cnf-file");
    if (file.empty()) {
        return args.get("cnf");
    }
    if (!args.get("cnf").empty()) {
        return incompatible("cnf-file", "cnf");
    }
    STEP_ASSIGN(const Bytes text, read_file(file));
    const auto csr = x509::parse_csr_pem(text);
    if (!csr) {
        return explain(csr.error(), fmt::format("error parsing {}: ", file));
    }
    return encode_base64(crypto::sha256(csr->der), Base64::kRawUrl);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    TokenRequest request{.subject = args.positional(0), .names = args.list("san")};
    if (args.flag("revoke")) {
        if (!request.names.empty()) {
            return incompatible("san", "revoke");
        }
        request.purpose = TokenRequest::Purpose::kRevoke;
    }
    const SysTime now = context.clock.now();
    STEP_ASSIGN(request.not_before, time_flag(args, "not-before", now));
    STEP_ASSIGN(request.not_after, time_flag(args, "not-after", now));
    STEP_ASSIGN(request.confirmation, confirmation(args));
    STEP_ASSIGN(request.user, template_data(context));
    if (request.user.is_null()) {
        request.user = json::Object{};
    }

    STEP_ASSIGN(const std::string url, require_ca_url(context));
    STEP_ASSIGN(const std::vector<Bytes> roots, root_certificates(context));
    STEP_ASSIGN(client::CaClient ca, connect(context, {.url = url, .roots = roots}));
    STEP_ASSIGN(const std::string token, new_token(context, ca, roots.front(), request));
    if (const std::string file = args.get("output-file"); !file.empty()) {
        STEP_TRY(cli::write_output(context, file, token, 0600, Mode::kExact));
        return 0;
    }
    context.console.out(token + "\n");
    return 0;
}

}  // namespace

cli::Command ca_token() {
    return {.path = "ca token",
            .brief = "make a one-time token for a certificate",
            .usage = "<subject>",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "kid", .value = "kid", .help = "key id of the provisioner"},
                  {.name = "san",
                   .type = FlagType::kList,
                   .value = "name",
                   .help = "name the certificate may have"}},
                 validity_flags(),
                 password_file_flag(),
                 provisioner_flags(),
                 {{.name = "key", .value = "file", .help = "private key of the provisioner"},
                  {.name = "output-file", .value = "file", .help = "where the token goes"},
                  {.name = "revoke", .type = FlagType::kBool, .help = "make a token to revoke"},
                  {.name = "cnf", .value = "fingerprint", .help = "bind the token to a request"},
                  {.name = "cnf-file", .value = "file", .help = "bind the token to this request"}},
                 template_data_flags(),
                 connection_flags(),
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
