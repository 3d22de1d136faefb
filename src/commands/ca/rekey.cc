#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "cli/files.h"
#include "commands/ca/commands.h"
#include "commands/ca/renewal.h"
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
constexpr const char* kFailed = "error rekeying certificate: ";
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
Result<std::string> ask_ca(cli::Context& context, const CaAccess& access, const Identity& identity,
                           const crypto::PrivateKey& key) {
    STEP_ASSIGN(client::CaClient ca, explained(access.connect(context, &identity), kFailed));
    STEP_ASSIGN(const Bytes csr, x509::make_csr({}, key));
    return explained(ca.rekey(encode_pem("CERTIFICATE REQUEST", csr)), kFailed);
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

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    if (args.flag("daemon") && args.is_set("private-key")) {
        return incompatible("daemon", "private-key");
    }
    for (const char* flag : {"kty", "curve", "size"}) {
        if (args.is_set("private-key") && args.is_set(flag)) {
            return incompatible("private-key", flag);
        }
    }
    const Places places = places_of(args);
    STEP_ASSIGN(Renewal renewal, begin_renewal(context, kPeriod));
    if (renewal.plan.remaining <= Duration::zero()) {
        return invalid(kExpired);
    }
    const auto rekey_to_files = [&](Identity& identity) -> Status {
        STEP_ASSIGN(crypto::PrivateKey key, next_key(context));
        STEP_ASSIGN(const std::string chain, ask_ca(context, renewal.access, identity, key));
        STEP_ASSIGN(auto certificates, x509::parse_certificates_pem(chain));
        STEP_TRY(explained(write_pair(places, chain, key), kFailed));
        identity = Identity{.chain = std::move(certificates), .key = std::move(key)};
        return ok();
    };
    STEP_ASSIGN(const auto code, stay_or_wait(context, renewal,
                                              {.certificate_file = places.certificate,
                                               .key_file = places.key,
                                               .done = "rekeyed",
                                               .failed = kFailed,
                                               .when_expired = kExpired,
                                               .act = rekey_to_files}));
    if (code) {
        return *code;
    }
    STEP_ASSIGN(const crypto::PrivateKey key, next_key(context));
    STEP_ASSIGN(const std::string chain, ask_ca(context, renewal.access, renewal.identity, key));

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
    return notify(context, renewal.plan);
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
                 key_flags(),
                 shared_renewal_flags(kPeriod)}),
            .run = run};
}

}  // namespace step::commands
