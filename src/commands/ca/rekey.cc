#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "cli/files.h"
#include "commands/ca/after_renewal.h"
#include "commands/ca/commands.h"
#include "commands/ca/connect.h"
#include "commands/ca/renewal_daemon.h"
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

constexpr std::string_view kPeriod = "rekey-period";
constexpr const char* kExpired = "cannot rekey an expired certificate";

/// Where the new pair goes.
struct Places {
    std::string certificate{}, key{};
    bool writes_key = true;
};

Places places_of(const cli::Args& args) {
    const auto either = [&](const char* flag, std::size_t position) {
        return args.get(flag).empty() ? args.positional(position) : args.get(flag);
    };
    return {.certificate = either("out-cert", 0),
            .key = either("out-key", 1),
            .writes_key = !args.is_set("private-key") || args.is_set("out-key")};
}

/// The new chain for `key`, in PEM.
Result<std::string> ask_ca(cli::Context& context, const std::string& url, const Identity& identity,
                           const crypto::PrivateKey& key) {
    STEP_ASSIGN(client::CaClient ca,
                connect(context, {.url = url, .chain = identity.der(), .key = &identity.key}));
    STEP_ASSIGN(const Bytes csr, x509::make_csr({}, key));
    return explained(ca.rekey(encode_pem("CERTIFICATE REQUEST", csr)),
                     "error rekeying certificate: ");
}

Status write_pair(const Places& places, const std::string& chain, const crypto::PrivateKey& key) {
    const Secret key_pem = crypto::encode_private_key(key);
    std::vector<NewFile> files;
    if (places.writes_key) {
        files.push_back(
            {.path = places.key, .bytes = key_pem.view(), .mode = 0600, .treat = Mode::kExact});
    }
    files.push_back({.path = places.certificate, .bytes = chain, .mode = 0600});
    return replace_together(files);
}

Result<cli::ExitCode> stay(cli::Context& context, const RenewalPlan& plan, const std::string& url,
                           const Places& places, Identity identity) {
    const RenewalSignals signals;
    bool written = places.certificate == context.args.positional(0) &&
                   places.key == context.args.positional(1);
    const RenewalJob job{
        .act = [&]() -> Result<x509::Certificate> {
            if (written) {
                STEP_TRY(reload_identity(context, places.certificate, places.key, identity));
            }
            STEP_ASSIGN(crypto::PrivateKey key, next_key(context));
            STEP_ASSIGN(const std::string chain, ask_ca(context, url, identity, key));
            STEP_ASSIGN(auto certificates, x509::parse_certificates_pem(chain));
            STEP_TRY(explained(write_pair(places, chain, key), "error rekeying certificate: "));
            written = true;
            identity = Identity{.chain = std::move(certificates), .key = std::move(key)};
            return identity.chain.front();
        },
        .done = "rekeyed",
        .needs_valid = true,
        .when_expired = kExpired};
    const x509::Certificate leaf = identity.chain.front();
    return run_renewal_daemon(context, plan, leaf, job,
                              [&](Duration at_most) { return signals.wait(at_most); });
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    STEP_TRY(check_renewal_flags(args, kPeriod));
    if (args.flag("daemon") && args.is_set("private-key")) {
        return incompatible("daemon", "private-key");
    }
    const Places places = places_of(args);

    STEP_ASSIGN(Identity identity, read_identity(context, args.positional(0), args.positional(1)));
    STEP_ASSIGN(const RenewalPlan plan, plan_renewal(context, kPeriod, identity.chain.front()));
    if (plan.remaining <= Duration::zero()) {
        return invalid(kExpired);
    }
    STEP_TRY(root_certificates(context));
    if (args.flag("daemon")) {
        return stay(context, plan, url, places, std::move(identity));
    }
    if (!plan.due) {
        context.console.err(fmt::format("certificate not rekeyed: expires in {}\n",
                                        format_duration(plan.remaining)));
        return 0;
    }
    STEP_ASSIGN(const crypto::PrivateKey key, next_key(context));
    STEP_ASSIGN(const std::string chain, ask_ca(context, url, identity, key));

    // All answers before the first write: a "no" leaves the old pair as it was.
    STEP_TRY(cli::confirm_overwrite(context, places.certificate));
    if (places.writes_key) {
        STEP_TRY(cli::confirm_overwrite(context, places.key));
    }
    STEP_TRY(write_pair(places, chain, key));
    context.console.selected("Certificate", places.certificate);
    if (places.writes_key) {
        context.console.selected("Private Key", places.key);
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
                 renewal_flags(kPeriod),
                 key_flags(),
                 password_file_flag(),
                 connection_flags(),
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
