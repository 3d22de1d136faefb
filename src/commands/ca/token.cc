#include <fmt/format.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/ca_access.h"
#include "commands/ca/commands.h"
#include "commands/ca/renew_token.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/foreign_flags.h"
#include "crypto/digest.h"
#include "issuance/validity.h"
#include "x509/csr.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/ca/token.md.inc"
    ;

using cli::FlagType;

constexpr std::size_t kDigest = 32;

/// What belongs to kinds of provisioner and of key stores that are not there yet.
constexpr ForeignFlag kForeign[] = {
    {"kms", FlagType::kString, "a key store (KMS)"},
    {"k8ssa-token-path", FlagType::kString, "a provisioner of type K8sSA"},
    {"nebula-cert", FlagType::kString, "a provisioner of type Nebula"},
    {"nebula-key", FlagType::kString, "a provisioner of type Nebula"},
    {"sshpop-cert", FlagType::kString, "a provisioner of type SSHPOP"},
    {"sshpop-key", FlagType::kString, "a provisioner of type SSHPOP"}};
/// Without --renew these mean a provisioner of that type.
constexpr ForeignFlag kX5c[] = {{"x5c-cert", FlagType::kString, "a provisioner of type X5C"},
                                {"x5c-key", FlagType::kString, "a provisioner of type X5C"},
                                {"x5c-insecure", FlagType::kBool, "a provisioner of type X5C"}};

Purpose purpose_of(const cli::Args& args) {
    const bool ssh = args.flag("ssh");
    if (args.flag("revoke")) {
        return ssh ? Purpose::kSshRevoke : Purpose::kRevoke;
    }
    if (ssh && args.flag("renew")) {
        return Purpose::kSshRenew;
    }
    if (ssh && args.flag("rekey")) {
        return Purpose::kSshRekey;
    }
    return ssh ? Purpose::kSshSign : Purpose::kSign;
}

constexpr std::string_view kSwitches[] = {"ssh", "host", "revoke", "renew", "rekey"};
struct Pair {
    const char *one, *other;
};

/// Flags that say different things, and flags that nothing would come of.
Status check_purpose(const cli::Args& args) {
    const auto given = [&](std::string_view flag) {
        const bool is_switch = std::ranges::find(kSwitches, flag) != std::end(kSwitches);
        return is_switch ? args.flag(flag) : !args.get(flag).empty();
    };
    constexpr Pair kTogether[] = {
        {"ssh", "san"},          {"host", "san"},       {"principal", "san"}, {"ssh", "cnf"},
        {"ssh", "cnf-file"},     {"revoke", "renew"},   {"revoke", "rekey"},  {"renew", "rekey"},
        {"not-before", "renew"}, {"not-after", "renew"}};
    for (const Pair& pair : kTogether) {
        if (given(pair.one) && given(pair.other)) {
            return incompatible(pair.one, pair.other);
        }
    }
    for (const char* flag : {"san", "cnf", "cnf-file", "set", "set-file", "principal"}) {
        for (const char* purpose : {"revoke", "renew", "rekey"}) {
            if (given(flag) && given(purpose)) {
                return incompatible(flag, purpose);
            }
        }
    }
    constexpr Pair kNeeds[] = {{"host", "ssh"},
                               {"principal", "ssh"},
                               {"rekey", "ssh"},
                               {"cert-not-before", "ssh"},
                               {"cert-not-after", "ssh"}};
    for (const Pair& pair : kNeeds) {
        if (given(pair.one) && !given(pair.other)) {
            return needs_flag(pair.one, pair.other);
        }
    }
    return ok();
}

/// Durations as Go writes them, moments in RFC 3339: what the server reads them as.
Result<std::string> certificate_time(const cli::Args& args, std::string_view flag) {
    const std::string text = args.get(flag);
    const auto parsed = issuance::parse_time_or_duration(text);
    if (!parsed) {
        return invalid_flag(flag, text);
    }
    if (parsed->offset) {
        return format_duration(*parsed->offset);
    }
    return parsed->time ? format_rfc3339(*parsed->time) : std::string();
}

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

/// What the flags want, before anybody is asked.
Result<TokenRequest> requested(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(check_purpose(args));
    TokenRequest request{.purpose = purpose_of(args),
                         .subject = args.positional(0),
                         .names = args.list("san"),
                         .ssh = {.host = args.flag("host"), .principals = args.list("principal")}};
    const SysTime now = context.clock.now();
    STEP_ASSIGN(request.not_before, time_flag(args, "not-before", now));
    STEP_ASSIGN(request.not_after, time_flag(args, "not-after", now));
    STEP_ASSIGN(request.ssh.valid_after, certificate_time(args, "cert-not-before"));
    STEP_ASSIGN(request.ssh.valid_before, certificate_time(args, "cert-not-after"));
    STEP_ASSIGN(request.confirmation, confirmation(args));
    STEP_ASSIGN(request.user, template_data(context));
    if (request.user.is_null() && !args.flag("offline")) {
        request.user = json::Object{};
    }
    return request;
}

/// The digest of --fingerprint, or of the root in --root or at its usual place.
Result<std::string> root_digest(const cli::Context& context) {
    const cli::Args& args = context.args;
    if (args.source("fingerprint") > cli::Source::kDefaults) {
        const auto digest = parse_hex(replace_all(args.get("fingerprint"), "-", ""));
        if (!digest || digest->size() != kDigest) {
            return invalid_flag("fingerprint", args.get("fingerprint"));
        }
        if (args.source("root") == cli::Source::kCommandLine) {
            return exclusive("fingerprint", "root");
        }
        return encode_hex(*digest);
    }
    STEP_ASSIGN(const std::vector<Bytes> roots, root_certificates(context));
    return encode_hex(crypto::sha256(roots.front()));
}

Result<std::string> offline_token(cli::Context& context, TokenRequest& request) {
    const cli::Args& args = context.args;
    for (const char* flag : {"set", "set-file"}) {
        if (args.is_set(flag)) {
            return incompatible("offline", flag);
        }
    }
    STEP_ASSIGN(const std::string file, ca_config_file(context));
    if (kind_of(file) != Kind::kNothing) {
        STEP_ASSIGN(const setup::Config config, setup::load_config(file));
        STEP_ASSIGN(const TokenSource source, tokens_of(config));
        return new_token(context, source, request);
    }
    for (const char* needed : {"provisioner", "key"}) {
        if (args.get(needed).empty()) {
            return needs_flag("offline", needed);
        }
    }
    STEP_ASSIGN(const std::string url, require_ca_url(context));
    TokenSource source{.audience = url + "/1.0"};
    STEP_ASSIGN(source.root_digest, root_digest(context));
    return new_token_by_flags(context, source, request);
}

/// Flags that say what a token of ours shall say are of no use to one that a cloud made.
void warn_of_idle_flags(cli::Context& context) {
    for (const char* flag : {"san", "not-before", "not-after", "cnf", "cnf-file", "set", "set-file",
                             "principal", "cert-not-before", "cert-not-after"}) {
        if (context.args.source(flag) == cli::Source::kCommandLine) {
            context.console.err(
                fmt::format("warning: flag '--{}' changes nothing: a token of AWS, GCP "
                            "or Azure says what the cloud put into it\n",
                            flag));
        }
    }
}

Result<std::string> online_token(cli::Context& context, TokenRequest& request) {
    STEP_ASSIGN(const CaAccess access, CaAccess::open(context));
    STEP_ASSIGN(client::CaClient ca, access.connect(context));
    STEP_ASSIGN(const TokenSource source, access.tokens(ca));
    return new_token(context, source, request);
}

/// A token that renews: the certificate itself is the credential, whoever its provisioner is.
Result<std::string> renewal_token(cli::Context& context) {
    const cli::Args& args = context.args;
    for (const char* flag : {"x5c-cert", "x5c-key"}) {
        if (args.get(flag).empty()) {
            return args.missing_flag(flag);
        }
    }
    std::string audience;
    if (args.flag("offline")) {
        STEP_ASSIGN(const std::string file, ca_config_file(context));
        STEP_ASSIGN(const setup::Config config, setup::load_config(file));
        STEP_ASSIGN(const TokenSource source, tokens_of(config));
        audience = source.audience + "/renew";
    } else {
        STEP_ASSIGN(const std::string url, require_ca_url(context));
        audience = url + "/1.0/renew";
    }
    STEP_ASSIGN(const Identity identity,
                read_identity(context, args.get("x5c-cert"), args.get("x5c-key")));
    const std::string name = identity.chain.front().subject.common_name();
    if (const std::string subject = args.positional(0); !subject.empty() && subject != name) {
        return invalid("positional argument <subject> must match the certificate common name");
    }
    return renew_token(context, audience, identity, "");
}

Result<std::string> make_token(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_ASSIGN(TokenRequest request, requested(context));
    if (args.flag("renew") && !args.flag("ssh")) {
        return renewal_token(context);
    }
    STEP_TRY(refuse_foreign_flags(args, kX5c));
    auto token =
        args.flag("offline") ? offline_token(context, request) : online_token(context, request);
    if (token && request.from_cloud) {
        warn_of_idle_flags(context);
    }
    return token;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    STEP_TRY(refuse_foreign_flags(args, kForeign));
    if (args.source("fingerprint") == cli::Source::kCommandLine && !args.flag("offline")) {
        return needs_flag("fingerprint", "offline");
    }
    STEP_ASSIGN(const std::string token, make_token(context));
    if (const std::string file = args.get("output-file"); !file.empty()) {
        STEP_TRY(cli::write_output(context, file, token, 0600, Mode::kExact));
        return 0;
    }
    context.console.out(token + "\n");
    return 0;
}

Flags flags() {
    return join_flags(
        {{{.name = "kid", .value = "kid", .help = "key id of the provisioner"},
          {.name = "san",
           .type = FlagType::kList,
           .value = "name",
           .help = "name the certificate may have"},
          {.name = "principal/n",
           .type = FlagType::kList,
           .value = "name",
           .help = "with --ssh: name the certificate may have"},
          {.name = "ssh", .type = FlagType::kBool, .help = "make a token for SSH certificates"},
          {.name = "host", .type = FlagType::kBool, .help = "with --ssh: of a host"},
          {.name = "cert-not-before",
           .value = "time|duration",
           .help = "with --ssh: start of the certificate"},
          {.name = "cert-not-after",
           .value = "time|duration",
           .help = "with --ssh: end of the certificate"}},
         validity_flags(),
         password_file_flag(),
         provisioner_flags(),
         {{.name = "key", .value = "file", .help = "private key of the provisioner"},
          {.name = "output-file", .value = "file", .help = "where the token goes"},
          {.name = "revoke", .type = FlagType::kBool, .help = "make a token to revoke"},
          {.name = "renew", .type = FlagType::kBool, .help = "make a token to renew"},
          {.name = "rekey", .type = FlagType::kBool, .help = "with --ssh: make a token to rekey"},
          {.name = "x5c-cert", .value = "file", .help = "with --renew: the certificate"},
          {.name = "x5c-key", .value = "file", .help = "with --renew: its key"},
          {.name = "x5c-insecure",
           .type = FlagType::kBool,
           .help = "with --renew: as it is anyway",
           .hidden = true},
          {.name = "cnf", .value = "fingerprint", .help = "bind the token to a request"},
          {.name = "cnf-file", .value = "file", .help = "bind the token to this request"},
          {.name = "fingerprint",
           .value = "fingerprint",
           .help = "with --offline: of the root, instead of --root"}},
         template_data_flags(),
         offline_flags(),
         foreign_flags(kForeign),
         connection_flags(),
         force_flag()});
}

}  // namespace

cli::Command ca_token() {
    return {.path = "ca token",
            .brief = "make a one-time token for a certificate",
            .usage = "<subject>",
            .manual = kManual,
            .flags = flags(),
            .run = run};
}

}  // namespace step::commands
