#include <fmt/format.h>

#include "base/base32.h"
#include "base/text.h"
#include "base/uri.h"
#include "cli/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/otp_rules.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "qr/png.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr std::string_view kManual =
#include "commands/crypto/otp_generate.md.inc"
    ;

constexpr std::int64_t kUsualPeriod = 30, kUsualSecret = 20, kMaxSecret = 1024;
constexpr unsigned kPictureSide = 200;

/// A flag's number; 0 stands for the usual one, as in the original.
Result<std::int64_t> number(const cli::Args& args, std::string_view flag, std::int64_t usual,
                            std::int64_t most) {
    const std::int64_t value = args.integer(flag);
    if (value < 0 || value > most) {
        return invalid_flag(flag, args.get(flag), fmt::format("value must be in range 0-{}", most));
    }
    return value == 0 ? usual : value;
}

/// The URI that authenticator apps read; escaped as the original does it.
std::string key_uri(const cli::Args& args, std::string_view secret, std::int64_t period) {
    const std::string issuer = args.get("issuer");
    const std::string query = fmt::format("algorithm={}&digits={}&issuer={}&period={}&secret={}",
                                          to_upper(args.get("alg")), args.integer("length"),
                                          path_escape(issuer), period, secret);
    return format_uri({.scheme = "otpauth",
                       .host = "totp",
                       .path = "/" + issuer + ":" + args.get("account"),
                       .query = query});
}

Status write_picture(cli::Context& context, const std::string& file, const std::string& uri) {
    constexpr unsigned kMode = 0644;  // As the original's; see the manual.
    STEP_ASSIGN(const qr::Code code, qr::encode(uri));
    STEP_ASSIGN(const Bytes png, qr::encode_png(code, kPictureSide));
    Status written = cli::write_output(context, file, png, kMode);
    if (!written && !written.error().detail.starts_with("open ")) {
        // "file exists", "file is a directory": the original's words for what has no system error.
        return invalid(fmt::format("unexpected error on {}: {}", file, written.error().detail));
    }
    return written;
}

Result<cli::ExitCode> run(cli::Context& context) {
    constexpr std::int64_t kMaxPeriod = std::int64_t{1} << 31;
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0));
    for (const char* flag : {"issuer", "account"}) {
        if (args.get(flag).empty()) {
            return args.missing_flag(flag);
        }
    }
    STEP_TRY(otp_hash(args.get("alg")));
    STEP_TRY(otp_digits(args.integer("length")));
    STEP_ASSIGN(const std::int64_t period, number(args, "period", kUsualPeriod, kMaxPeriod));
    STEP_ASSIGN(const std::int64_t size, number(args, "secret-size", kUsualSecret, kMaxSecret));

    const Secret octets(context.random.bytes(static_cast<std::size_t>(size)));
    const Secret secret(encode_base32(octets.view()));
    const Secret uri(key_uri(args, secret.view(), period));
    if (const std::string file = args.get("qr"); !file.empty()) {
        STEP_TRY(write_picture(context, file, std::string(uri.view())));
    }
    context.console.out(std::string(args.flag("url") ? uri.view() : secret.view()) + "\n");
    return 0;
}

}  // namespace

cli::Command crypto_otp_generate() {
    return {.path = "crypto otp generate",
            .brief = "make the secret of one-time passwords",
            .usage = "[--issuer=<name>]",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "issuer/iss", .value = "name", .help = "who asks for the passwords"},
                  {.name = "account", .value = "name", .help = "whom they are for"},
                  {.name = "period",
                   .type = FlagType::kInt,
                   .value = "seconds",
                   .help = "how long a password is good for",
                   .fallback = "30"},
                  {.name = "secret-size",
                   .type = FlagType::kInt,
                   .value = "size",
                   .help = "octets of the secret",
                   .fallback = "20"},
                  {.name = "url", .type = FlagType::kBool, .help = "print a URI for apps"},
                  {.name = "qr", .value = "file", .help = "write that URI as a QR code in a PNG"}},
                 otp_flags(),
                 force_flag()}),
            .run = run};
}

}  // namespace step::commands
