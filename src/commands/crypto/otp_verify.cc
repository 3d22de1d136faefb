#include <charconv>

#include <fmt/format.h>

#include "base/base32.h"
#include "base/files.h"
#include "base/text.h"
#include "base/uri.h"
#include "cli/files.h"
#include "commands/crypto/crypto.h"
#include "commands/crypto/otp_rules.h"
#include "commands/errors.h"
#include "commands/flags.h"

namespace step::commands {
namespace {

using cli::FlagType;

constexpr std::string_view kManual =
#include "commands/crypto/otp_verify.md.inc"
    ;

constexpr std::uint64_t kUsualPeriod = 30;

/// What a secret file says: the secret in base32, and for a URI the rules.
struct Written {
    Secret secret{};
    std::int64_t digits = 6;
    std::uint64_t period = kUsualPeriod;
    std::string algorithm = "SHA1";
};

template <class T>
Status read_number(std::string_view query, std::string_view name, T& value) {
    const std::string text = query_value(query, name);
    if (text.empty()) {
        return ok();
    }
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && stop == text.data() + text.size()
               ? ok()
               : Status(invalid(fmt::format("error parsing {} from url: {} is not a number", name,
                                            quote(text))));
}

Result<Written> read_secret(const std::string& file) {
    constexpr std::size_t kMaxBytes = std::size_t{64} << 10;
    STEP_ASSIGN(Bytes text, read_file(file, kMaxBytes));
    Written written{.secret = Secret(std::move(text))};
    if (!written.secret.view().starts_with("otpauth://")) {
        return written;
    }
    const auto uri = parse_uri(trim(written.secret.view()));
    if (!uri) {
        return invalid("error parsing TOTP key from URL: " + uri.error().detail);
    }
    STEP_TRY(read_number(uri->query, "period", written.period));
    STEP_TRY(read_number(uri->query, "digits", written.digits));
    if (const std::string algorithm = query_value(uri->query, "algorithm"); !algorithm.empty()) {
        written.algorithm = algorithm;
    }
    written.secret = Secret(query_value(uri->query, "secret"));
    return written;
}

/// The rules of the file under those of the flags.
Result<crypto::TotpRules> rules_of(const cli::Args& args, const Written& written) {
    crypto::TotpRules rules;
    rules.period =
        args.is_set("period") ? static_cast<std::uint64_t>(args.integer("period")) : written.period;
    rules.period = rules.period == 0 ? kUsualPeriod : rules.period;
    STEP_ASSIGN(rules.digits,
                otp_digits(args.is_set("length") ? args.integer("length") : written.digits));
    STEP_ASSIGN(rules.hash, otp_hash(args.is_set("alg") ? args.get("alg") : written.algorithm));
    return rules;
}

Result<cli::ExitCode> run(cli::Context& context) {
    constexpr std::int64_t kMaxSkew = 100'000;
    const cli::Args& args = context.args;
    const std::string flag = args.get("secret");
    STEP_TRY(args.expect_positionals(0, flag.empty() ? 1 : 0));
    const std::string file = flag.empty() ? args.positional(0) : flag;
    if (file.empty()) {
        return args.missing_flag("secret");
    }
    STEP_ASSIGN(const Written written, read_secret(file));
    STEP_ASSIGN(const crypto::TotpRules rules, rules_of(args, written));
    STEP_ASSIGN(const auto time, time_flag(args, "time", context.clock.now()));
    const std::int64_t skew = args.integer("skew");
    if (skew > 1 && !args.flag("insecure")) {
        return invalid("'--skew' values greater than 1 require the '--insecure' flag");
    }
    if (skew > kMaxSkew) {
        return invalid_flag("skew", args.get("skew"),
                            fmt::format("value must be in range 0-{}", kMaxSkew));
    }
    STEP_ASSIGN(const Secret answer, cli::read_piped_or_ask(context, "Enter Passcode"));
    const std::string_view password = trim(answer.view());
    if (password.size() != rules.digits) {
        return invalid("error while validating TOTP: Input length unexpected");
    }
    auto octets = parse_base32(trim(written.secret.view()));
    if (!octets) {
        return invalid("error while validating TOTP: Decoding of secret as base32 failed.");
    }
    const Secret secret(*std::move(octets));
    const bool fits =
        crypto::check_totp(secret.view(), password, time.value_or(context.clock.now()), rules,
                           static_cast<std::uint64_t>(skew));
    context.console.out(fits ? "ok\n" : "fail\n");
    return fits ? 0 : 1;
}

}  // namespace

cli::Command crypto_otp_verify() {
    return {.path = "crypto otp verify",
            .brief = "check a one-time password",
            .usage = "[--secret=<file>]",
            .manual = kManual,
            .flags = join_flags(
                {{{.name = "secret", .value = "file", .help = "the secret, or its otpauth URI"},
                  {.name = "period",
                   .type = FlagType::kUint,
                   .value = "seconds",
                   .help = "how long a password is good for",
                   .fallback = "30"},
                  {.name = "skew",
                   .type = FlagType::kUint,
                   .value = "num",
                   .help = "periods before and after that count too",
                   .fallback = "0"},
                  {.name = "time",
                   .value = "time|duration",
                   .help = "the moment to check for, if not now"},
                  {.name = "insecure",
                   .type = FlagType::kBool,
                   .help = "allow a skew above 1",
                   .hidden = true}},
                 otp_flags()}),
            .run = run};
}

}  // namespace step::commands
