#include "setup/config.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/support/data.h"
#include "tests/support/temp_folder.h"

namespace step::setup {
namespace {

constexpr std::string_view kMinimal =
    R"({"root":"r","crt":"c","key":"k","address":":443","authority":{"provisioners":[]}})";

/// The minimal file with these members set, as text of one line.
std::string with(std::string_view members) {
    return std::string(kMinimal.substr(0, kMinimal.size() - 1)) + "," + std::string(members) + "}";
}

std::string detail(std::string_view text) {
    const auto config = parse_config(text, "x.json");
    return config ? std::string("ok") : config.error().detail;
}

Code code(std::string_view text) {
    const auto config = parse_config(text, "x.json");
    REQUIRE_FALSE(config);
    return config.error().code;
}

TEST_CASE("a minimal file gets the original's defaults") {
    const auto config = parse_config(kMinimal, "x.json");
    REQUIRE(config);
    CHECK(config->dns_names == std::vector<std::string>{"localhost", "127.0.0.1", "::1"});
    CHECK(config->common_name == "Step Online CA");
    CHECK_FALSE(config->logger);
    CHECK_FALSE(config->db);
    CHECK(config->authority.backdate == std::chrono::minutes(1));
    CHECK(config->tls.min_version == 1.2);
    CHECK(config->tls.max_version == 1.3);
    CHECK(config->tls.cipher_suites ==
          std::vector<std::string>{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                   "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"});
    CHECK(config->tls.cipher_list == "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256");
    CHECK(config->warnings.empty());
}

TEST_CASE("every key we serve is read") {
    const auto config = parse_config(
        R"({"root":["a","b"],"federatedRoots":["f"],"crt":"c","key":"k","address":"127.0.0.1:0",
            "insecureAddress":":80","dnsNames":["x.test"],"logger":{"format":"json","traceHeader":"X-T"},
            "db":{"type":"BADGER","dataSource":"/d","valueDir":"/v","badgerFileLoadingMode":"memorymap"},
            "password":"pw","commonName":"cn","kms":{"type":"softKMS"},"crl":{"enabled":false},
            "tls":{"cipherSuites":["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],"minVersion":1.3,
                   "maxVersion":1.3,"renegotiation":true},
            "authority":{"type":"SoftCAS","deploymentType":"standalone","backdate":"2m","disableIssuedAtCheck":true,
              "claims":{"minTLSCertDuration":"1m"},"template":{"country":"DE","commonName":"x"},
              "provisioners":[{"type":"jwk","name":"n"}]}})",
        "x.json");
    REQUIRE(config);
    CHECK(config->roots == std::vector<std::string>{"a", "b"});
    CHECK(config->federated_roots == std::vector<std::string>{"f"});
    CHECK(config->insecure_address == ":80");
    CHECK(config->logger->format == "json");
    CHECK(config->logger->trace_header == "X-T");
    CHECK(config->db->type == "BADGER");
    CHECK(config->db->data_source == "/d");
    CHECK(config->password == "pw");
    CHECK(config->common_name == "cn");
    CHECK(config->tls.renegotiation);
    CHECK(config->tls.cipher_list == "ECDHE-RSA-AES128-GCM-SHA256");
    CHECK(config->authority.backdate == std::chrono::minutes(2));
    CHECK(config->authority.disable_issued_at_check);
    CHECK(config->authority.subject == x509::Subject{.country = {"DE"}, .common_name = "x"});
    CHECK(json::encode(config->authority.claims) == R"({"minTLSCertDuration":"1m"})");
    CHECK(config->authority.provisioners.size() == 1);
    CHECK(config->warnings ==
          std::vector<std::string>{
              "db.valueDir is not used: everything is kept in db.dataSource",
              "nothing listens on insecureAddress: it serves SCEP and revocation lists only"});
}

TEST_CASE("names match in any case, the last duplicate wins, unknown keys and a tail are ignored") {
    const auto config = parse_config(
        R"({"ROOT":"r","Crt":"c","keY":"k","address":"bad","Address":":1","zzz":[1],
            "_comment":"x","authority":null,"dnsNames":null} trailing)",
        "x.json");
    REQUIRE(config);
    CHECK(config->address == ":1");
    CHECK(config->dns_names.size() == 3);
}

// Messages recorded from step-ca v0.30.2 (golden/cli/cases.json); the place is ours.
TEST_CASE("what the original refuses is refused in its words, with key and place") {
    CHECK(detail("hello") ==
          "error parsing x.json: invalid character 'h' looking for beginning of value (line 1, "
          "column 1)");
    CHECK(detail("null") == "address cannot be empty (x.json: address)");
    CHECK(detail(with(R"("address":"")")) ==
          "address cannot be empty (x.json: address, line 1, column 92)");
    CHECK(detail("{\n \"address\": null}") ==
          "address cannot be empty (x.json: address, line 2, column 13)");
    CHECK(
        detail(with(R"("address":"bogus")")).starts_with("invalid address bogus (x.json: address"));
    CHECK(detail(with(R"("dnsNames":[])")).starts_with("dnsNames cannot be empty ("));
    CHECK(detail(with(R"("root":"")")).starts_with("root cannot be empty ("));
    CHECK(detail(with(R"("root":[""])")).starts_with("root cannot be empty ("));
    CHECK(detail(with(R"("crt":"")")).starts_with("crt cannot be empty ("));
    CHECK(detail(with(R"("key":"")")).starts_with("key cannot be empty ("));
    CHECK(detail(with(R"("logger":{"format":"bogus"})"))
              .starts_with("unsupported logger.format 'bogus' (x.json: logger.format, line 1, "));
    CHECK(detail(with(R"("db":{"type":"bogus","dataSource":"x"})"))
              .starts_with("Error opening database of Type bogus: bogus database not supported ("));
    CHECK(detail(with(R"("db":{"type":"badgerv2"})"))
              .starts_with("Error opening database of Type badgerv2: "));
    CHECK(detail(with(R"("kms":{"type":"bogus"})")).starts_with("unsupported kms type bogus ("));
    CHECK(detail(with(R"("tls":{"minVersion":1.4})"))
              .starts_with("tls minVersion cannot exceed tls maxVersion ("));
    CHECK(detail(with(R"("tls":{"minVersion":1.3,"maxVersion":1.2})"))
              .starts_with("tls minVersion cannot exceed tls maxVersion ("));
    CHECK(detail(with(R"("authority":{"backdate":"-1m"})"))
              .starts_with("authority.backdate cannot be less than 0 ("));
    CHECK(
        detail(with(R"("authority":{"backdate":"1d"})"))
            .starts_with("error parsing x.json: error parsing 1d as duration: time: unknown unit "
                         "\"d\" in duration \"1d\" (x.json: authority.backdate, line 1, column "));
    CHECK(detail(with(R"("authority":{"type":"bogus"})"))
              .starts_with("unsupported cas type bogus ("));
    CHECK(detail(with(R"("crl":{"cacheDuration":"-1h"})"))
              .starts_with("crl.cacheDuration must be greater than or equal to 0 ("));
    CHECK(detail(with(R"("crl":{"cacheDuration":"1h","renewPeriod":"2h"})"))
              .starts_with("crl.cacheDuration must be greater than or equal to crl.renewPeriod ("));
    CHECK(detail(with(R"("metricsAddress":"bogus")")).starts_with("invalid metrics address "));
}

TEST_CASE("a member of the wrong type is refused with its name and place") {
    CHECK(detail(with(R"("crt":7)")) ==
          "error parsing x.json: json: cannot unmarshal number into field crt of type string (line "
          "1, column 88)");
    for (const char* members : {R"("address":[])",
                                R"("root":1)",
                                R"("root":["a",1])",
                                R"("dnsNames":"x")",
                                R"("federatedRoots":[1])",
                                R"("tls":[])",
                                R"("tls":{"minVersion":"1.2"})",
                                R"("logger":"text")",
                                R"("logger":{"format":1})",
                                R"("db":"x")",
                                R"("authority":[])",
                                R"("authority":{"provisioners":{}})",
                                R"("authority":{"provisioners":[1]})",
                                R"("authority":{"provisioners":[{"type":1}]})",
                                R"("authority":{"claims":1})",
                                R"("authority":{"backdate":60})",
                                R"("authority":{"template":{"country":["DE"]}})",
                                R"("commonName":1)",
                                R"("kms":"x")",
                                R"("crl":true)"}) {
        CAPTURE(members);
        CHECK(code(with(members)) == Code::kInvalidArgument);
        CHECK(detail(with(members)).starts_with("error parsing x.json: "));
        CHECK(detail(with(members)).find("line 1, column ") != std::string::npos);
    }
    CHECK(detail("[]") ==
          "error parsing x.json: json: cannot unmarshal array into Go value of type "
          "config.Config (x.json, line 1, column 1)");
}

TEST_CASE("what needs a later capability is refused with key, line and column") {
    struct Case {
        const char* members;
        const char* key;
    };
    for (const auto& [members, key] : std::initializer_list<Case>{
             {R"("ssh":{"hostKey":"h"})", "ssh"},
             {R"("templates":{"ssh":{"user":[{"name":"x"}]}})", "templates"},
             {R"("templates":{"data":{"Step":1}})", "templates"},
             {R"("crl":{"enabled":true})", "crl.enabled"},
             {R"("metricsAddress":":9090")", "metricsAddress"},
             {R"("monitoring":{"type":"newrelic"})", "monitoring"},
             {R"("kms":{"type":"pkcs11"})", "kms.type"},
             {R"("kms":{"uri":"awskms:region=x"})", "kms.uri"},
             {R"("kms":{"type":"softkms","pin":"1"})", "kms.pin"},
             {R"("db":{"type":"mysql","dataSource":"x"})", "db.type"},
             {R"("db":{"type":"PostgreSQL","dataSource":"x"})", "db.type"},
             {R"("db":{"type":"bbolt","dataSource":"x","database":"y"})", "db.database"},
             {R"("db":{"type":"badger","dataSource":"x","badgerFileLoadingMode":"FileIO"})",
              "db.badgerFileLoadingMode"},
             {R"("authority":{"type":"stepcas"})", "authority.type"},
             {R"("authority":{"certificateAuthority":"https://x"})",
              "authority.certificateAuthority"},
             {R"("authority":{"certificateIssuer":{"type":"jwk"}})", "authority.certificateIssuer"},
             {R"("authority":{"enableAdmin":true})", "authority.enableAdmin"},
             {R"("authority":{"authorityId":"x"})", "authority.authorityId"},
             {R"("authority":{"deploymentType":"linked"})", "authority.deploymentType"},
             {R"("authority":{"disableGetSSHHosts":true})", "authority.disableGetSSHHosts"},
             {R"("authority":{"provisioners":[{"type":"JWK"},{"type":"oidc","name":"a"}]})",
              "authority.provisioners[1].type"},
             {R"("tls":{"maxVersion":1.1,"minVersion":1.0})", "tls.maxVersion"}}) {
        CAPTURE(members);
        CHECK(code(with(members)) == Code::kUnsupported);
        CHECK(detail(with(members)).find("supported") != std::string::npos);
        CHECK(detail(with(members)).find("(x.json: " + std::string(key) + ", line 1, column ") !=
              std::string::npos);
    }
}

TEST_CASE("empty values of what we lack ask for nothing and are accepted") {
    CHECK(
        detail(with(
            R"("ssh":{},"templates":{"ssh":{"user":[],"host":null}},"monitoring":{},"kms":{"uri":"softkms:"},)"
            R"("crl":{"enabled":false,"cacheDuration":"24h"},"metricsAddress":"",)"
            R"("authority":{"policy":{"x509":{}},"enableAdmin":false,"config":null,)"
            R"("provisioners":[{"type":"JWK","options":{"x509":{},"ssh":{}}}]})")) == "ok");
}

TEST_CASE("the name policy of the authority is compiled, and a rule that is none has its place") {
    const auto config = parse_config(
        with(R"("authority":{"Policy":{"x509":{"allow":{"dns":["*.a.test"]}},"ssh":{"user":{}}}})"),
        "x.json");
    REQUIRE(config);
    REQUIRE(config->authority.policies.x509 != nullptr);
    CHECK(config->authority.policies.ssh == nullptr);
    CHECK(config->authority.policies.x509->check("", x509::AltNames{.dns = {"x.a.test"}}));
    CHECK_FALSE(config->authority.policies.x509->check("", x509::AltNames{.dns = {"b.test"}}));
    CHECK(
        detail(
            "{\"root\":\"r\",\"crt\":\"c\",\"key\":\"k\",\"address\":\":443\",\n"
            "\"authority\":{\"policy\":{\"x509\":{\"deny\":{\"dns\":[\"a.test\",\n\".b\"]}}}}}") ==
        "cannot parse excluded domain constraint \".b\": domain constraint \".b\" with wildcard "
        "should start with * (x.json: authority.policy.x509.deny.dns[1], line 3, column 1)");
    CHECK(detail(with(R"("authority":{"policy":{"ssh":{"host":{"allow":{"ip":"x"}}}}})"))
              .starts_with("error parsing x.json: json: cannot unmarshal string into field "
                           "authority.policy.ssh.host.allow.ip of type []string (line 1, column "));
}

TEST_CASE("with enableAdmin the policy of the file is not looked at, and a warning says so") {
    const Reading reading = read_config(
        with(R"("authority":{"enableAdmin":true,"policy":{"x509":{"deny":{"dns":["."]}}}})"),
        "x.json");
    CHECK(reading.config.warnings ==
          std::vector<std::string>{
              "authority.policy is ignored with enableAdmin: the database holds the policy"});
    CHECK(reading.config.authority.policies.x509 == nullptr);
}

TEST_CASE("a provisioner of a type nobody knows is left out with a warning") {
    const auto config = parse_config(
        with(
            R"("authority":{"provisioners":[{"type":"Future","name":"f"},{"type":"JWK","name":"j"}]})"),
        "x.json");
    REQUIRE(config);
    CHECK(config->authority.provisioners.size() == 1);
    CHECK(config->warnings ==
          std::vector<std::string>{R"(provisioner "f" is left out: its type "Future" is unknown)"});
}

TEST_CASE("tls versions below 1.2 are raised with a warning, what is no version is refused") {
    const auto config = parse_config(with(R"("tls":{"minVersion":1})"), "x.json");
    REQUIRE(config);
    CHECK(config->tls.min_version == 1.2);
    REQUIRE(config->warnings.size() == 1);
    CHECK(config->warnings[0] ==
          "tls.minVersion 1.0 is raised to 1.2: older versions are not safe");
    CHECK(detail(with(R"("tls":{"maxVersion":1.4})"))
              .starts_with("1.4 is not a version of TLS (x.json: tls.maxVersion, "));
    CHECK(parse_config(with(R"("tls":{"minVersion":0,"maxVersion":0})"), "x.json"));
}

TEST_CASE("cipher suites that OpenSSL lacks are skipped with a warning, none left is refused") {
    const auto config = parse_config(
        with(R"("tls":{"cipherSuites":["BOGUS","TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]})"),
        "x.json");
    REQUIRE(config);
    CHECK(config->tls.cipher_list == "ECDHE-ECDSA-AES256-GCM-SHA384");
    CHECK(config->warnings ==
          std::vector<std::string>{
              "tls.cipherSuites: BOGUS is not a known cipher suite and is skipped"});
    CHECK(detail(with(R"("tls":{"cipherSuites":["BOGUS"]})"))
              .starts_with("tls.cipherSuites leaves no usable cipher suite (x.json: "
                           "tls.cipherSuites, line 1, column "));
}

TEST_CASE("authority.purge is ours: days to keep records of expired certificates, off by default") {
    const auto purge = [](const std::string& value) {
        return R"({"root":"r","crt":"c","key":"k","address":":443","authority":{"purge":)" + value +
               "}}";
    };
    const auto days = [&](const std::string& value) {
        const auto config = parse_config(purge(value), "x.json");
        REQUIRE_MESSAGE(config, value);
        return config->authority.purge.certificates_after_days;
    };
    CHECK(days(R"({"certificatesAfterDays":90})") == 90);
    CHECK(days(R"({"certificatesafterdays":1})") == 1);
    CHECK(days(R"({"certificatesAfterDays":0})") == std::nullopt);
    CHECK(days("{}") == std::nullopt);
    CHECK(days("null") == std::nullopt);
    for (const char* bad : {"-1", "36501", "1.5", "\"90\"", "true"}) {
        CHECK(detail(purge(std::string(R"({"certificatesAfterDays":)") + bad + "}")) != "ok");
    }
    CHECK(detail(purge(R"({"certificateAfterDays":90})"))
              .starts_with("authority.purge has no member certificateAfterDays (x.json: "));
    CHECK(detail(purge("90")) != "ok");
}

TEST_CASE("a malformed insecureAddress is refused although nothing listens there") {
    CHECK(detail(with(R"("insecureAddress":"bogus")"))
              .starts_with("invalid insecure address bogus (x.json: insecureAddress, "));
    CHECK(detail(with(R"("insecureAddress":":8080")")) == "ok");
}

/// The recorded configurations hold capabilities that come later; each is refused by name.
TEST_CASE("recorded configurations load, or name what they wait for") {
    struct Case {
        const char* name;
        const char* waits_for;  ///< "" loads.
    };
    for (const auto& [name, waits_for] :
         std::initializer_list<Case>{{"api-acme", ""},
                                     {"api-admin", "remote provisioner management"},
                                     {"api-core-sign", "a provisioner of type"},
                                     {"api-crl-policy-federation", "disableGetSSHHosts"},
                                     {"api-name-constraints", ""},
                                     {"api-no-db-no-ssh", ""},
                                     {"api-renew-revoke-ssh", "a provisioner of type"},
                                     {"certificates", ""},
                                     {"token", "a provisioner of type"}}) {
        CAPTURE(name);
        const std::string text =
            replace_all(test::data("setup/ca/" + std::string(name) + ".json"), "$PORT", "9443");
        const auto config = parse_config(text, name);
        if (*waits_for == '\0') {
            REQUIRE_MESSAGE(config, config.error().detail);
            CHECK_FALSE(config->authority.provisioners.empty());
            continue;
        }
        REQUIRE_FALSE(config);
        CHECK(config.error().code == Code::kUnsupported);
        CHECK_MESSAGE(config.error().detail.starts_with(waits_for), config.error().detail);
    }
}

TEST_CASE("the file init writes loads without a warning") {
    const auto config = parse_config(test::data("setup/init/standalone/ca.json"), "ca.json");
    REQUIRE(config);
    CHECK(config->warnings.empty());
    CHECK(config->db->data_source == "$STEPPATH/db");
}

TEST_CASE("load_config says which file it could not open") {
    const test::TempFolder folder;
    const auto missing = load_config(folder / "none.json");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Code::kNotFound);
    CHECK(load_config(folder.write("ca.json", std::string(kMinimal))));
}

TEST_CASE("acmeValidation is ours: ranges that names may or must not lead to") {
    const auto config = parse_config(
        with(R"("acmeValidation":{"allow":["127.0.0.0/8"],"deny":["10.0.0.0/8","fd00::/8"]})"),
        "x.json");
    REQUIRE_MESSAGE(config, config.error().detail);
    CHECK(config->acme.filter.allow == std::vector<std::string>{"127.0.0.0/8"});
    CHECK(config->acme.filter.deny.size() == 2);
    CHECK(config->acme.http_port == 80);
    for (const char* wrong :
         {R"("acmeValidation":{"allow":["127.0.0.0/33"]})", R"("acmeValidation":{"deny":["x"]})",
          R"("acmeValidation":{"refuse":[]})", R"("acmeValidation":[])",
          R"("acmeValidation":{"allow":"127.0.0.1"})"}) {
        CAPTURE(wrong);
        CHECK(detail(with(wrong)) != "ok");
    }
}

}  // namespace
}  // namespace step::setup
