// step-acme-load: whole ACME flows (RFC 8555) over several connections at once, with keys and the
// certificate request made beforehand and http-01 answered from inside.
//
//   step-acme-load --directory URL --root root.pem --http-port N --dns-port N
//                  [--clients 8] [--counts 500,9000,500] [--one-account] [--pending N]
//                  [--orders-only]
//
// The server must use 127.0.0.1:DNS-PORT as its resolver and HTTP-PORT for http-01. For each number
// of --counts it says {"ready":true}, waits for a line on standard input, runs that many flows and
// prints {"done":N,"failed":N,"seconds":S,"p50_ms":…,"p99_ms":…,"cpu_seconds":own}.
// Accounts, and with --pending that many orders nobody answers for, are made before the first.
// A flow: new-order, authorization, challenge, (authorization until valid,) finalize, (order until
// valid,) certificate. --orders-only: new-order alone. --serials appends what was issued.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <thread>

#include <fmt/core.h>

#include "base/base64.h"
#include "base/files.h"
#include "base/system.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "http/client.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"
#include "responders.h"
#include "tally.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace step::bench {
namespace {

constexpr std::string_view kName = "load.test";
constexpr auto kPollPause = std::chrono::milliseconds(3);
constexpr int kPolls = 2000;

struct Options {
    std::string directory{}, root{}, counts = "100", serials{};
    std::size_t http_port = 0, dns_port = 0, clients = 8, pending = 0;
    bool one_account = false, orders_only = false;
};

std::optional<Options> parse_options(int argc, char** argv) {
    Options options;
    const Flags flags = {.texts = {{"--directory", &options.directory},
                                   {"--root", &options.root},
                                   {"--counts", &options.counts},
                                   {"--serials", &options.serials}},
                         .numbers = {{"--http-port", &options.http_port},
                                     {"--dns-port", &options.dns_port},
                                     {"--clients", &options.clients},
                                     {"--pending", &options.pending}},
                         .switches = {{"--one-account", &options.one_account},
                                      {"--orders-only", &options.orders_only}}};
    return parse_flags(argc, argv, flags) ? std::optional(options) : std::nullopt;
}

std::string text_of(const json::Value& value, std::string_view name) {
    const json::Value* member = value.find(name);
    return member != nullptr && member->as_string() != nullptr ? *member->as_string() : "";
}

std::string header_of(const http::Incoming& answer, std::string_view name) {
    return std::string(http::find_header(answer.headers, name));
}

struct Account {
    crypto::PrivateKey key;
    std::string url{}, thumbprint{};
};

/// What all workers share and nobody changes.
struct World {
    std::string new_nonce{}, new_account{}, new_order{}, finalize_body{};
    http::TlsContextPtr tls{};
    Responders& responders;
};

/// One connection and its nonce.
class Session {
public:
    explicit Session(const World& world)
        : world_(world), client_(http::Client::make({.tls = world.tls})) {}

    Result<http::Incoming> post(const std::string& url, std::string_view payload,
                                const Account& account) {
        for (int attempt = 0;; ++attempt) {
            auto answer = once(url, payload, account);
            if (answer && answer->status == 400 && attempt < 3 &&
                answer->body.find("badNonce") != std::string::npos) {
                continue;
            }
            if (answer && answer->status >= 300) {
                return Error{.code = Code::kInternal,
                             .detail = fmt::format("{} {}: {}", url, answer->status, answer->body)};
            }
            return answer;
        }
    }

private:
    Result<http::Incoming> once(const std::string& url, std::string_view payload,
                                const Account& account) {
        if (nonce_.empty()) {
            STEP_ASSIGN(
                const auto fresh,
                client_->send({.method = "HEAD", .url = world_.new_nonce, .max_body = 1 << 16}));
            nonce_ = header_of(fresh, "Replay-Nonce");
        }
        json::Object header = {{"nonce", std::exchange(nonce_, {})}, {"url", url}};
        if (account.url.empty()) {
            header.push_back({"jwk", jose::public_jwk({.public_key = account.key.public_key()})});
        } else {
            header.push_back({"kid", account.url});
        }
        STEP_ASSIGN(const std::string compact,
                    jose::sign_jws(payload, "ES256", std::move(header), account.key));
        const auto first = compact.find('.'), second = compact.rfind('.');
        std::string body = fmt::format(
            R"({{"protected":"{}","payload":"{}","signature":"{}"}})", compact.substr(0, first),
            compact.substr(first + 1, second - first - 1), compact.substr(second + 1));
        STEP_ASSIGN(auto answer,
                    client_->send({.method = "POST",
                                   .url = url,
                                   .headers = {{"Content-Type", "application/jose+json"}},
                                   .body = std::move(body),
                                   .max_body = 1 << 20,
                                   .timeout = std::chrono::seconds(60)}));
        nonce_ = header_of(answer, "Replay-Nonce");
        return answer;
    }

    const World& world_;
    std::unique_ptr<http::Client> client_;
    std::string nonce_;
};

Result<Account> make_account(const World& world) {
    STEP_ASSIGN(auto key, crypto::generate_key(crypto::KeyKind::kEcP256));
    Account account{.key = std::move(key)};
    account.thumbprint = jose::thumbprint(account.key.public_key());
    Session session(world);
    STEP_ASSIGN(const auto answer,
                session.post(world.new_account, R"({"termsOfServiceAgreed":true})", account));
    account.url = header_of(answer, "Location");
    return account;
}

struct Order {
    std::string url{};
    json::Value document{};
};

Result<Order> new_order(Session& session, const World& world, const Account& account) {
    STEP_ASSIGN(
        const auto answer,
        session.post(world.new_order,
                     fmt::format(R"({{"identifiers":[{{"type":"dns","value":"{}"}}]}})", kName),
                     account));
    STEP_ASSIGN(auto document, json::parse(answer.body));
    return Order{.url = header_of(answer, "Location"), .document = std::move(document)};
}

/// Looks at `url` until its status is "valid"; `status` is what is known of it.
Result<json::Value> await_valid(Session& session, const Account& account, const std::string& url,
                                json::Value document) {
    for (int i = 0; i < kPolls; ++i) {
        const std::string status = text_of(document, "status");
        if (status == "valid") {
            return document;
        }
        if (status == "invalid") {
            return Error{.code = Code::kInternal, .detail = url + " is invalid"};
        }
        std::this_thread::sleep_for(kPollPause);
        STEP_ASSIGN(const auto answer, session.post(url, "", account));
        STEP_ASSIGN(document, json::parse(answer.body));
    }
    return Error{.code = Code::kInternal, .detail = url + " never became valid"};
}

Status authorize(Session& session, const World& world, const Account& account,
                 const std::string& url) {
    STEP_ASSIGN(const auto answer, session.post(url, "", account));
    STEP_ASSIGN(const auto authorization, json::parse(answer.body));
    const json::Value* challenges = authorization.find("challenges");
    if (challenges == nullptr || challenges->as_array() == nullptr) {
        return Error{.code = Code::kInternal, .detail = "no challenges: " + answer.body};
    }
    for (const json::Value& challenge : *challenges->as_array()) {
        if (text_of(challenge, "type") != "http-01") {
            continue;
        }
        const std::string token = text_of(challenge, "token");
        world.responders.put(token, token + "." + account.thumbprint);
        STEP_ASSIGN(const auto told, session.post(text_of(challenge, "url"), "{}", account));
        STEP_ASSIGN(const auto now, json::parse(told.body));
        if (text_of(now, "status") != "valid") {
            STEP_ASSIGN(const auto done, await_valid(session, account, url, json::Value()));
        }
        world.responders.take_away(token);
        return ok();
    }
    return Error{.code = Code::kInternal, .detail = "no http-01: " + answer.body};
}

/// The chain, PEM.
Result<std::string> flow(Session& session, const World& world, const Account& account) {
    STEP_ASSIGN(Order order, new_order(session, world, account));
    const json::Value* urls = order.document.find("authorizations");
    if (urls == nullptr || urls->as_array() == nullptr || urls->as_array()->size() != 1 ||
        urls->as_array()->front().as_string() == nullptr) {
        return Error{.code = Code::kInternal, .detail = "not one authorization"};
    }
    STEP_TRY(authorize(session, world, account, *urls->as_array()->front().as_string()));
    STEP_ASSIGN(const auto told,
                session.post(text_of(order.document, "finalize"), world.finalize_body, account));
    STEP_ASSIGN(json::Value document, json::parse(told.body));
    STEP_ASSIGN(document, await_valid(session, account, order.url, std::move(document)));
    STEP_ASSIGN(auto answer, session.post(text_of(document, "certificate"), "", account));
    return std::move(answer.body);
}

class Load {
public:
    Load(const Options& options, const World& world, const Clock& clock)
        : options_(options), world_(world), clock_(clock), tally_(options.serials) {
        for (std::size_t i = 0; i < options.clients; ++i) {
            sessions_.push_back(std::make_unique<Session>(world));
        }
    }

    Status prepare() {
        for (std::size_t i = 0; i < (options_.one_account ? 1 : options_.clients); ++i) {
            STEP_ASSIGN(auto account, make_account(world_));
            accounts_.push_back(std::move(account));
            for (std::size_t n = 0; n < options_.pending; ++n) {
                STEP_ASSIGN(const auto order, new_order(*sessions_[i], world_, accounts_[i]));
            }
        }
        return ok();
    }

    void run(std::size_t count) {
        left_ = static_cast<std::int64_t>(count);
        tally_.clear();
        const auto start = clock_.monotonic();
        const double cpu = own_cpu();
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < options_.clients; ++i) {
                threads.emplace_back([this, i] { work(i); });
            }
        }
        const double seconds = std::chrono::duration<double>(clock_.monotonic() - start).count();
        tally_.explain();
        std::printf(
            "{\"done\":%zu,\"failed\":%zu,\"seconds\":%.3f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
            "\"cpu_seconds\":%.3f}\n",
            tally_.successes(), tally_.failures(), seconds, tally_.quantile(0.5),
            tally_.quantile(0.99), own_cpu() - cpu);
        std::fflush(stdout);
    }

private:
    void work(std::size_t i) {
        const Account& account = accounts_[options_.one_account ? 0 : i];
        while (left_.fetch_sub(1) > 0) {
            const auto start = clock_.monotonic();
            const auto result = one(*sessions_[i], account);
            const auto taken =
                std::chrono::duration<double, std::milli>(clock_.monotonic() - start);
            note(result, taken.count());
        }
    }

    Result<std::string> one(Session& session, const Account& account) {
        if (!options_.orders_only) {
            return flow(session, world_, account);
        }
        STEP_ASSIGN(const Order order, new_order(session, world_, account));
        return order.url;
    }

    void note(const Result<std::string>& result, double milliseconds) {
        if (result) {
            tally_.succeeded(milliseconds, *result);
        } else {
            tally_.failed(result.error().detail + " " + result.error().cause);
        }
    }

    static double own_cpu() {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        return seconds(used.ru_utime) + seconds(used.ru_stime);
    }

    const Options& options_;
    const World& world_;
    const Clock& clock_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::vector<Account> accounts_;
    std::atomic<std::int64_t> left_ = 0;
    Tally tally_;
};

Result<std::string> make_finalize_body() {
    STEP_ASSIGN(const auto key, crypto::generate_key(crypto::KeyKind::kEcP256));
    STEP_ASSIGN(const Bytes csr, x509::make_csr({.names = {.dns = {std::string(kName)}}}, key));
    return fmt::format(R"({{"csr":"{}"}})", encode_base64(csr, Base64::kRawUrl));
}

bool wait_for_line() {
    for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
        if (c == EOF) {
            return false;
        }
    }
    return true;
}

Status run(const Options& options) {
    const SystemClock clock;
    Responders responders;
    STEP_TRY(responders.start(static_cast<std::uint16_t>(options.http_port),
                              static_cast<std::uint16_t>(options.dns_port)));
    STEP_ASSIGN(const Bytes root_pem, read_file(options.root));
    STEP_ASSIGN(const auto roots, x509::parse_certificates_pem(root_pem));
    STEP_ASSIGN(auto tls, http::make_client_tls({.roots = {roots.front().der}}));
    const auto client = http::Client::make({.tls = tls});
    STEP_ASSIGN(const auto answer, client->send({.url = options.directory, .max_body = 1 << 16}));
    STEP_ASSIGN(const auto directory, json::parse(answer.body));
    STEP_ASSIGN(std::string body, make_finalize_body());
    const World world{.new_nonce = text_of(directory, "newNonce"),
                      .new_account = text_of(directory, "newAccount"),
                      .new_order = text_of(directory, "newOrder"),
                      .finalize_body = std::move(body),
                      .tls = tls,
                      .responders = responders};
    Load load(options, world, clock);
    STEP_TRY(load.prepare());
    for (const std::string& text : split(options.counts, ',')) {
        std::size_t count = 0;
        std::from_chars(text.data(), text.data() + text.size(), count);
        std::puts("{\"ready\":true}");
        std::fflush(stdout);
        if (!wait_for_line()) {
            break;
        }
        load.run(count);
    }
    return ok();
}

}  // namespace
}  // namespace step::bench

int main(int argc, char** argv) {
    const auto options = step::bench::parse_options(argc, argv);
    if (!options) {
        std::fputs("step-acme-load: unknown or incomplete argument; see bench/acme_load.cc\n",
                   stderr);
        return 2;
    }
    if (const auto status = step::bench::run(*options); !status) {
        std::fprintf(stderr, "step-acme-load: %s %s\n", status.error().detail.c_str(),
                     status.error().cause.c_str());
        return 1;
    }
    return 0;
}
