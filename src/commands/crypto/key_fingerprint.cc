#include <fmt/format.h>

#include "commands/crypto/any_key.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "commands/fingerprint_format.h"
#include "commands/flags.h"
#include "commands/input_file.h"
#include "crypto/digest.h"
#include "crypto/ssh_key.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/crypto/key_fingerprint.md.inc"
    ;

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    const bool sha1 = args.flag("sha1"), ssh = args.flag("ssh"), pkix = args.flag("pkix");
    if (pkix && ssh) {
        return exclusive("pkix", "ssh");
    }
    const std::string format = args.get("format");
    STEP_ASSIGN(const DigestWriter write, parse_fingerprint_format(!format.empty() ? format
                                                                   : sha1          ? "hex"
                                                                                   : "base64"));
    STEP_ASSIGN(const FoundKey found, read_any_key(context, input_name(args),
                                                   args.get("password-file"), PemBlocks::kFirst));
    if (!found.key.public_key) {
        return invalid(
            ssh ? "error creating ssh public key: ssh: unsupported key type []uint8"
                : "error marshaling public key: x509: unsupported public key type: []uint8");
    }
    const crypto::PublicKey& key = *found.key.public_key;
    const Bytes hashed = ssh    ? crypto::encode_ssh_key(key)
                         : pkix ? key.spki()
                                : Bytes(key.key_bits());
    if (args.flag("raw")) {
        context.console.out(hashed);
        return 0;
    }
    const Bytes digest = crypto::digest(sha1 ? crypto::Hash::kSha1 : crypto::Hash::kSha256, hashed);
    context.console.out(fmt::format("{}:{}\n", sha1 ? "SHA1" : "SHA256", write(digest)));
    return 0;
}

}  // namespace

cli::Command crypto_key_fingerprint() {
    constexpr cli::FlagType kSwitch = cli::FlagType::kBool;
    return {.path = "crypto key fingerprint",
            .brief = "print the digest of a public key",
            .usage = "<key-file>",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "sha1",
                   .type = kSwitch,
                   .help = "use SHA-1: the subject key identifier of most certificates"},
                  {.name = "pkix",
                   .type = kSwitch,
                   .help = "of the key with its algorithm, as certificates have it"},
                  {.name = "ssh", .type = kSwitch, .help = "of the key as OpenSSH writes it"}},
                 password_file_flag(),
                 {{.name = "raw", .type = kSwitch, .help = "print what would be hashed"},
                  {.name = "format",
                   .value = "format",
                   .help = "hex, base64, base64-url, base64-raw, base64-url-raw or emoji"}}}),
            .run = run};
}

}  // namespace step::commands
