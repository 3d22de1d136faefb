#include "app/check.h"

#include <algorithm>

#include <fmt/core.h>

#include "app/check_impl.h"
#include "app/database.h"
#include "app/keys.h"
#include "app/own_tls.h"
#include "base/ip.h"
#include "base/text.h"
#include "crypto/keygen.h"
#include "http/server.h"
#include "issuance/claims.h"
#include "issuance/issue.h"
#include "issuance/rules.h"
#include "jose/jwe.h"
#include "json/decode.h"
#include "provisioner/provisioner.h"
#include "provisioner/set.h"
#include "storage/memory/memory.h"
#include "webhook/secrets.h"

namespace step::app {
namespace {

using Severity = setup::Finding::Severity;

std::string indexed(std::string_view key, std::size_t index) {
    return std::string(key) + "[" + std::to_string(index) + "]";
}

std::string text_of(const Error& error) {
    return error.detail.empty() ? error.cause : error.detail;
}

/// Reads each file by itself, so that one that is missing does not hide the next.
std::vector<x509::Certificate> read_all(std::string_view key, const std::vector<std::string>& files,
                                        Findings& findings) {
    std::vector<x509::Certificate> all;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].empty() && key == "root") {
            continue;  // The reading has said so.
        }
        auto read = read_certificates({files[i]});
        if (!read) {
            findings.error(indexed(key, i), text_of(read.error()),
                           "name a PEM file with certificates that the server may read");
            continue;
        }
        std::move(read->begin(), read->end(), std::back_inserter(all));
    }
    return all;
}

class Checker {
public:
    Checker(const setup::Reading& reading, const KeyPassword& password, const Clock& clock,
            Random& random, std::vector<setup::Finding>& out)
        : reading_(reading),
          config_(reading.config),
          password_(password),
          clock_(clock),
          random_(random),
          findings_(reading.root, out) {}

    void run() {
        check_database();
        read_certificates_and_key();
        const issuance::Claims claims = check_claims();
        check_provisioners(claims);
        check_chain(certificates_, std::chrono::floor<std::chrono::seconds>(clock_.now()),
                    claims.max_tls, findings_);
        check_own_certificate();
        check_address();
        check_modes(config_, findings_);
    }

private:
    void check_database();
    void read_certificates_and_key();
    issuance::Claims check_claims();
    void check_template_files(const provisioner::Provisioner& provisioner, json::Place place);
    void check_provisioners(const issuance::Claims& claims);
    void check_webhooks(const provisioner::Provisioner& provisioner, const json::Value& entry);
    void check_own_certificate();
    void check_address();

    const setup::Reading& reading_;
    const setup::Config& config_;
    const KeyPassword& password_;
    const Clock& clock_;
    Random& random_;
    Findings findings_;
    Certificates certificates_{};
    std::optional<crypto::PrivateKey> key_{};
};

void Checker::check_database() {
    if (!config_.db) {
        findings_.warn("", "there is no db: nothing is on record, and nothing can be revoked",
                       "add a db with type badgerv2 and a dataSource");
        return;
    }
    if (config_.db->data_source.empty()) {
        return;
    }
    const std::string file = database_file(*config_.db);
    if (const Status good = examine_database(*config_.db); !good) {
        findings_.error("db.dataSource", text_of(good.error()));
    }
    if (const auto server = storage::find_server(file)) {
        findings_.warn("db.dataSource", "database " + file + " is in use by " + *server,
                       "reload that one: a second server will not start");
    }
}

void Checker::read_certificates_and_key() {
    if (!config_.certificate.empty()) {
        certificates_.chain = read_all("crt", {config_.certificate}, findings_);
    }
    certificates_.roots = read_all("root", config_.roots, findings_);
    certificates_.federated = read_all("federatedRoots", config_.federated_roots, findings_);
    if (config_.key.empty()) {
        return;
    }
    Result<crypto::PrivateKey> key = read_key(config_.key, config_.password, password_);
    if (key) {
        key_.emplace(*std::move(key));
        return;
    }
    if (key.error().has_reason(kNoPassword)) {
        findings_.warn("key",
                       config_.key + " was not opened: it is encrypted, and there is no password",
                       "check again with --password-file");
        return;
    }
    findings_.error("key", text_of(key.error()),
                    key.error().detail.starts_with("error decrypting")
                        ? "give the right password in --password-file"
                        : "name a PEM file with a private key that the server may read");
}

issuance::Claims Checker::check_claims() {
    std::vector<Error> unreadable;
    const issuance::ClaimsEntry entry =
        issuance::read_claims(config_.authority.claims, "authority.claims", unreadable);
    for (const Error& error : unreadable) {
        findings_.add(Severity::kError, json::place_of(error), error.detail,
                      setup::advice_for(error.detail));
    }
    const issuance::Claims claims = issuance::inherit(entry, {});
    for (const Error& mistake : issuance::find_mistakes(claims)) {
        findings_.error("authority.claims", mistake.detail,
                        "let min, default and max follow in this order");
    }
    return claims;
}

/// Files are opened at the first request: until then nobody would notice.
void Checker::check_template_files(const provisioner::Provisioner& provisioner, json::Place place) {
    if (!provisioner.rules) {
        return;
    }
    for (const auto& source : {provisioner.rules->x509_template, provisioner.rules->ssh_template}) {
        if (source == nullptr) {
            continue;
        }
        if (const auto text = source->current(); !text) {
            findings_.add(Severity::kWarning, place,
                          fmt::format("provisioner {} will answer every request with an error: {}",
                                      quote(provisioner.name), text_of(text.error())),
                          "mend the file, or try it with step ca template render");
        }
    }
}

void Checker::check_provisioners(const issuance::Claims& claims) {
    const provisioner::Inherited inherited{
        .claims = claims,
        .resolve = [this](const std::string& path) { return config_.paths.resolve(path); }};
    provisioner::Identities identities;
    for (const json::Value& entry : config_.authority.provisioners) {
        const provisioner::Made made = provisioner::make_all(entry, inherited);
        const std::string name = quote(made.provisioner.name);
        for (const Error& error : made.unreadable) {
            const json::Place place = json::place_of(error);
            findings_.add(Severity::kError, place.line != 0 ? place : entry.place(), error.detail,
                          setup::advice_for(error.detail));
        }
        for (const std::string& failure : made.failures) {
            findings_.add(Severity::kWarning, entry.place(),
                          fmt::format("provisioner {} will refuse every token: {}", name, failure),
                          "mend or remove it");
        }
        if (!made.unreadable.empty()) {
            continue;
        }
        check_template_files(made.provisioner, entry.place());
        if (const Status added = identities.add(made.provisioner); !added) {
            findings_.add(Severity::kError, entry.place(), added.error().detail,
                          "rename or remove provisioner " + name);
        }
        const std::string& encrypted = made.provisioner.encrypted_key;
        const Status good = encrypted.empty() ? ok() : jose::check_password_jwe(encrypted);
        if (!good) {
            const json::Value* value = entry.find("encryptedKey");
            findings_.add(Severity::kWarning, value != nullptr ? value->place() : entry.place(),
                          "no client can open the encryptedKey of provisioner " + name + ": " +
                              good.error().detail,
                          "make it anew with step ca provisioner update");
        }
        check_webhooks(made.provisioner, entry);
    }
    const json::Value* authority = reading_.root.find("authority");
    if (config_.authority.provisioners.empty() && reading_.status) {
        findings_.warn(authority != nullptr ? "authority.provisioners" : "",
                       "there is no provisioner: nobody can get a certificate",
                       "add one with step ca provisioner add");
    }
}

void Checker::check_webhooks(const provisioner::Provisioner& provisioner,
                             const json::Value& entry) {
    if (provisioner.webhooks.empty() || !provisioner.failure.empty()) {
        return;
    }
    const std::string file = webhook::credentials_beside(config_.file);
    const Result<webhook::CredentialMap> credentials = webhook::load_credentials(file);
    if (!credentials) {
        findings_.add(Severity::kError, entry.place(), credentials.error().detail,
                      "mend the file, or make it anew with step ca provisioner webhook");
        return;
    }
    for (const webhook::Webhook& one : provisioner.webhooks) {
        const auto its = credentials->find(one.id);
        if (its == credentials->end() || its->second.signing_key.empty()) {
            findings_.add(Severity::kWarning, entry.place(),
                          fmt::format("webhook {} of provisioner {} signs with an empty key: its "
                                      "server cannot tell who calls",
                                      quote(one.name), quote(provisioner.name)),
                          "make it anew with step ca provisioner webhook add");
        }
    }
}

void Checker::check_own_certificate() {
    if (certificates_.chain.empty()) {
        return;
    }
    issuance::Authority authority{.chain = certificates_.chain,
                                  .key = *crypto::generate_key(crypto::KeyKind::kEcP256),
                                  .roots = certificates_.roots};
    if (key_) {
        authority.key = *std::move(key_);
        if (const Status fits = issuance::validate(authority); !fits) {
            findings_.error("key", text_of(fits.error()),
                            "name the key of the first certificate in crt");
        }
    }
    const auto database = storage::open_memory();
    const issuance::Issuer issuer(clock_, random_,
                                  std::make_shared<const issuance::Authority>(std::move(authority)),
                                  *database);
    const crypto::PublicKey& key = issuer.authority().key.public_key();
    bool named = false;
    for (std::size_t i = 0; i < config_.dns_names.size(); ++i) {
        const auto made = issuer.issue_own(key, config_.common_name, {config_.dns_names[i]});
        if (!made) {
            named = true;
            findings_.error(indexed("dnsNames", i), text_of(made.error()),
                            "remove this name, or have an issuing certificate that allows it");
        }
    }
    if (named || !reading_.status) {
        return;
    }
    if (const auto tls = make_own_tls(config_, issuer); !tls) {
        findings_.error("dnsNames", text_of(tls.error()));
    }
}

void Checker::check_address() {
    if (!split_host_port(config_.address)) {
        return;  // The reading has said so.
    }
    const Status free = http::Server::probe(config_.address);
    if (free) {
        return;
    }
    if (free.error().has_reason(http::kAddressInUse)) {
        findings_.warn("address", free.error().detail,
                       "fine if it is the server that you are about to reload");
    } else {
        findings_.error("address", text_of(free.error()),
                        "write an address of this machine and a port from 0 to 65535");
    }
}

}  // namespace

std::vector<setup::Finding> check(const setup::Reading& reading, const KeyPassword& password,
                                  const Clock& clock, Random& random) {
    std::vector<setup::Finding> all = reading.findings;
    if (reading.root.as_object() != nullptr) {
        Checker(reading, password, clock, random, all).run();
    }
    std::ranges::stable_sort(all, [](const setup::Finding& a, const setup::Finding& b) {
        return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
    });
    return all;
}

}  // namespace step::app
