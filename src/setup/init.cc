#include "setup/init.h"

#include <cstdio>

#include "base/files.h"
#include "base/hex.h"
#include "base/ip.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/keygen.h"
#include "crypto/pem_key.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "json/write.h"
#include "x509/certificate.h"
#include "x509/draft.h"
#include "x509/verify.h"

namespace step::setup {
namespace {

constexpr std::chrono::hours kLifetime{10 * 365 * 24};

/// Positive and 16 octets long, as RFC 5280 4.1.2.2 wants (at most 20).
Bytes new_serial(Random& random) {
    Bytes serial = random.bytes(16);
    serial[0] = static_cast<char>((static_cast<unsigned char>(serial[0]) & 0x7f) | 0x01);
    return serial;
}

Bytes subject_of(const std::string& name, std::string_view what) {
    return x509::encode_name(
        x509::to_name({.organization = {name}, .common_name = name + std::string(what)}));
}

/// What root and intermediate have in common.
x509::Draft ca_draft(const crypto::PublicKey& key, Bytes subject, unsigned path_length,
                     SysTime now) {
    const SysSeconds begin = std::chrono::floor<std::chrono::seconds>(now);
    x509::Draft draft;
    draft.subject_der = std::move(subject);
    draft.not_before = begin;
    draft.not_after = begin + kLifetime;
    draft.spki = key.spki();
    draft.key_usage = x509::key_usage::kCertSign | x509::key_usage::kCrlSign;
    draft.basic_constraints = x509::BasicConstraints{.ca = true, .path_length = path_length};
    draft.subject_key_id = x509::key_id(key);
    return draft;
}

/// Members in the order and with the empty values that the original writes.
json::Value configuration(const InitOptions& options, const InitPlan& plan,
                          const json::Value& provisioner) {
    json::Array names;
    for (const std::string& name : options.dns) {
        names.emplace_back(name);
    }
    json::Object config{
        {"root", plan.root_certificate},        {"federatedRoots", nullptr},
        {"crt", plan.intermediate_certificate}, {"key", plan.intermediate_key},
        {"address", options.address},           {"insecureAddress", ""},
        {"dnsNames", std::move(names)},         {"logger", json::Object{{"format", "text"}}}};
    if (options.database) {
        config.push_back({"db", json::Object{{"type", "badgerv2"},
                                             {"dataSource", plan.database},
                                             {"badgerFileLoadingMode", ""}}});
    }
    json::Array provisioners{provisioner};
    if (options.acme) {
        provisioners.push_back(acme_provisioner(options.provisioner));
    }
    config.push_back({"authority", json::Object{{"provisioners", std::move(provisioners)}}});
    config.push_back(
        {"tls",
         json::Object{{"cipherSuites", json::Array{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                                   "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"}},
                      {"minVersion", json::Number{"1.2"}},
                      {"maxVersion", json::Number{"1.3"}},
                      {"renegotiation", false}}});
    return config;
}

/// https://<first name>, and the port unless it is 443 or a chart's, where a service in front
/// of the CA listens on 443.
Result<std::string> url_of(const InitOptions& options) {
    if (!options.ca_url.empty()) {
        return options.ca_url;
    }
    const std::optional<HostPort> at = split_host_port(options.address);
    if (!at || at->port.empty()) {
        return Error{Code::kInvalidArgument, options.address + " is not an TCP address"};
    }
    const std::string& host = options.dns.front();
    if (at->port == "443" || options.helm) {
        const bool v6 = host.find(':') != std::string::npos;
        return "https://" + (v6 ? "[" + host + "]" : host);
    }
    return "https://" + join_host_port(host, at->port);
}

void lay_out(InitPlan& plan, const InitOptions& options) {
    const std::string certs = join_path(options.folder, "certs");
    const std::string secrets = join_path(options.folder, "secrets");
    const std::string config = join_path(options.folder, "config");
    plan.folders = {options.folder, certs, secrets, config, join_path(options.folder, "templates")};
    if (options.database && options.configure) {
        plan.database = join_path(options.folder, "db");
        plan.folders.push_back(plan.database);
    }
    if (!options.profile_defaults.empty()) {
        plan.folders.push_back(folder_of(options.profile_defaults));
    }
    plan.root_certificate = join_path(certs, "root_ca.crt");
    plan.root_key = join_path(secrets, "root_ca_key");
    plan.intermediate_certificate = join_path(certs, "intermediate_ca.crt");
    plan.intermediate_key = join_path(secrets, "intermediate_ca_key");
    if (options.configure) {
        plan.defaults = join_path(config, "defaults.json");
        plan.configuration = join_path(config, "ca.json");
    }
}

void add(InitPlan& plan, const std::string& path, Bytes content, unsigned mode,
         Mode treat = Mode::kKeep) {
    plan.files.push_back({path, Secret(std::move(content)), mode, treat});
}

/// Certificates and keys.
void add_authorities(InitPlan& plan, const InitOptions& options, const NewAuthority& root,
                     const NewAuthority& intermediate, const Secret& password, Random& random) {
    const std::vector<Bytes>& chain = options.issuer_chain;
    const Bytes& anchor = chain.empty() ? root.certificate : chain.back();
    plan.root_fingerprint = encode_hex(crypto::sha256(anchor));
    add(plan, plan.root_certificate, x509::encode_certificate_pem(anchor), 0600);
    if (chain.empty()) {
        add(plan, plan.root_key, crypto::encrypt_private_key(root.key, password.view(), random),
            0600, Mode::kExact);
    }
    Bytes bundle = x509::encode_certificate_pem(intermediate.certificate);
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        bundle += x509::encode_certificate_pem(chain[i]);
    }
    add(plan, plan.intermediate_certificate, std::move(bundle), 0600);
    add(plan, plan.intermediate_key,
        crypto::encrypt_private_key(intermediate.key, password.view(), random), 0600, Mode::kExact);
}

Status add_configuration(InitPlan& plan, const InitOptions& options, const Secret& password,
                         Random& random) {
    if (options.dns.empty()) {
        return Error{Code::kInvalidArgument, "dns must not be empty"};
    }
    STEP_ASSIGN(plan.ca_url, url_of(options));
    STEP_ASSIGN(plan.provisioner, make_provisioner(options.provisioner, password, random));
    const json::Value defaults = json::Object{{"ca-url", plan.ca_url},
                                              {"ca-config", plan.configuration},
                                              {"fingerprint", plan.root_fingerprint},
                                              {"root", plan.root_certificate}};
    add(plan, plan.defaults, json::encode_indent(defaults, "\t"), 0644);
    add(plan, plan.configuration,
        json::encode_indent(configuration(options, plan, plan.provisioner), "\t"), 0644);
    return ok();
}

Status write_files(const InitPlan& plan, std::vector<std::string>& made) {
    for (const InitPlan::File& file : plan.files) {
        const bool fresh = kind_of(file.path) == Kind::kNothing;
        STEP_TRY(write_file(file.path, file.content.view(), file.mode, file.treat));
        if (fresh) {
            made.push_back(file.path);
        }
    }
    return ok();
}

}  // namespace

Result<NewAuthority> make_root(const std::string& name, SysTime now, Random& random) {
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    const x509::Draft draft =
        ca_draft(key.public_key(), subject_of(name, " Root CA"), /*path_length=*/1, now);
    STEP_ASSIGN(Bytes certificate, x509::sign_draft(draft, new_serial(random), draft.subject_der,
                                                    key, crypto::default_scheme(key.public_key())));
    return NewAuthority{std::move(certificate), std::move(key)};
}

Result<NewAuthority> make_intermediate(const std::string& name, const NewAuthority& root,
                                       SysTime now, Random& random) {
    STEP_ASSIGN(const x509::Certificate parent, x509::parse_certificate(root.certificate));
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    x509::Draft draft =
        ca_draft(key.public_key(), subject_of(name, " Intermediate CA"), /*path_length=*/0, now);
    draft.authority_key_id = parent.subject_key_id.value_or(x509::key_id(root.key.public_key()));
    STEP_ASSIGN(Bytes certificate,
                x509::sign_draft(draft, new_serial(random), parent.subject_der, root.key,
                                 crypto::default_scheme(root.key.public_key())));
    return NewAuthority{std::move(certificate), std::move(key)};
}

Status check_issuer(const std::vector<Bytes>& chain, const NewAuthority& intermediate,
                    SysTime now) {
    std::vector<x509::Certificate> above;
    for (const Bytes& der : chain) {
        STEP_ASSIGN(x509::Certificate certificate, x509::parse_certificate(der));
        above.push_back(std::move(certificate));
    }
    STEP_ASSIGN(const x509::Certificate below, x509::parse_certificate(intermediate.certificate));
    x509::VerifyOptions options{.now = std::chrono::floor<std::chrono::seconds>(now)};
    for (const x509::Certificate& certificate : above) {
        (&certificate == &above.back() ? options.roots : options.intermediates)
            .push_back(&certificate);
    }
    const auto verified = x509::verify_chain(below, options);
    if (!verified) {
        return Error{Code::kInvalidArgument, verified.error().detail};
    }
    if (verified->size() != above.size() + 1) {
        return Error{Code::kInvalidArgument, "the certificates do not form one chain"};
    }
    // verify_chain() takes the intermediate for a leaf, which is not counted in a path length.
    for (std::size_t i = 0; i < above.size(); ++i) {
        const auto& basic = above[i].basic_constraints;
        if (basic && basic->path_length && *basic->path_length < i + 1) {
            return Error{Code::kInvalidArgument,
                         fmt::format("the path length of '{}' is {}, too short for what is below",
                                     above[i].subject.common_name(), *basic->path_length)};
        }
    }
    // A trust anchor's own end of validity and key usage are nothing to a verifier; here they are.
    const x509::Certificate& anchor = above.back();
    if (anchor.not_after < options.now || anchor.not_before > options.now) {
        return Error{Code::kInvalidArgument,
                     "the root certificate has expired or is not yet valid"};
    }
    if (!anchor.is_ca() ||
        (anchor.key_usage && (*anchor.key_usage & x509::key_usage::kCertSign) == 0)) {
        return Error{Code::kInvalidArgument, "the root certificate may not sign certificates"};
    }
    return ok();
}

Result<json::Value> make_provisioner(const std::string& name, jose::Jwk key, const Secret& password,
                                     Random& random) {
    if (!key.public_key) {
        return Error{Code::kInvalidArgument,
                     "invalid JWK: a symmetric key cannot be used as a provisioner"};
    }
    if (key.kid.empty()) {
        key.kid = jose::thumbprint(*key.public_key);
    }
    if (key.alg.empty()) {
        key.alg = jose::default_algorithm(*key.public_key);
    }
    json::Object entry{{"type", "JWK"}, {"name", name}, {"key", jose::public_jwk(key)}};
    if (key.private_key) {
        const Secret plain(json::encode(jose::private_jwk(key)));
        STEP_ASSIGN(std::string encrypted,
                    jose::encrypt_with_password(plain.view(), password.view(), "jwk+json", random));
        entry.push_back({"encryptedKey", std::move(encrypted)});
    }
    return json::Value(std::move(entry));
}

json::Value acme_provisioner(const std::string& first) {
    return json::Object{{"type", "ACME"}, {"name", first == "acme" ? "acme-1" : "acme"}};
}

Result<json::Value> make_provisioner(const std::string& name, const Secret& password,
                                     Random& random) {
    STEP_ASSIGN(crypto::PrivateKey key, crypto::generate_key(crypto::KeyKind::kEcP256));
    jose::Jwk jwk;
    jwk.use = "sig";
    jwk.public_key = key.public_key();
    jwk.private_key = std::move(key);
    return make_provisioner(name, std::move(jwk), password, random);
}

Result<InitPlan> plan_init(const InitOptions& options, const NewAuthority& root,
                           const NewAuthority& intermediate, const Secret& password,
                           const Secret* provisioner_password, Random& random) {
    InitPlan plan;
    lay_out(plan, options);
    add_authorities(plan, options, root, intermediate, password, random);
    if (!options.profile_defaults.empty() && kind_of(options.profile_defaults) == Kind::kNothing) {
        add(plan, options.profile_defaults, "{}", 0600);
    }
    if (options.configure) {
        STEP_TRY(add_configuration(
            plan, options, provisioner_password != nullptr ? *provisioner_password : password,
            random));
    }
    return plan;
}

Status write_init(const InitPlan& plan) {
    for (const std::string& folder : plan.folders) {
        STEP_TRY(make_folders(folder));
    }
    std::vector<std::string> made;
    Status written = write_files(plan, made);
    if (!written) {
        for (const std::string& path : made) {
            (void)std::remove(path.c_str());
        }
    }
    return written;
}

Result<std::vector<std::string>> split_dns(const std::vector<std::string>& answers) {
    std::vector<std::string> names;
    for (const std::string& answer : answers) {
        for (const std::string& part : split(replace_all(answer, " ", ","), ',')) {
            std::string_view name = trim(part);
            if (name.size() > 2 && name.front() == '[' && name.back() == ']') {
                name = name.substr(1, name.size() - 2);
            }
            if (!name.empty()) {
                names.emplace_back(name);
            }
        }
    }
    if (names.empty()) {
        return Error{Code::kInvalidArgument, "dns must not be empty"};
    }
    return names;
}

}  // namespace step::setup
