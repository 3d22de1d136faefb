#include <unistd.h>

#include <thread>

#include <fmt/format.h>

#include "base/files.h"
#include "base/pem.h"
#include "base/time.h"
#include "commands/ca/renewal_daemon.h"
#include "commands/certificate/source.h"
#include "commands/commands.h"
#include "commands/errors.h"
#include "commands/key_files.h"
#include "crypto/random.h"
#include "http/folder.h"
#include "http/server.h"

namespace step::commands {
namespace {

constexpr std::string_view kManual =
#include "commands/fileserver.md.inc"
    ;

constexpr std::chrono::seconds kDrain{5};

void log(cli::Context& context, const std::string& line) {
    context.console.err(format_log_time(context.clock.now()) + " " + line + "\n");
}

Status check_flags(const cli::Args& args) {
    constexpr std::pair<const char*, const char*> kTogether[] = {
        {"roots", "cert"}, {"roots", "key"}, {"cert", "key"}, {"key", "cert"}};
    if (args.get("address").empty()) {
        return args.missing_flag("address");
    }
    for (const auto& [flag, other] : kTogether) {
        if (!args.get(flag).empty() && args.get(other).empty()) {
            return needs_flag(flag, other);
        }
    }
    return ok();
}

/// What --cert, --key and --roots say now; none for plain HTTP.
Result<http::TlsContextPtr> read_tls(cli::Context& context) {
    const cli::Args& args = context.args;
    if (args.get("cert").empty()) {
        return http::TlsContextPtr();
    }
    log(context, "reloading TLS configuration");
    http::ServerTls options;
    if (const std::string roots = args.get("roots"); !roots.empty()) {
        STEP_ASSIGN(const Bytes text, read_file(roots));
        STEP_ASSIGN(const auto certificates, parse_bundle(text, roots));
        for (const auto& certificate : certificates) {
            options.client_authorities.push_back(certificate.der);
        }
    }
    STEP_ASSIGN(const Bytes chain, read_file(args.get("cert")));
    STEP_ASSIGN(const auto certificates, parse_bundle(chain, args.get("cert")));
    for (const auto& certificate : certificates) {
        options.chain.push_back(certificate.der);
    }
    STEP_ASSIGN(const crypto::PrivateKey key, read_private_key(context, args.get("key"), {}));
    options.key = &key;
    return http::make_server_tls(options);
}

/// With --roots nobody gets in without a certificate.
http::Handler handler_of(const cli::Args& args, Random& random) {
    http::Handler serve = http::serve_folder(args.positional(0), random);
    if (args.get("roots").empty()) {
        return serve;
    }
    return [serve = std::move(serve)](const http::Request& request) {
        if (request.peer_chain.empty()) {
            return http::Response{.status = 403,
                                  .content_type = "text/plain; charset=utf-8",
                                  .body = "403 a client certificate is required\n"};
        }
        return serve(request);
    };
}

/// Removes the file with our process number at the end.
struct PidFile {
    std::string path{};
    ~PidFile() {
        if (!path.empty()) {
            (void)remove_tree(path);
        }
    }
};

void supervise(cli::Context& context, http::Server& server, const RenewalSignals& signals) {
    for (;;) {
        switch (signals.wait(std::chrono::hours(1))) {
            case Wake::kTime:
                break;
            case Wake::kRenewNow: {
                const auto tls = read_tls(context);
                if (!tls) {
                    log(context, "error reloading server: " + tls.error().detail);
                } else if (*tls) {
                    server.set_tls(*tls);
                    server.retire_connections();
                }
                break;
            }
            case Wake::kStop:
                log(context, "shutting down");
                server.stop();
                return;
        }
    }
}

Result<cli::ExitCode> run(cli::Context& context) {
    constexpr unsigned kPidMode = 0644;
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(1));
    const std::string folder = args.positional(0);
    const Kind kind = kind_of(folder);
    if (kind == Kind::kNothing) {
        return invalid(fmt::format("stat {} failed: no such file or directory", folder));
    }
    if (kind != Kind::kFolder) {
        return invalid("positional argument <dir> must be a directory");
    }
    STEP_TRY(check_flags(args));
    // Before any other thread, so that all of them leave the signals alone.
    const RenewalSignals signals;
    STEP_ASSIGN(const http::TlsContextPtr tls, read_tls(context));

    crypto::SystemRandom random;  // Thread-safe, unlike what a context may bring.
    auto router = std::make_shared<http::Router>();
    router->set_fallback({"GET", "", /*max_body=*/0, handler_of(args, random)});
    const std::string address = args.get("address");
    auto server = http::Server::listen({.address = address, .limits = {.drain = kDrain}}, tls,
                                       std::move(router), context.clock, random);
    if (!server) {
        return invalid(fmt::format("error listening at {}: {}", address, server.error().detail));
    }
    PidFile pid;
    if (const std::string file = args.get("pidfile"); !file.empty()) {
        STEP_TRY(write_file(file, fmt::format("{}\n", ::getpid()), kPidMode));
        pid.path = file;
    }
    log(context, fmt::format("serving {} at {}", tls ? "HTTPS" : "HTTP", (*server)->address()));
    std::thread serving([&] { (*server)->run(); });
    supervise(context, **server, signals);
    serving.join();
    return 0;
}

}  // namespace

cli::Command fileserver() {
    return {.path = "fileserver",
            .brief = "serve a folder over HTTP or HTTPS",
            .usage = "<dir>",
            .manual = kManual,
            .flags = {{.name = "address",
                       .value = "address",
                       .help = "where to listen",
                       .fallback = ":0"},
                      {.name = "cert", .value = "file", .help = "the certificate for HTTPS"},
                      {.name = "key", .value = "file", .help = "its key"},
                      {.name = "roots",
                       .value = "file",
                       .help = "who may vouch for clients, which then need a certificate"},
                      {.name = "pidfile",
                       .value = "file",
                       .help = "write the process number there while serving"}},
            .run = run};
}

}  // namespace step::commands
