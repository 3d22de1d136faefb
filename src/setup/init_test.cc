#include "setup/init.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/pem_key.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "json/parse.h"
#include "setup/config.h"
#include "tests/support/data.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"
#include "x509/certificate.h"
#include "x509/verify.h"

namespace step::setup {
namespace {

using test::TempFolder;

/// Made once: PBKDF2 and key generation are what costs here.
struct Made {
    test::FakeClock clock;
    test::FakeRandom random;
    NewAuthority root = *make_root("Golden <&> \"CA\"", clock.now(), random);
    NewAuthority intermediate = *make_intermediate("Golden <&> \"CA\"", root, clock.now(), random);
};

InitOptions standalone(const TempFolder& folder) {
    InitOptions options;
    options.dns = {"ca.test"};
    options.address = "127.0.0.1:9443";
    options.provisioner = "admin@test";
    options.folder = folder.path;
    return options;
}

std::string text_of(const InitPlan& plan, const std::string& path) {
    for (const InitPlan::File& file : plan.files) {
        if (file.path == path) {
            return std::string(file.content.view());
        }
    }
    return "";
}

json::Value provisioner_of(const InitPlan& plan) {
    const auto config = parse_config(text_of(plan, plan.configuration), "ca.json");
    REQUIRE_MESSAGE(config, config.error().detail);
    REQUIRE(!config->authority.provisioners.empty());
    return config->authority.provisioners[0];
}

/// Puts the placeholders of the golden files where they stand there.
std::string normalised(const InitPlan& plan, std::string text, const TempFolder& folder) {
    const json::Value provisioner = provisioner_of(plan);
    const json::Value& key = *provisioner.find("key");
    const auto hide = [&text](const json::Value* value, const std::string& placeholder) {
        text = replace_all(text, *value->as_string(), placeholder);
    };
    hide(provisioner.find("encryptedKey"), "<JWE>");
    hide(key.find("kid"), "<b64url43>");
    hide(key.find("x"), "<b64url43>");
    hide(key.find("y"), "<b64url43>");
    text = replace_all(text, plan.root_fingerprint, "<sha256hex>");
    return replace_all(text, folder.path, "$STEPPATH");
}

/// "MODE path" of everything below the folder, sorted, as golden result.json has it.
std::vector<std::string> tree(const TempFolder& folder) {
    std::vector<std::string> lines;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path)) {
        const std::string path = entry.path().string();
        lines.push_back(fmt::format("{:04o} {}{}", test::mode_of(path),
                                    path.substr(folder.path.size() + 1),
                                    entry.is_directory() ? "/" : ""));
    }
    std::sort(lines.begin(), lines.end(),
              [](const std::string& a, const std::string& b) { return a.substr(5) < b.substr(5); });
    return lines;
}

// Recorded from `step ca init` v0.30.3 (golden/init).
TEST_CASE("init writes the tree, the modes and the text that the original writes") {
    Made made;
    const Secret password{Bytes("password")};
    const Secret other{Bytes("other")};
    for (const std::string name :
         {"standalone", "no-db", "with-ca-url", "dns-many-port-443",
          "standalone-provisioner-password", "default-deployment-type", "acme"}) {
        CAPTURE(name);
        const TempFolder folder;
        InitOptions options = standalone(folder);
        options.database = name != "no-db";
        options.acme = name == "acme";
        if (name == "with-ca-url") {
            options.ca_url = "https://ca.example.com:8443";
        }
        if (name == "dns-many-port-443") {
            options.dns = *split_dns({"ca.test,10.0.0.1", "[::1]", "two.test three.test"});
            options.address = ":443";
        }
        const auto plan =
            plan_init(options, made.root, made.intermediate, password,
                      name == "standalone-provisioner-password" ? &other : nullptr, made.random);
        REQUIRE(plan);
        REQUIRE(write_init(*plan));

        const std::string golden = "setup/init/" + name + "/";
        for (const std::string file : {"ca.json", "defaults.json"}) {
            CHECK(normalised(*plan, text_of(*plan, folder / ("config/" + file)), folder) ==
                  test::data(golden + file));
            CHECK(*read_file(folder / ("config/" + file)) ==
                  text_of(*plan, folder / ("config/" + file)));
        }
        const auto result = json::parse(test::data(golden + "result.json"));
        REQUIRE(result);
        std::vector<std::string> want;
        for (const json::Value& line : *result->find("tree")->as_array()) {
            want.push_back(*line.as_string());
        }
        CHECK(tree(folder) == want);
    }
}

TEST_CASE("root and intermediate have the fields of the original's") {
    Made made;
    const auto root = x509::parse_certificate(made.root.certificate);
    const auto intermediate = x509::parse_certificate(made.intermediate.certificate);
    REQUIRE(root);
    REQUIRE(intermediate);
    CHECK(root->subject.text() == R"(CN=Golden \<&\> \"CA\" Root CA,O=Golden \<&\> \"CA\")");
    CHECK(root->subject_der == root->issuer_der);
    CHECK(intermediate->issuer_der == root->subject_der);
    CHECK(intermediate->subject.common_name() == "Golden <&> \"CA\" Intermediate CA");
    CHECK(root->basic_constraints == x509::BasicConstraints{.ca = true, .path_length = 1});
    CHECK(intermediate->basic_constraints == x509::BasicConstraints{.ca = true, .path_length = 0});
    for (const x509::Certificate& certificate : {*root, *intermediate}) {
        CHECK(certificate.key_usage == (x509::key_usage::kCertSign | x509::key_usage::kCrlSign));
        CHECK(certificate.not_after - certificate.not_before == std::chrono::hours(87600));
        CHECK(certificate.not_before == made.clock.now());
        CHECK(certificate.subject_key_id);
        CHECK(certificate.serial.size() <= 16);
        CHECK(certificate.algorithm.scheme == crypto::SignatureScheme::kEcdsaSha256);
    }
    CHECK_FALSE(root->authority_key_id);
    CHECK(intermediate->authority_key_id == root->subject_key_id);
    CHECK(x509::verify_chain(
        *intermediate,
        {.roots = {&*root}, .now = std::chrono::floor<std::chrono::seconds>(made.clock.now())}));
}

TEST_CASE("keys open with their own passwords and fit their certificates") {
    Made made;
    const TempFolder folder;
    const Secret password{Bytes("one")};
    const Secret other{Bytes("two")};
    const auto plan =
        plan_init(standalone(folder), made.root, made.intermediate, password, &other, made.random);
    REQUIRE(plan);
    const auto give = [](const char* text) {
        return [text]() -> Result<Secret> { return Secret(Bytes(text)); };
    };
    const auto key = crypto::parse_private_key(text_of(*plan, plan->intermediate_key), give("one"));
    REQUIRE(key);
    CHECK(key->public_key() == made.intermediate.key.public_key());
    CHECK_FALSE(crypto::parse_private_key(text_of(*plan, plan->root_key), give("two")));
    const auto certificates = x509::parse_certificates_pem(text_of(*plan, plan->root_certificate));
    REQUIRE(certificates);
    CHECK(plan->root_fingerprint == encode_hex(crypto::sha256((*certificates)[0].der)));

    const json::Value provisioner = provisioner_of(*plan);
    const std::string& jwe = *provisioner.find("encryptedKey")->as_string();
    CHECK_FALSE(jose::decrypt_with_password(jwe, "one"));
    const auto plain = jose::decrypt_with_password(jwe, "two");
    REQUIRE(plain);
    const auto jwk = jose::parse_jwk(plain->view());
    REQUIRE(jwk);
    REQUIRE(jwk->private_key);
    CHECK(jwk->kid == *provisioner.find("key")->find("kid")->as_string());
    CHECK(jwk->kid == jose::thumbprint(*jwk->public_key));
}

TEST_CASE("the default URL has the port unless it is 443 and brackets around IPv6") {
    Made made;
    const TempFolder folder;
    const Secret password{Bytes("p")};
    const auto url = [&](const char* name, const char* address) {
        InitOptions options = standalone(folder);
        options.dns = {name};
        options.address = address;
        const auto plan =
            plan_init(options, made.root, made.intermediate, password, nullptr, made.random);
        if (!plan) {
            return plan.error().detail;
        }
        const auto defaults = json::parse(text_of(*plan, plan->defaults));
        return *defaults->find("ca-url")->as_string();
    };
    CHECK(url("::1", ":8443") == "https://[::1]:8443");
    CHECK(url("::1", ":443") == "https://[::1]");
    CHECK(url("a.test", "bogus") == "bogus is not an TCP address");
}

TEST_CASE("a failure while writing removes what was new and keeps what was there") {
    Made made;
    const TempFolder folder;
    const Secret password{Bytes("p")};
    (void)folder.write("certs/root_ca.crt", "old");
    (void)folder.write("config/ca.json/in-the-way", "a folder where a file should go");
    const auto plan =
        plan_init(standalone(folder), made.root, made.intermediate, password, nullptr, made.random);
    REQUIRE(plan);
    CHECK_FALSE(write_init(*plan));
    CHECK(kind_of(folder / "certs/root_ca.crt") == Kind::kFile);
    CHECK(kind_of(folder / "secrets/root_ca_key") == Kind::kNothing);
    CHECK(kind_of(folder / "config/defaults.json") == Kind::kNothing);
}

TEST_CASE("dns answers are split at commas and spaces, brackets are taken off") {
    CHECK(*split_dns({"a.test, b.test", "[::1]", ",,10.0.0.1 "}) ==
          std::vector<std::string>{"a.test", "b.test", "::1", "10.0.0.1"});
    CHECK(split_dns({" , "}).error().detail == "dns must not be empty");
    CHECK_FALSE(split_dns({}));
}

}  // namespace
}  // namespace step::setup
