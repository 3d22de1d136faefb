#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "cli/files.h"
#include "commands/crypto/any_key.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/jose_key.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "crypto/pem_key.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/change_pass.md.inc"
    ;

constexpr unsigned kMode = 0600;

/// The new file of a key in PEM.
Result<Secret> change_pem(cli::Context& context, const Secret& text, const std::string& file,
                          const std::string& out) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const AnyKey key,
                read_pem_key(context, text.view(), file, args.get("password-file")));
    if (!key.private_key) {
        return invalid(file + " does not hold a private key");
    }
    auto password = output_password(context, args.get("new-password-file"),
                                    "Please enter the password to encrypt " + out);
    if (!password) {
        return explain(std::move(password).error(),
                       args.get("new-password-file").empty() ? "error reading password: " : "");
    }
    // SEC 1 and PKCS#1, Ed25519 as PKCS#8; an OpenSSH key becomes one of these.
    return *password ? Secret(crypto::encrypt_private_key(*key.private_key, (*password)->view(),
                                                          context.random))
                     : crypto::encode_private_key(*key.private_key);
}

/// The new file of a JSON Web Key.
Result<Secret> change_jwk(cli::Context& context, const std::string& file) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(const jose::Jwk jwk,
                read_key(context, file, {.password_file = args.get("password-file")}));
    if (jwk.is_public()) {
        return invalid(file + " does not hold a private key");
    }
    STEP_ASSIGN(const std::optional<Secret> password,
                output_password(context, args.get("new-password-file"),
                                "Please enter the password to encrypt the private JWK"));
    const json::Value value = jose::private_jwk(jwk);
    if (!password) {
        return Secret(json::encode_indent(value, "  "));
    }
    const Secret plain(json::encode(value));
    STEP_ASSIGN(const std::string sealed, seal_jwk(context, plain.view(), *password, ""));
    STEP_ASSIGN(const json::Value spread, json::parse(sealed));
    return Secret(json::encode_indent(spread, "  "));
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    if (args.flag("no-password") && !args.flag("insecure")) {
        return needs_flag("no-password", "insecure");
    }
    if (args.flag("no-password") && !args.get("new-password-file").empty()) {
        return incompatible("no-password", "new-password-file");
    }
    const std::string file = args.positional(0);
    const std::string out = args.get("out").empty() ? file : args.get("out");
    STEP_ASSIGN(const Secret text, read_key_text(file));
    const bool pem = text.view().starts_with("-----BEGIN ");
    STEP_ASSIGN(const Secret changed,
                pem ? change_pem(context, text, file, out) : change_jwk(context, file));
    if (const auto written = cli::write_output(context, out, changed.view(), kMode, Mode::kExact);
        !written) {
        return pem ? without_failed(written.error()) : written.error();
    }
    context.console.err(fmt::format("Your key has been saved in {}.\n", out));
    return 0;
}

}  // namespace

cli::Command crypto_change_pass() {
    return {
        .path = "crypto change-pass",
        .brief = "change the password of a private key",
        .usage = "<key-file>",
        .manual = kManual,
        .flags = join_flags(
            {{{.name = "password-file", .value = "file", .help = "the password that the key has"},
              {.name = "new-password-file", .value = "file", .help = "the password that it gets"},
              {.name = "out/output-file",
               .value = "file",
               .help = "write to this file and leave the other as it is"}},
             no_password_flags(),
             force_flag()}),
        .run = run};
}

}  // namespace step::commands
