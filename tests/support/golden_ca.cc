#include "tests/support/golden_ca.h"

#include "base/hex.h"
#include "base/text.h"
#include "crypto/pem_key.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "json/decode.h"
#include "json/parse.h"
#include "json/write.h"
#include "policy/compile.h"
#include "storage/memory/memory.h"
#include "tests/support/data.h"
#include "tests/support/test_ca.h"

namespace step::test {
namespace {

constexpr const char* kPassword = "password";

/// The one filter: a JWK provisioner whose options ask for nothing.
bool is_ours(const json::Value& entry) {
    const json::Value* type = entry.find("type");
    if (type == nullptr || type->as_string() == nullptr ||
        !provisioner::is_supported_type(*type->as_string())) {
        return false;
    }
    return static_cast<bool>(provisioner::make(entry, {}));
}

}  // namespace

GoldenCa::GoldenCa(const std::string& name, Db db) {
    const std::string folder = "golden/api/ca/" + name + "/";
    const json::Value config = must(json::parse(data(folder + "config/ca.json")));
    const json::Value& settings = *config.find("authority");

    issuance::Authority made{
        .key = must(crypto::parse_private_key(data(folder + "secrets/intermediate_ca_key"), [] {
            return Result<Secret>(Secret(Bytes(kPassword)));
        }))};
    made.chain = must(x509::parse_certificates_pem(data(folder + "certs/intermediate_ca.crt")));
    made.roots = must(x509::parse_certificates_pem(data(folder + "certs/root_ca.crt")));
    REQUIRE(issuance::validate(made));
    if (config.find("federatedRoots") != nullptr) {
        // Which one it was is not recorded.
        made.federated_roots = must(
            x509::parse_certificates_pem(data("golden/api/ca/name-constraints/certs/root_ca.crt")));
    }
    if (const json::Value* rules = settings.find("policy")) {
        const policy::Entry entry = must(policy::parse_entry(*rules, "authority.policy"));
        made.policy = must(policy::compile(entry, "authority.policy")).x509;
    }
    clock.time = SysTime(made.chain.front().not_before + std::chrono::hours(24));
    authority = std::make_shared<const issuance::Authority>(std::move(made));

    database = db == Db::kMemory ? storage::open_memory()
                                 : storage::open_memory({provisioner::kUsedTokens});
    issuer = std::make_unique<issuance::Issuer>(clock, random, authority, *database);
    ledger = std::make_unique<issuance::Ledger>(*database);
    revocations = std::make_unique<revocation::Register>(
        *database,
        db == Db::kMemory ? revocation::Keeps::kEverything : revocation::Keeps::kNothing);

    std::vector<provisioner::Provisioner> made_provisioners;
    for (const json::Value& entry : *settings.find("provisioners")->as_array()) {
        if (!is_ours(entry)) {
            continue;
        }
        made_provisioners.push_back(must(provisioner::make(entry, {})));
        const provisioner::Provisioner& one = made_provisioners.back();
        if (!one.encrypted_key.empty() && !token_key) {
            const Secret text = must(jose::decrypt_with_password(one.encrypted_key, kPassword));
            jose::Jwk key = must(jose::parse_jwk(text.view()));
            REQUIRE(key.private_key);
            token_key = std::make_shared<const crypto::PrivateKey>(*std::move(key.private_key));
            key_id = one.key_id;
        }
    }
    std::vector<std::string> dns_names;
    for (const json::Value& dns_name : *config.find("dnsNames")->as_array()) {
        dns_names.push_back(*dns_name.as_string());
    }
    provisioners =
        std::make_unique<provisioner::ProvisionerSet>(must(provisioner::ProvisionerSet::open(
            std::move(made_provisioners),
            {.dns_names = dns_names, .started = clock.time - std::chrono::hours(1)}, clock,
            *database)));
    api::TlsOptions tls;
    must(json::Fields(*config.find("tls"), "tls").get("minVersion", tls.min_version).status());
    api::mount(router, {.clock = clock,
                        .issuer = *issuer,
                        .ledger = *ledger,
                        .revocations = *revocations,
                        .provisioners = *provisioners,
                        .tls = std::move(tls),
                        .version = "0.30.2"});
}

http::Response GoldenCa::ask(http::Request request) const {
    const std::size_t mark = request.path.find('?');
    if (mark != std::string::npos) {
        request.query = request.path.substr(mark + 1);
        request.path.resize(mark);
    }
    http::Router::Match match = router.find(request.method, request.path);
    request.captures = std::move(match.captures);
    http::Response response = match.route != nullptr  ? match.route->handler(request)
                              : match.allowed.empty() ? http::not_found()
                                                      : http::method_not_allowed(match.allowed);
    if (request.method == "HEAD") {
        response.body.clear();
    }
    return response;
}

std::string GoldenCa::sign_token(const json::Value& header, const json::Value& payload) const {
    return sign_token(header, payload, *token_key);
}

std::string GoldenCa::sign_token(const json::Value& header, const json::Value& payload,
                                 const crypto::PrivateKey& key) {
    json::Object rest;
    for (const json::Member& member : *header.as_object()) {
        if (member.name != "alg") {
            rest.push_back(member);
        }
    }
    return must(jose::sign_jws(json::encode(payload), "ES256", std::move(rest), key));
}

x509::Certificate GoldenCa::make_leaf(const std::string& provisioner, const std::string& name,
                                      const std::string& not_before,
                                      const std::string& not_after) const {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock.time).time_since_epoch().count();
    crypto::PrivateKey key = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    json::Value header, payload, body;
    header.set("kid", key_id);
    payload.set("iss", provisioner);
    payload.set("sub", name);
    payload.set("aud", "https://localhost/1.0/sign");
    payload.set("exp", static_cast<std::int64_t>(now + 300));
    payload.set("jti", encode_hex(random.bytes(16)));
    const std::string pem =
        encode_pem("CERTIFICATE REQUEST", make_request(name, {.dns = {name}}, key).der);
    body.set("csr", pem);
    body.set("ott", sign_token(header, payload));
    if (!not_before.empty()) {
        body.set("notBefore", not_before);
    }
    if (!not_after.empty()) {
        body.set("notAfter", not_after);
    }
    const http::Response response =
        ask({.method = "POST", .path = "/sign", .body = json::encode(body)});
    REQUIRE_MESSAGE(response.status == 201, response.body);
    const json::Value answer = must(json::parse(response.body));
    x509::Certificate leaf =
        must(x509::parse_certificates_pem(*answer.find("crt")->as_string())).front();
    leaf_keys.emplace(leaf.der, std::make_shared<const crypto::PrivateKey>(std::move(key)));
    return leaf;
}

}  // namespace step::test
