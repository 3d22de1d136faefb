// step-churn: clients that sign, renew and revoke until the CA breaks, and then hold it to what it
// had promised. One process outlives many servers; tests drive it by lines on stdin:
//
//   go      work until a connection breaks or a 503 comes. Prints "busy" with the first
//           certificate, "stopped N" (certificates held in all), "full" before it after a 503.
//   check   the server is up again: everything gained since the last check is on record, lost
//           answers are settled, some certificates are revoked, some used tokens tried again.
//   final   the same for everything since the beginning.
//
// check and final print one "LOST: …" line for each broken promise, then "checked N" (promises
// looked at).
//
//   step-churn --url URL --root PEM --jwk FILE --issuer NAME --db step.mdb --connections N
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/core.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/pem.h"
#include "base/system.h"
#include "crypto/keygen.h"
#include "crypto/random.h"
#include "http/client.h"
#include "issuance/ledger.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/parse.h"
#include "json/write.h"
#include "provisioner/used_tokens.h"
#include "revocation/register.h"
#include "storage/lmdb/lmdb.h"
#include "x509/certificate.h"
#include "x509/csr.h"
#include "x509/serial_key.h"

namespace step {
namespace {

struct Options {
    std::string url{}, root{}, jwk{}, issuer = "admin", db{};
    std::size_t connections = 8;
};

/// A certificate that a client has.
struct Held {
    Bytes der{}, serial_key{};
    std::string serial{}, name{};
    bool busy = false;           ///< Some thread renews or revokes it.
    bool revoked = false;        ///< The CA said so.
    bool maybe_revoked = false;  ///< We asked and heard nothing.
};

/// A sign request and the name in it; each name has one token.
struct Asked {
    std::string body{}, name{};
};

class Churn {
public:
    Churn(Options options, jose::Jwk jwk, Bytes root, crypto::PrivateKey key)
        : options_(std::move(options)),
          jwk_(std::move(jwk)),
          root_(std::move(root)),
          key_(std::move(key)),
          plain_(*http::make_client_tls({.roots = {root_}})) {}

    void go() {
        broken_ = full_ = false;
        announced_ = false;
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < options_.connections; ++i) {
                threads.emplace_back([this] { work(); });
            }
        }
        for (Held& held : held_) {
            held.busy = false;
        }
        if (full_) {
            say("full");
        }
        say(fmt::format("stopped {}", held_.size()));
    }

    void check(bool everything) {
        looked_at_ = 0;
        if (everything) {
            checked_ = checked_used_ = 0;
        }
        const std::size_t first = checked_, first_used = checked_used_;
        settle_lost_answers();
        records(first);
        try_again(first_used, everything ? 300 : 4);
        revoke_some(first, everything ? 50 : 2);
        if (everything) {
            count_names();
        }
        checked_ = held_.size();
        checked_used_ = used_.size();
        say(fmt::format("checked {}", looked_at_));
    }

private:
    void say(const std::string& line) {
        const std::scoped_lock lock(out_);
        std::cout << line << std::endl;  // Flushed: a test waits for it.
    }
    void lost(const std::string& what) { say("LOST: " + what); }

    std::size_t pick(std::size_t below) {
        std::uint32_t value = 0;
        const Bytes bytes = random_.bytes(sizeof value);
        for (const char c : bytes) {
            value = value << 8U | static_cast<unsigned char>(c);
        }
        return value % std::max<std::size_t>(below, 1);
    }

    std::string token(const std::string& subject, const std::string& path) {
        const auto now =
            std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
        const json::Value claims = json::Object{{"aud", options_.url + path},
                                                {"exp", std::int64_t{now + 3600}},
                                                {"iat", std::int64_t{now}},
                                                {"iss", options_.issuer},
                                                {"jti", encode_hex(random_.bytes(16))},
                                                {"nbf", std::int64_t{now}},
                                                {"sans", json::Array{subject}},
                                                {"sub", subject}};
        return *jose::sign_jws(json::encode(claims), "ES256", {{"kid", jwk_.kid}, {"typ", "JWT"}},
                               *jwk_.private_key);
    }

    Asked ask() {
        const std::string name = fmt::format("n{}.test", names_.fetch_add(1));
        const Bytes csr = *x509::make_csr(
            {.subject = x509::to_name({.common_name = name}), .names = {.dns = {name}}}, key_);
        return {.body = json::encode(json::Object{{"csr", encode_pem("CERTIFICATE REQUEST", csr)},
                                                  {"ott", token(name, "/1.0/sign")}}),
                .name = name};
    }

    Result<http::Incoming> post(http::Client& client, const std::string& path,
                                const std::string& body) const {
        return client.send({.method = "POST",
                            .url = options_.url + path,
                            .headers = {{"Content-Type", "application/json"}},
                            .body = body,
                            .max_body = 1 << 20});
    }
    Result<http::Incoming> renew(const Bytes& der) const {
        const auto tls = http::make_client_tls({.roots = {root_}, .chain = {der}, .key = &key_});
        const auto client = http::Client::make({.tls = *tls});
        return post(*client, "/1.0/renew", "");
    }
    Result<http::Incoming> revoke(http::Client& client, const std::string& serial) {
        return post(
            client, "/1.0/revoke",
            json::encode(json::Object{
                {"serial", serial}, {"ott", token(serial, "/1.0/revoke")}, {"passive", true}}));
    }

    /// Takes what a 201 brought; a second certificate of one serial number is a broken promise.
    void hold(const http::Incoming& answer, const std::string& name) {
        const auto body = json::parse(answer.body);
        const auto chain = x509::parse_certificates_pem(*body->find("crt")->as_string());
        Held held{.der = chain->front().der,
                  .serial_key = x509::serial_key(chain->front().serial),
                  .serial = chain->front().serial_text(),
                  .name = name};
        const std::scoped_lock lock(mutex_);
        if (!serials_.insert(held.serial).second) {
            lost("serial number " + held.serial + " was given twice");
        }
        held_.push_back(std::move(held));
        if (!announced_) {
            announced_ = true;
            say("busy");
        }
    }

    /// True if the thread goes on.
    bool goes_on(const Result<http::Incoming>& answer) {
        if (!answer) {
            broken_ = true;
        } else if (answer->status == 503) {
            full_ = broken_ = true;
        }
        return !broken_;
    }

    void work() {
        const auto client = http::Client::make({.tls = plain_});
        while (!broken_) {
            const std::size_t kind = pick(10);
            if (kind < 6) {
                sign_one(*client);
            } else if (const std::optional<std::size_t> index = borrow()) {
                kind < 9 ? renew_one(*index) : revoke_one(*client, *index);
            }
        }
    }

    void sign_one(http::Client& client) {
        Asked asked = ask();
        const auto answer = post(client, "/1.0/sign", asked.body);
        (void)goes_on(answer);
        if (answer && answer->status == 201) {
            hold(*answer, asked.name);
            const std::scoped_lock lock(mutex_);
            used_.push_back(std::move(asked));
        } else {
            const std::scoped_lock lock(mutex_);
            unsure_.push_back(std::move(asked));
            note(answer, "sign");
        }
    }

    void note(const Result<http::Incoming>& answer, const char* what) {
        if (answer && answer->status != 503) {
            lost(fmt::format("{} was answered with {} {}", what, answer->status, answer->body));
        }
    }

    /// Some good certificate that no other thread is busy with.
    std::optional<std::size_t> borrow() {
        const std::scoped_lock lock(mutex_);
        for (int i = 0; i < 8 && !held_.empty(); ++i) {
            const std::size_t index = pick(held_.size());
            Held& held = held_[index];
            if (!held.busy && !held.revoked && !held.maybe_revoked) {
                held.busy = true;
                return index;
            }
        }
        return std::nullopt;
    }

    void renew_one(std::size_t index) {
        Held old;
        {
            const std::scoped_lock lock(mutex_);
            old = held_[index];
            ++renewals_[old.name];
        }
        const auto answer = renew(old.der);
        (void)goes_on(answer);
        if (answer && answer->status == 201) {
            hold(*answer, old.name);
        }
        const std::scoped_lock lock(mutex_);
        held_[index].busy = false;
        if (answer && answer->status != 201) {
            note(answer, "renew");
        }
    }

    void revoke_one(http::Client& client, std::size_t index) {
        std::string serial;
        {
            const std::scoped_lock lock(mutex_);
            serial = held_[index].serial;
            held_[index].maybe_revoked = true;
        }
        const auto answer = revoke(client, serial);
        (void)goes_on(answer);
        const std::scoped_lock lock(mutex_);
        held_[index].busy = false;
        held_[index].revoked = answer && answer->status == 200;
        if (answer && answer->status != 200) {
            note(answer, "revoke");
        }
    }

    // The rest runs in one thread, with a server that answers.

    void expect(const Result<http::Incoming>& answer, int status, const std::string& what) {
        ++looked_at_;
        if (!answer || answer->status != status) {
            lost(fmt::format("{}: {}", what,
                             answer ? fmt::format("{} {}", answer->status, answer->body)
                                    : answer.error().detail));
        }
    }

    /// Requests whose answer never came: they happened or they did not, and now they are over.
    void settle_lost_answers() {
        const auto client = http::Client::make({.tls = plain_});
        for (Asked& asked : std::exchange(unsure_, {})) {
            const auto answer = post(*client, "/1.0/sign", asked.body);
            if (answer && answer->status == 201) {
                hold(*answer, asked.name);
            } else {
                expect(answer, 401, "a token whose answer was lost");
            }
            expect(post(*client, "/1.0/sign", asked.body), 401, "the same token once more");
            used_.push_back(std::move(asked));
        }
    }

    void records(std::size_t first) {
        std::vector<std::string> keyspaces = issuance::Ledger::keyspaces();
        for (const std::string& name : revocation::Register::keyspaces()) {
            keyspaces.push_back(name);
        }
        const std::vector<std::string_view> tables(keyspaces.begin(), keyspaces.end());
        const auto database = storage::open_lmdb(options_.db, tables);
        if (!database) {
            lost(database.error().detail);
            return;
        }
        const issuance::Ledger ledger(**database);
        const revocation::Register revocations(**database, revocation::Keeps::kEverything);
        for (std::size_t i = 0; i < held_.size(); ++i) {
            Held& held = held_[i];
            if (i >= first) {
                const auto entry = ledger.find(held.serial_key);
                ++looked_at_;
                if (!entry || !*entry || (*entry)->certificate != held.der) {
                    lost(held.name + ", serial " + held.serial + ", is not on record");
                }
            }
            if (i < first && !held.maybe_revoked) {
                continue;
            }
            const auto revoked = revocations.is_revoked(held.serial_key);
            if (held.revoked && (!revoked || !*revoked)) {
                lost("the revocation of " + held.serial);
            }
            if (held.maybe_revoked && !held.revoked) {
                held.maybe_revoked = held.revoked = revoked && *revoked;
                unheard_.push_back(i);
            }
        }
        for (const std::size_t i : std::exchange(unheard_, {})) {
            const auto answer = renew(held_[i].der);
            ++renewals_[held_[i].name];
            if (held_[i].revoked) {
                expect(answer, 401, "renewal of " + held_[i].serial + ", revoked unheard");
            } else {
                expect(answer, 201, "renewal of " + held_[i].serial + ", not revoked");
            }
        }
    }

    void try_again(std::size_t first, std::size_t count) {
        const auto client = http::Client::make({.tls = plain_});
        for (std::size_t i = 0; i < count && !used_.empty(); ++i) {
            // Half of them of the last round.
            const std::size_t from = i % 2 == 0 && first < used_.size() ? first : 0;
            const Asked& asked = used_[from + pick(used_.size() - from)];
            expect(post(*client, "/1.0/sign", asked.body), 401, "a used token");
        }
    }

    void revoke_some(std::size_t first, std::size_t count) {
        const auto client = http::Client::make({.tls = plain_});
        for (std::size_t i = 0; i < count && !held_.empty(); ++i) {
            const std::size_t from = i % 2 == 0 && first < held_.size() ? first : 0;
            Held& held = held_[from + pick(held_.size() - from)];
            if (!held.revoked) {
                expect(revoke(*client, held.serial), 200, "revocation of " + held.serial);
                held.revoked = true;
            }
            expect(renew(held.der), 401, "renewal of " + held.serial + ", revoked");
        }
    }

    /// One token made one certificate: a name is on record once, and once for each renewal.
    void count_names() {
        const std::vector<std::string> keyspaces = issuance::Ledger::keyspaces();
        const std::vector<std::string_view> tables(keyspaces.begin(), keyspaces.end());
        const auto database = storage::open_lmdb(options_.db, tables);
        if (!database) {
            lost(database.error().detail);
            return;
        }
        const issuance::Ledger ledger(**database);
        std::map<std::string, std::size_t> seen;
        Bytes from;
        do {
            const auto page = ledger.list(from, 1000);
            if (!page) {
                lost("the ledger cannot be read: " + page.error().detail);
                return;
            }
            for (const issuance::Entry& entry : page->entries) {
                ++seen[entry.names.empty() ? "" : entry.names.front()];
            }
            from = page->next;
        } while (!from.empty());
        for (const auto& [name, count] : seen) {
            ++looked_at_;
            const auto renewed = renewals_.find(name);
            if (count > 1 + (renewed == renewals_.end() ? 0 : renewed->second)) {
                lost(fmt::format("{} is on record {} times", name, count));
            }
        }
    }

    const Options options_;
    const jose::Jwk jwk_;
    const Bytes root_;
    const crypto::PrivateKey key_;
    const http::TlsContextPtr plain_;
    SystemClock clock_;
    crypto::SystemRandom random_;
    std::mutex mutex_, out_;
    std::atomic<bool> broken_ = false, full_ = false;
    bool announced_ = false;
    std::vector<Held> held_;
    std::vector<Asked> used_, unsure_;
    std::vector<std::size_t> unheard_;
    std::set<std::string> serials_;
    std::map<std::string, std::size_t> renewals_;  ///< Asked for, by name.
    std::atomic<std::size_t> names_ = 0;
    std::size_t checked_ = 0, checked_used_ = 0, looked_at_ = 0;
};

std::optional<Options> parse_options(int argc, char** argv) {
    Options options;
    const std::map<std::string_view, std::string*> texts = {{"--url", &options.url},
                                                            {"--root", &options.root},
                                                            {"--jwk", &options.jwk},
                                                            {"--issuer", &options.issuer},
                                                            {"--db", &options.db}};
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i], value = argv[i + 1];
        if (const auto text = texts.find(name); text != texts.end()) {
            *text->second = value;
        } else if (name == "--connections") {
            std::from_chars(value.data(), value.data() + value.size(), options.connections);
        } else {
            return std::nullopt;
        }
    }
    return argc % 2 == 1 ? std::optional(options) : std::nullopt;
}

Status run(const Options& options) {
    STEP_ASSIGN(const Bytes root_pem, read_file(options.root));
    STEP_ASSIGN(const auto roots, x509::parse_certificates_pem(root_pem));
    STEP_ASSIGN(const Bytes jwk_text, read_file(options.jwk));
    STEP_ASSIGN(jose::Jwk jwk, jose::parse_jwk(std::string_view(jwk_text)));
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    Churn churn(options, std::move(jwk), roots.front().der, std::move(key));
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "go") {
            churn.go();
        } else {
            churn.check(line == "final");
        }
    }
    return ok();
}

}  // namespace
}  // namespace step

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto options = step::parse_options(argc, argv);
    if (!options) {
        std::fputs("step-churn: unknown or incomplete argument; see churn.cc\n", stderr);
        return 2;
    }
    if (const auto status = step::run(*options); !status) {
        std::fprintf(stderr, "step-churn: %s %s\n", status.error().detail.c_str(),
                     status.error().cause.c_str());
        return 1;
    }
    return 0;
}
