// step-load: asks a CA for certificates over several connections at once, with tokens and
// requests made beforehand, so that the time and CPU measured are the server's.
//
//   step-load --url https://localhost:9000 --root root.pem --jwk private.json --issuer admin
//             --count 2000 --connections 16 [--handshake] [--serials FILE] [--until-broken]
//
//   step-load --url … --root … --bodies FILE
//
// sends each line of the file as a sign request.
//
//   step-load --run COMMAND [ARGUMENTS]
//
// runs a command and prints {"ms":wall,"cpu_ms":…,"kb":peak resident}: a small parent, because
// the peak that the kernel reports for a child is never below its parent's at the fork.
//
//   step-load --open-jwk ca.json --password-file FILE --out private.json
//
// writes the first provisioner's private key, decrypted, for the first form.
//
//   step-load --url … --root … --renew --cert leaf.crt --key leaf.key --count …
//
// renews one certificate over and over, by mutual TLS.
//
//   step-load --url … --root … --idle 2000
//
// opens that many connections, one request on each, says {"open":N} and keeps them until its
// standard input ends.
//
// Prints one JSON line: {"issued":N,"failed":N,"seconds":S,"p50_ms":…,"p99_ms":…}. With --serials
// each serial is appended and flushed the moment its certificate has arrived.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include <fmt/core.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/pem.h"
#include "base/system.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "crypto/random.h"
#include "http/client.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"
#include "tally.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace step {
namespace {

struct Options {
    std::string url{}, root{}, jwk{}, issuer = "admin", serials{};
    std::string open_jwk{}, password_file{}, out{}, cert{}, key{}, bodies{};
    std::size_t count = 1000, connections = 16, idle = 0;
    bool handshake = false, until_broken = false, renew = false;
};

std::optional<Options> parse_options(int argc, char** argv) {
    Options options;
    const bench::Flags flags = {.texts = {{"--url", &options.url},
                                          {"--root", &options.root},
                                          {"--jwk", &options.jwk},
                                          {"--issuer", &options.issuer},
                                          {"--serials", &options.serials},
                                          {"--open-jwk", &options.open_jwk},
                                          {"--password-file", &options.password_file},
                                          {"--out", &options.out},
                                          {"--cert", &options.cert},
                                          {"--key", &options.key},
                                          {"--bodies", &options.bodies}},
                                .numbers = {{"--count", &options.count},
                                            {"--connections", &options.connections},
                                            {"--idle", &options.idle}},
                                .switches = {{"--handshake", &options.handshake},
                                             {"--until-broken", &options.until_broken},
                                             {"--renew", &options.renew}}};
    return bench::parse_flags(argc, argv, flags) ? std::optional(options) : std::nullopt;
}

/// The bodies of `count` sign requests, each with a token of its own.
Result<std::vector<std::string>> make_bodies(const Options& options, const jose::Jwk& jwk,
                                             const Clock& clock, Random& random) {
    STEP_ASSIGN(const auto key, crypto::generate_key(crypto::KeyKind::kEcP256));
    STEP_ASSIGN(const Bytes csr,
                x509::make_csr({.subject = x509::to_name({.common_name = "load.test"}),
                                .names = {.dns = {"load.test"}}},
                               key));
    const std::string pem = encode_pem("CERTIFICATE REQUEST", csr);
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count();
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < options.count; ++i) {
        const json::Value claims = json::Object{{"aud", options.url + "/1.0/sign"},
                                                {"exp", std::int64_t{now + 300}},
                                                {"iat", std::int64_t{now}},
                                                {"iss", options.issuer},
                                                {"jti", encode_hex(random.bytes(32))},
                                                {"nbf", std::int64_t{now}},
                                                {"sans", json::Array{"load.test"}},
                                                {"sub", "load.test"}};
        STEP_ASSIGN(const std::string token,
                    jose::sign_jws(json::encode(claims), "ES256",
                                   {{"kid", jwk.kid}, {"typ", "JWT"}}, *jwk.private_key));
        bodies.push_back(json::encode(json::Object{{"csr", pem}, {"ott", token}}));
    }
    return bodies;
}

class Load {
public:
    Load(const Options& options, const Clock& clock, http::TlsContextPtr tls,
         const std::vector<std::string>& bodies)
        : tally(options.serials),
          options_(options),
          clock_(clock),
          tls_(std::move(tls)),
          bodies_(bodies) {}

    void run() {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < options_.connections; ++i) {
            threads.emplace_back([this] { work(); });
        }
    }

    bench::Tally tally;

private:
    void work() {
        auto client = http::Client::make({.tls = tls_});
        for (;;) {
            const std::size_t i = next_++;
            if (i >= bodies_.size() || broken_) {
                return;
            }
            if (options_.handshake) {
                client = http::Client::make({.tls = tls_});
            }
            const auto start = clock_.monotonic();
            const auto answer =
                client->send({.method = "POST",
                              .url = options_.url + (options_.renew ? "/1.0/renew" : "/1.0/sign"),
                              .headers = {{"Content-Type", "application/json"}},
                              .body = bodies_[i],
                              .max_body = 1 << 20});
            const auto taken =
                std::chrono::duration<double, std::milli>(clock_.monotonic() - start);
            note(answer, taken.count());
        }
    }

    void note(const Result<http::Incoming>& answer, double milliseconds) {
        if (!answer || answer->status != 201) {
            tally.failed(answer ? answer->body : answer.error().detail);
            broken_ = options_.until_broken;
            return;
        }
        if (options_.serials.empty()) {
            tally.succeeded(milliseconds, {});
            return;
        }
        const auto body = json::parse(answer->body);
        const json::Value* crt = body ? body->find("crt") : nullptr;
        const bool is_there = crt != nullptr && crt->as_string() != nullptr;
        tally.succeeded(milliseconds, is_there ? *crt->as_string() : "no certificate");
    }

    const Options& options_;
    const Clock& clock_;
    http::TlsContextPtr tls_;
    const std::vector<std::string>& bodies_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> broken_ = false;
};

/// Writes the private key of the first provisioner in a ca.json.
Status open_jwk(const Options& options) {
    STEP_ASSIGN(const Bytes config, read_file(options.open_jwk));
    STEP_ASSIGN(const Bytes password, read_file(options.password_file));
    STEP_ASSIGN(const json::Value root, json::parse(config));
    const json::Value* authority = root.find("authority");
    const json::Value* list = authority != nullptr ? authority->find("provisioners") : nullptr;
    if (list == nullptr || list->as_array() == nullptr || list->as_array()->empty() ||
        list->as_array()->front().find("encryptedKey") == nullptr) {
        return Error{.code = Code::kInvalidArgument, .detail = "no encryptedKey in ca.json"};
    }
    STEP_ASSIGN(const Secret key, jose::decrypt_with_password(
                                      *list->as_array()->front().find("encryptedKey")->as_string(),
                                      trim_right(password)));
    return write_file(options.out, key.view(), 0600);
}

Result<http::TlsContextPtr> make_tls(const Options& options) {
    STEP_ASSIGN(const Bytes root_pem, read_file(options.root));
    STEP_ASSIGN(const auto roots, x509::parse_certificates_pem(root_pem));
    http::ClientTls tls{.roots = {roots.front().der}};
    if (!options.renew) {
        return http::make_client_tls(tls);
    }
    STEP_ASSIGN(const Bytes chain_pem, read_file(options.cert));
    STEP_ASSIGN(const auto chain, x509::parse_certificates_pem(chain_pem));
    for (const auto& certificate : chain) {
        tls.chain.push_back(certificate.der);
    }
    STEP_ASSIGN(const Bytes key_pem, read_file(options.key));
    STEP_ASSIGN(const auto key,
                crypto::parse_private_key(key_pem, [] { return Result<Secret>(Secret()); }));
    tls.key = &key;
    return http::make_client_tls(tls);
}

Status keep_idle(const Options& options, const http::TlsContextPtr& tls) {
    std::vector<std::unique_ptr<http::Client>> clients;
    for (std::size_t i = 0; i < options.idle; ++i) {
        clients.push_back(http::Client::make({.tls = tls}));
        STEP_ASSIGN(const auto answer,
                    clients.back()->send({.url = options.url + "/health", .max_body = 1 << 20}));
        if (answer.status != 200) {
            return Error{.code = Code::kInternal, .detail = "unhealthy"};
        }
    }
    std::printf("{\"open\":%zu}\n", clients.size());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return ok();
}

Status run(const Options& options) {
    if (!options.open_jwk.empty()) {
        return open_jwk(options);
    }
    const SystemClock clock;
    crypto::SystemRandom random;
    STEP_ASSIGN(auto tls, make_tls(options));
    if (options.idle > 0) {
        return keep_idle(options, tls);
    }
    std::vector<std::string> bodies(options.count);
    if (!options.bodies.empty()) {
        STEP_ASSIGN(const Bytes lines, read_file(options.bodies));
        bodies = split(trim_right(lines), '\n');
    } else if (!options.renew) {
        STEP_ASSIGN(const Bytes jwk_text, read_file(options.jwk));
        STEP_ASSIGN(const jose::Jwk jwk, jose::parse_jwk(std::string_view(jwk_text)));
        STEP_ASSIGN(bodies, make_bodies(options, jwk, clock, random));
    }
    Load load(options, clock, std::move(tls), bodies);
    const auto start = clock.monotonic();
    load.run();
    const double seconds = std::chrono::duration<double>(clock.monotonic() - start).count();
    bench::Tally& tally = load.tally;
    tally.explain();
    std::printf(
        "{\"issued\":%zu,\"failed\":%zu,\"seconds\":%.3f,\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n",
        tally.successes(), tally.failures(), seconds, tally.quantile(0.5), tally.quantile(0.99));
    return ok();
}

int run_command(char** argv) {
    const SystemClock clock;
    const auto start = clock.monotonic();
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execvp(argv[0], argv);
        ::_exit(127);
    }
    int status = 0;
    rusage used{};
    ::wait4(pid, &status, 0, &used);
    const auto wall = std::chrono::duration<double, std::milli>(clock.monotonic() - start);
    const auto milliseconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    std::printf("{\"ms\":%.3f,\"cpu_ms\":%.3f,\"kb\":%ld}\n", wall.count(),
                milliseconds(used.ru_utime) + milliseconds(used.ru_stime), used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace
}  // namespace step

int main(int argc, char** argv) {
    if (argc > 2 && std::string_view(argv[1]) == "--run") {
        return step::run_command(argv + 2);
    }
    const auto options = step::parse_options(argc, argv);
    if (!options) {
        std::fputs("step-load: unknown or incomplete argument; see bench/load.cc\n", stderr);
        return 2;
    }
    if (const auto status = step::run(*options); !status) {
        std::fprintf(stderr, "step-load: %s %s\n", status.error().detail.c_str(),
                     status.error().cause.c_str());
        return 1;
    }
    return 0;
}
