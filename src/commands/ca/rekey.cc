#include <fmt/format.h>

#include "base/pem.h"
#include "cli/files.h"
#include "commands/ca/after_renewal.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/errors.h"
#include "crypto/pem_key.h"
#include "x509/csr.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/rekey.md.inc"
    ;

Result<crypto::PrivateKey> next_key(cli::Context& context) {
    const std::string file = context.args.get("private-key");
    return file.empty() ? make_key(context.args) : read_key(context, file);
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    STEP_TRY(check_renewal_flags(args));
    const auto either = [&](const char* flag, std::size_t position) {
        return args.get(flag).empty() ? args.positional(position) : args.get(flag);
    };
    const std::string certificate_file = either("out-cert", 0), key_file = either("out-key", 1);
    const bool writes_key = !args.is_set("private-key") || args.is_set("out-key");

    STEP_ASSIGN(const Identity identity,
                read_identity(context, args.positional(0), args.positional(1)));
    STEP_ASSIGN(const RenewalPlan plan, plan_renewal(context, identity.chain.front()));
    if (plan.remaining <= Duration::zero()) {
        return invalid("cannot rekey an expired certificate");
    }
    STEP_ASSIGN(client::CaClient ca,
                connect(context, {.url = url, .chain = identity.der(), .key = &identity.key}));
    if (!plan.due) {
        context.console.err(fmt::format("certificate not rekeyed: expires in {}\n",
                                        format_duration(plan.remaining)));
        return 0;
    }
    STEP_ASSIGN(const crypto::PrivateKey key, next_key(context));
    STEP_ASSIGN(const Bytes csr, x509::make_csr({}, key));
    STEP_ASSIGN(const std::string chain, explained(ca.rekey(encode_pem("CERTIFICATE REQUEST", csr)),
                                                   "error rekeying certificate: "));

    // All answers before the first write: a "no" leaves the old pair as it was.
    STEP_TRY(cli::confirm_overwrite(context, certificate_file));
    if (writes_key) {
        STEP_TRY(cli::confirm_overwrite(context, key_file));
    }
    const Secret key_pem = crypto::encode_private_key(key);
    std::vector<NewFile> files;
    if (writes_key) {
        files.push_back(
            {.path = key_file, .bytes = key_pem.view(), .mode = 0600, .treat = Mode::kExact});
    }
    files.push_back({.path = certificate_file, .bytes = chain, .mode = 0600});
    STEP_TRY(replace_together(files));
    context.console.selected("Certificate", certificate_file);
    if (writes_key) {
        context.console.selected("Private Key", key_file);
    }
    return notify(context, plan);
}

}  // namespace

cli::Command ca_rekey() {
    return {.path = "ca rekey",
            .brief = "renew a certificate with a new key",
            .usage = "<crt-file> <key-file>",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "out-cert", .value = "file", .help = "where the certificate goes"},
                  {.name = "out-key", .value = "file", .help = "where the key goes"},
                  {.name = "private-key", .value = "file", .help = "the new key, if it exists"}},
                 renewal_flags(),
                 key_flags(),
                 password_file_flag(),
                 connection_flags(),
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
