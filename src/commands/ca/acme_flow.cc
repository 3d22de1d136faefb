#include "commands/ca/acme_flow.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/files.h"
#include "base/ip.h"
#include "base/text.h"
#include "client/acme/http_answers.h"
#include "client/acme/issue.h"
#include "commands/ca/connect.h"
#include "commands/ca/renewal_daemon.h"
#include "commands/errors.h"
#include "crypto/random.h"
#include "http/tls.h"
#include "x509/system_roots.h"

namespace step::commands {
namespace {

namespace acme = client::acme;
using cli::FlagType;

/// The flags of one way that mean nothing to the other.
constexpr const char *kOfAcme[] = {"standalone", "webroot", "contact", "http-listen"},
                     *kOfTokens[] = {"set", "set-file"};

bool typed(const cli::Args& args, std::string_view flag) {
    return args.declared(flag) && args.source(flag) == cli::Source::kCommandLine;
}

Status check_flags(const cli::Args& args, const AcmeTarget& target) {
    if (args.flag("offline")) {
        return invalid("offline mode and ACME are mutually exclusive");
    }
    if (args.flag("standalone") && !args.get("webroot").empty()) {
        return exclusive("standalone", "webroot");
    }
    for (const char* flag : kOfTokens) {
        if (typed(args, flag)) {
            return invalid(fmt::format("flag '--{}' is not for certificates by ACME", flag));
        }
    }
    if (!target.of_provisioner && typed(args, "provisioner")) {
        return incompatible("acme", "provisioner");
    }
    // Its server refuses them as well, but only after the names were proven.
    if (target.directory.find("letsencrypt") != std::string::npos &&
        (args.is_set("not-before") || args.is_set("not-after"))) {
        return invalid(
            "LetsEncrypt public CA does not support NotBefore/NotAfter attributes for "
            "certificates. Instead, each certificate has a default lifetime of 3 months.");
    }
    return ok();
}

/// --root, or the root of the authority in use; none if there is neither.
Result<std::vector<Bytes>> own_roots(const cli::Context& context) {
    const bool given = !context.args.get("root").empty();
    if (!given && kind_of(join_path(context.steppath, "certs/root_ca.crt")) == Kind::kNothing) {
        return std::vector<Bytes>();
    }
    return root_certificates(context);
}

Result<http::TlsContextPtr> trust(const cli::Context& context, const AcmeTarget& target) {
    STEP_ASSIGN(std::vector<Bytes> roots, own_roots(context));
    if (!target.of_provisioner || roots.empty()) {
        for (x509::Certificate& root : x509::system_roots(context.environment)) {
            roots.push_back(std::move(root.der));
        }
    }
    if (roots.empty()) {
        return context.args.missing_flag("root");
    }
    return http::make_client_tls({.roots = std::move(roots)});
}

Result<acme::Session> open_session(const cli::Context& context, const AcmeTarget& target,
                                   int stop_fd) {
    STEP_ASSIGN(http::Client::Options transport, transport_to(context, target.directory));
    STEP_ASSIGN(transport.tls, trust(context, target));
    auto session = acme::Session::open(target.directory,
                                       {.transport = http::Client::make(std::move(transport)),
                                        .clock = context.clock,
                                        .random = context.random,
                                        .stop_fd = stop_fd});
    return session ? std::move(session)
                   : Result<acme::Session>(
                         explain(std::move(session).error(),
                                 fmt::format("error initializing ACME client with server {}: ",
                                             target.directory)));
}

Status wait(Duration duration) {
    // Beside --standalone there is nothing to clean up: only waiting holds the signals back.
    const RenewalSignals signals;
    return signals.wait(duration) == Wake::kTime ? ok() : Status(invalid("interrupted"));
}

}  // namespace

Flags acme_flags() {
    return {{.name = "acme", .value = "url", .help = "directory of an ACME server to ask instead"},
            {.name = "standalone",
             .type = FlagType::kBool,
             .help = "answer the challenge with a server of our own"},
            {.name = "webroot",
             .value = "dir",
             .help = "answer it with a file below this folder of a web server"},
            {.name = "contact",
             .type = FlagType::kList,
             .value = "email",
             .help = "mail address for the ACME account"},
            {.name = "http-listen",
             .value = "address",
             .help = "where our own server listens",
             .fallback = ":80"}};
}

Status refuse_acme_flags(const cli::Args& args, bool with_url) {
    if (with_url && typed(args, "acme")) {
        return incompatible("acme", "token");
    }
    for (const char* flag : kOfAcme) {
        if (typed(args, flag)) {
            return invalid(fmt::format(
                "flag '--{}' requires the '--acme' flag or a provisioner of type ACME", flag));
        }
    }
    return ok();
}

Result<AcmeNames> acme_names(const x509::AltNames& names, const std::string& subject) {
    if (!names.emails.empty() || !names.uris.empty()) {
        return invalid("Email Address and URI SANs are not supported for ACME flow");
    }
    AcmeNames out;
    const auto add_dns = [&](const std::string& name) {
        const auto same = [&](const std::string& other) { return equal_fold(name, other); };
        if (std::ranges::none_of(out.names.dns, same)) {
            out.names.dns.push_back(name);
        }
    };
    const auto add_ip = [&](const Bytes& address) {
        if (std::ranges::find(out.names.ips, address) == out.names.ips.end()) {
            out.names.ips.push_back(address);
        }
    };
    std::ranges::for_each(names.dns, add_dns);
    std::ranges::for_each(names.ips, add_ip);
    if (const auto address = parse_ip(subject)) {
        add_ip(*address);
    } else if (!subject.empty()) {
        add_dns(subject);
    }
    for (const std::string& name : out.names.dns) {
        if (name.find('*') != std::string::npos) {
            return invalid(
                fmt::format("wildcard dnsnames ({}) require dns validation, which is currently "
                            "not implemented in this client",
                            name));
        }
        out.identifiers.push_back({.type = "dns", .value = name});
    }
    for (const Bytes& address : out.names.ips) {
        out.identifiers.push_back({.type = "ip", .value = format_ip(address)});
    }
    return out.identifiers.empty() ? Result<AcmeNames>(invalid("there is no name to certify"))
                                   : out;
}

Result<std::string> acme_certificate(cli::Context& context, const AcmeTarget& target,
                                     const std::vector<acme::Identifier>& identifiers,
                                     const x509::Csr& csr) {
    const cli::Args& args = context.args;
    STEP_TRY(check_flags(args, target));
    const SysTime now = context.clock.now();
    acme::Wish wish{.identifiers = identifiers, .csr = csr.der, .key = csr.key};
    STEP_ASSIGN(wish.not_before, time_flag(args, "not-before", now));
    STEP_ASSIGN(wish.not_after, time_flag(args, "not-after", now));
    // Until the file in it is removed, signals only end what we wait for.
    const std::string webroot = args.get("webroot");
    std::optional<RenewalSignals> held;
    if (!webroot.empty()) {
        held.emplace();
    }
    crypto::SystemRandom random;  // Thread-safe, unlike what a context may bring.
    const auto answers =
        webroot.empty() ? acme::standalone_answers(args.get("http-listen"), context.clock, random)
                        : acme::webroot_answers(webroot);
    STEP_ASSIGN(acme::Session session,
                open_session(context, target, held ? held->pending_fd() : -1));
    const acme::AccountFile file(join_path(context.steppath, "acme"), target.directory,
                                 acme::as_contacts(args.list("contact")));
    acme::Issue issue({.session = session,
                       .answers = *answers,
                       .clock = context.clock,
                       .pause = wait,
                       .tell = [&](std::string_view text) { context.console.err(text); }});
    return issue.run(wish, file);
}

}  // namespace step::commands
