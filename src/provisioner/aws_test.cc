#include <atomic>
#include <thread>

#include "base/base64.h"
#include "base/hex.h"
#include "crypto/digest.h"
#include "provisioner/aws_document.h"
#include "provisioner/aws_keys.h"
#include "provisioner/cloud_test_world.h"
#include "tests/support/data.h"

using namespace step;
using test::Hostile;
using test::must;

namespace {

std::string hs256(const json::Value& payload, ByteView key, std::string_view algorithm = "HS256",
                  crypto::Hash hash = crypto::Hash::kSha256) {
    const json::Value header(
        json::Object{{.name = "alg", .value = algorithm}, {.name = "typ", .value = "JWT"}});
    const std::string input = jose::encode_base64url(json::encode(header)) + "." +
                              jose::encode_base64url(json::encode(payload));
    return input + "." + jose::encode_base64url(crypto::hmac(hash, key, input));
}

Bytes self_signed(const crypto::PrivateKey& key) {
    return test::make_ca("ec2.amazonaws.com", key.public_key(), "ec2.amazonaws.com", key).der;
}

struct AwsWorld : test::CloudWorld {
    AwsWorld() {
        entry.set("type", "AWS");
        entry.set("name", "My AWS");
        entry.set("accounts", json::Array{"123456789012"});
        entry.set("disableCustomSANs", true);
        entry.set("instanceAge", "1h");
        entry.set("iidRoots",
                  folder.write("roots.pem", encode_pem("CERTIFICATE", self_signed(aws))));
        document.set("accountId", "123456789012");
        document.set("architecture", "x86_64");
        document.set("availabilityZone", "eu-west-1a");
        document.set("billingProducts", json::Value());
        document.set("devpayProductCodes", json::Value());
        document.set("imageId", "ami-1");
        document.set("instanceId", "i-0123456789abcdef0");
        document.set("instanceType", "t3.nano");
        document.set("kernelId", json::Value());
        document.set("marketplaceProductCodes", json::Value());
        document.set("pendingTime", format_rfc3339(SysSeconds(std::chrono::seconds(now(-60)))));
        document.set("privateIp", "10.1.2.3");
        document.set("ramdiskId", json::Value());
        document.set("region", "eu-west-1");
        document.set("version", "2017-09-30");
        claims.set("iss", "ec2.amazonaws.com");
        claims.set("aud", "https://ca.test:9000/1.0/sign#aws/My%20AWS");
        claims.set("sub", "ip-10-1-2-3.eu-west-1.compute.internal");
        claims.set("exp", now(300));
        claims.set("nbf", now());
        claims.set("iat", now());
        claims.set("jti", "whatever");
    }
    Bytes sign(const std::string& text) const {
        return must(aws.sign(crypto::SignatureScheme::kRsaSha256, text));
    }
    json::Value payload(const std::string& text, const Bytes& signature) const {
        json::Value all = claims;
        all.set("amazon", json::Object{{.name = "document", .value = encode_base64(text)},
                                       {.name = "signature", .value = encode_base64(signature)}});
        return all;
    }
    std::string token_for(const std::string& text) const {
        const Bytes signature = sign(text);
        return hs256(payload(text, signature), signature);
    }
    std::string token() const { return token_for(json::encode(document)); }

    const crypto::PrivateKey& aws = test::rsa_key(0, 1024);
    test::TempFolder folder{};
    json::Value document{json::Object{}}, claims{json::Object{}};
};

}  // namespace

TEST_CASE("a document of AWS gives the machine's own names, and nothing else without custom ones") {
    AwsWorld world;
    const auto may = world.permission(world.token());
    CHECK(may.grant.names ==
          std::vector<std::string>{"ip-10-1-2-3.eu-west-1.compute.internal", "10.1.2.3"});
    CHECK(may.grant.name_rule == issuance::NameRule::kSubset);
    CHECK(may.grant.common_names ==
          std::vector<std::string>{"ip-10-1-2-3.eu-west-1.compute.internal"});
    CHECK_FALSE(may.grant.any_common_name);
    CHECK(may.grant.principal == "i-0123456789abcdef0");
    CHECK(may.grant.origin.provisioner.id == "aws/My AWS");
    CHECK(may.grant.origin.provisioner.type == "AWS");
    REQUIRE(may.grant.extension);
    CHECK(may.grant.extension->type == 4);
    CHECK(may.grant.extension->credential_id == "123456789012");
    CHECK(may.grant.extension->key_values ==
          std::vector<std::string>{"InstanceID", "i-0123456789abcdef0"});
    // What the original would remember it by.
    CHECK(may.token_id == encode_hex(crypto::sha256("aws/My AWS.i-0123456789abcdef0")));
}

TEST_CASE("with custom names the request may have any, its common name must be the subject") {
    AwsWorld world;
    world.entry.set("disableCustomSANs", false);
    world.claims.set("sub", "anything.test");
    const auto may = world.permission(world.token());
    CHECK(may.grant.names.empty());
    CHECK(may.grant.name_rule == issuance::NameRule::kAny);
    CHECK(may.grant.common_names == std::vector<std::string>{"anything.test"});
    CHECK(may.grant.subject.common_name == "anything.test");
}

TEST_CASE("without custom names the subject is one of the machine's names") {
    AwsWorld world;
    for (const char* name :
         {"10.1.2.3", "i-0123456789abcdef0", "ip-10-1-2-3.eu-west-1.compute.internal"}) {
        world.claims.set("sub", name);
        CHECK(world.verdict(world.token()).empty());
    }
}

TEST_CASE("claims of AWS tokens: what is missing, of a wrong type or of a wrong value") {
    const Hostile rows[] = {
        {"iss", "xxxxxxxxxx"},    {"aud", "xxxxxxxx.x"},
        {"sub", "xxxxxxxxxx"},    {"exp", "..xxxxxxxx"},
        {"nbf", "...xxxxxxx"},    {"iat", "..xxxxxxxx"},
        {"jti", "..xxxx..x."},    {"sans", "..xx.xxx.x"},
        {"amazon", "xxxxxxxxxx"}, {"amazon.document", "xxxxxxxxxx"},
        {"email", "..xxxx..x."},  {"amazon.signature", "xxxxxxxxxx"},
        {"tid", ".........."},    {"unknown", ".........."},
    };
    AwsWorld world;
    const std::string text = json::encode(world.document);
    const Bytes signature = world.sign(text);
    for (const Hostile& row : rows) {
        for (std::size_t i = 0; i < std::size(test::kMutations); ++i) {
            json::Value payload = world.payload(text, signature);
            test::mutate(payload, row.path, i);
            INFO(row.path << " " << test::kMutations[i]);
            CHECK(world.verdict(hs256(payload, signature)).empty() == (row.outcome[i] == '.'));
        }
    }
}

TEST_CASE("members of signed documents: what is missing, of a wrong type or of a wrong value") {
    const Hostile rows[] = {
        {"accountId", "xxxxxxxxxx"},
        {"instanceId", "xxxxxxx.x."},
        {"privateIp", "xxxxxxxxxx"},
        {"region", "xxxxxxxxxx"},
        {"pendingTime", "xxxxxxxxxx"},
        {"architecture", "..xxxx..x."},
        {"availabilityZone", "..xxxx..x."},
        {"imageId", "..xxxx..x."},
        {"instanceType", "..xxxx..x."},
        {"version", "..xxxx..x."},
        {"marketplaceProductCodes", ".........."},
    };
    AwsWorld world;
    for (const Hostile& row : rows) {
        for (std::size_t i = 0; i < std::size(test::kMutations); ++i) {
            json::Value document = world.document;
            test::mutate(document, row.path, i);
            INFO(row.path << " " << test::kMutations[i]);
            CHECK(world.verdict(world.token_for(json::encode(document))).empty() ==
                  (row.outcome[i] == '.'));
        }
    }
}

TEST_CASE("signatures of AWS: each way to forge one") {
    AwsWorld world;
    const std::string text = json::encode(world.document);
    const Bytes signature = world.sign(text);
    const json::Value payload = world.payload(text, signature);
    const std::string good = hs256(payload, signature);
    CHECK(world.verdict(good).empty());

    SUBCASE("a key that is not the signature in the token") {
        CHECK(!world.verdict(hs256(payload, "foreign")).empty());
        CHECK(!world.verdict(hs256(payload, "")).empty());
        CHECK(!world.verdict(hs256(payload, signature + "x")).empty());
        CHECK(!world.verdict(hs256(payload, encode_base64(signature))).empty());
    }
    SUBCASE("other HMACs than SHA-256 are as good, as in the original") {
        CHECK(world.verdict(hs256(payload, signature, "HS512", crypto::Hash::kSha512)).empty());
        CHECK(world.verdict(hs256(payload, signature, "HS384", crypto::Hash::kSha384)).empty());
        CHECK(!world.verdict(hs256(payload, signature, "HS384")).empty());
        CHECK(!world.verdict(hs256(payload, signature, "hs256")).empty());
        CHECK(!world.verdict(hs256(payload, signature, "HS1")).empty());
    }
    SUBCASE("no HMAC at all") {
        for (const char* algorithm : {"none", "", "RS256", "PS256", "ES256", "EdDSA"}) {
            CHECK(!world.verdict(hs256(payload, signature, algorithm)).empty());
        }
        CHECK(
            !world
                 .verdict(must(jose::sign_jws(json::encode(payload), "RS256", {}, test::rsa_key())))
                 .empty());
        const std::size_t dot = good.rfind('.');
        CHECK(!world.verdict(good.substr(0, dot + 1)).empty());
        CHECK(!world.verdict(good.substr(0, dot)).empty());
    }
    SUBCASE("a document that somebody else signed, or that was changed by one byte") {
        const Bytes foreign =
            must(test::rsa_key(1, 1024).sign(crypto::SignatureScheme::kRsaSha256, text));
        CHECK(world.verdict(hs256(world.payload(text, foreign), foreign))
                  .find("error validating identity document signature") != std::string::npos);
        for (std::size_t i = 0; i < text.size(); i += 7) {
            std::string changed = text;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            CHECK(!world.verdict(hs256(world.payload(changed, signature), signature)).empty());
        }
        CHECK(!world.verdict(hs256(world.payload(text + " ", signature), signature)).empty());
        CHECK(!world.verdict(hs256(world.payload(text, ""), "")).empty());
        for (const std::size_t size : {1UL, 64UL, 127UL}) {
            const Bytes cut = signature.substr(0, size);
            CHECK(!world.verdict(hs256(world.payload(text, cut), cut)).empty());
        }
    }
    SUBCASE("another hash or padding than AWS's") {
        for (const auto scheme :
             {crypto::SignatureScheme::kRsaSha1, crypto::SignatureScheme::kRsaSha512,
              crypto::SignatureScheme::kRsaPssSha256}) {
            const auto other = world.aws.sign(scheme, text);
            if (other) {
                CHECK(!world.verdict(hs256(world.payload(text, *other), *other)).empty());
            }
        }
    }
    SUBCASE("the published keys did not sign it") {
        world.entry.remove("iidRoots");
        world.open();
        CHECK(world.verdict(good).find("invalid aws token signature") != std::string::npos);
    }
    SUBCASE("what is no token at all") {
        for (const char* token : {"", ".", "..", "a.b.c", "{}", "eyJ", "\xff\xfe"}) {
            CHECK(!world.verdict(token).empty());
        }
    }
}

TEST_CASE("an instance may be as old as instanceAge and no second older") {
    AwsWorld world;
    const auto made = [&](std::int64_t ago) {
        world.document.set("pendingTime",
                           format_rfc3339(SysSeconds(std::chrono::seconds(world.now(-ago)))));
        return world.verdict(world.token());
    };
    CHECK(made(3600).empty());
    CHECK(made(3601) == "aws.authorizeToken; aws identity document pendingTime is too old");
    CHECK(made(-86400).empty());
    world.document.set("pendingTime", "0001-01-01T00:00:00Z");
    CHECK(!world.verdict(world.token()).empty());
    world.document.remove("pendingTime");
    CHECK(!world.verdict(world.token()).empty());
    world.entry.set("instanceAge", "0s");
    world.open();
    CHECK(world.verdict(world.token()).empty());
}

TEST_CASE("clocks may differ by a minute") {
    AwsWorld world;
    for (const auto& [name, shift, good] : {std::tuple("exp", -60, true),
                                            {"exp", -61, false},
                                            {"nbf", 60, true},
                                            {"nbf", 61, false},
                                            {"iat", 60, true},
                                            {"iat", 61, false}}) {
        const json::Value before = world.claims;
        world.claims.set(name, world.now(shift));
        INFO(name << " " << shift);
        CHECK(world.verdict(world.token()).empty() == good);
        world.claims = before;
    }
}

TEST_CASE("only the first use of an instance counts, whatever token it comes with") {
    AwsWorld world;
    const auto first = world.permission(world.token()), second = world.permission(world.token());
    CHECK(world.use(first).empty());
    CHECK(world.use(second).starts_with(
        "token already used; instance i-0123456789abcdef0 has enrolled before: renew"));
    world.claims.set("jti", "new");
    CHECK(world.verdict(world.token()).find("step ca renew") != std::string::npos);

    // A new start of the CA, and years, change nothing.
    world.clock.advance(std::chrono::hours(24 * 800));
    world.claims.set("iat", world.now());
    world.claims.set("nbf", world.now());
    world.claims.set("exp", world.now(300));
    world.entry.set("instanceAge", "0s");
    (void)world.database->transact([&](storage::Transaction& transaction) -> Status {
        STEP_TRY(provisioner::forget_expired(transaction, world.clock.now(), 100));
        return ok();
    });
    world.open();
    CHECK(world.verdict(world.token()).starts_with("token already used"));

    world.document.set("instanceId", "i-other");
    CHECK(world.verdict(world.token()).empty());
}

TEST_CASE("of many who use one machine at the same time one wins") {
    AwsWorld world;
    std::vector<provisioner::SignPermission> all;
    for (int i = 0; i < 8; ++i) {
        world.claims.set("jti", std::to_string(i));
        all.push_back(world.permission(world.token()));
    }
    std::atomic<int> won{0};
    std::vector<std::thread> threads;
    for (const auto& may : all) {
        threads.emplace_back([&] { won += world.use(may).empty() ? 1 : 0; });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(won == 1);
}

TEST_CASE("a forged token does not use up the first use") {
    AwsWorld world;
    const std::string text = json::encode(world.document);
    CHECK(!world.verdict(hs256(world.payload(text, "forged"), "forged")).empty());
    CHECK(world.use(world.permission(world.token())).empty());
}

TEST_CASE("without trust on first use each token counts once") {
    AwsWorld world;
    world.entry.set("disableTrustOnFirstUse", true);
    const std::string token = world.token();
    CHECK(world.use(world.permission(token)).empty());
    CHECK(world.verdict(token) == "token already used");
    world.claims.set("jti", "another");
    CHECK(world.use(world.permission(world.token())).empty());
}

TEST_CASE("an entry of AWS is shown as the original shows it, with what is wrong") {
    const auto shown = [](json::Value entry, const std::string& name, json::Value value) {
        entry.set(name, std::move(value));
        const auto made = must(provisioner::make(entry, {}));
        return made.json + " " + made.failure;
    };
    json::Value entry;
    entry.set("type", "AWS");
    entry.set("name", "a");
    CHECK(shown(entry, "accounts", json::Array{"1"}) ==
          R"({"type":"AWS","name":"a","accounts":["1"],"disableCustomSANs":false,)"
          R"("disableTrustOnFirstUse":false,"imdsVersions":["v2","v1"],"instanceAge":"0s"} )");
    CHECK(shown(entry, "iidRoots", "/nonexistent") ==
          R"({"type":"AWS","name":"a","accounts":null,"disableCustomSANs":false,)"
          R"("disableTrustOnFirstUse":false,"imdsVersions":null,"instanceAge":"0s",)"
          R"("iidRoots":"/nonexistent"} error reading /nonexistent: open /nonexistent: )"
          "no such file or directory");
    CHECK(shown(entry, "imdsVersions", json::Array{"v3"})
              .ends_with("v3: not a supported AWS Instance Metadata Service version"));
    CHECK(
        shown(entry, "instanceAge", "-1h").ends_with("provisioner instanceAge cannot be negative"));
    CHECK(shown(entry, "name", "").ends_with("provisioner name cannot be empty"));
    entry.set("instanceAge", "1 day");
    CHECK(!provisioner::make(entry, {}));
}

TEST_CASE("every published certificate can be read, has an RSA key, and says for which regions") {
    const std::vector<std::string> regions = {
        "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
        "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
        "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1",
        "ca-west-1",      "cn-north-1",     "cn-northwest-1", "eu-central-1",   "eu-central-2",
        "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",
        "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",
        "sa-east-1",      "us-east-1",      "us-east-2",      "us-gov-east-1",  "us-gov-west-1",
        "us-west-1",      "us-west-2"};
    const Bytes pem = test::data("../../src/provisioner/aws_certificates.pem");
    const auto certificates = must(x509::parse_certificates_pem(pem));
    CHECK(certificates.size() == 36);
    for (const x509::Certificate& one : certificates) {
        CHECK(must(one.public_key()).kind() == crypto::KeyKind::kRsa);
        CHECK(must(one.public_key()).bits() == 1024);
    }
    const provisioner::AwsKeys keys = must(provisioner::AwsKeys::published());
    CHECK(keys.all().size() == 19);
    std::vector<std::string> listed;
    for (const auto& key : keys.all()) {
        CHECK(!key.regions.empty());
        listed.insert(listed.end(), key.regions.begin(), key.regions.end());
    }
    std::sort(listed.begin(), listed.end());
    CHECK(listed == regions);
}

TEST_CASE("a document that AWS signed in 2022 verifies with the key of its region, and is old") {
    // One that coder/coder publishes in its tests of awsidentity. The certificate of that year has
    // run out; the one in use has the same key.
    AwsWorld world;
    const std::string text = test::data("cloud/aws_document.json");
    const Bytes signature = must(parse_base64(test::data("cloud/aws_signature.txt")));
    const provisioner::AwsKeys keys = must(provisioner::AwsKeys::published());
    for (const char* region : {"us-east-1", "eu-west-1", "cn-north-1", "nowhere", ""}) {
        CHECK(keys.signed_by_any(text, signature, region));
    }
    std::string changed = text;
    changed[changed.find("628783029487")] = '7';
    CHECK(!keys.signed_by_any(changed, signature, "us-east-1"));
    CHECK(!keys.signed_by_any(text + "\n", signature, "us-east-1"));

    world.entry.remove("iidRoots");
    world.entry.set("accounts", json::Array{"628783029487"});
    world.claims.set("sub", "i-076e9b91f7c420782");
    const std::string token = hs256(world.payload(text, signature), signature);
    CHECK(world.verdict(token) ==
          "aws.authorizeToken; aws identity document pendingTime is too old");
    world.entry.remove("instanceAge");
    world.open();
    CHECK(world.verdict(token).empty());
    world.entry.set("accounts", json::Array{"123456789012"});
    world.open();
    CHECK(world.verdict(token) ==
          "aws.authorizeToken; invalid aws identity document - accountId is not valid");
    // Somebody else's certificate instead of AWS's.
    world.entry.set("iidRoots", world.folder / "roots.pem");
    world.open();
    CHECK(world.verdict(token).find("error validating identity document signature") !=
          std::string::npos);
}

TEST_CASE("iidRoots must have a certificate that can be read; one that is not RSA signs nothing") {
    using provisioner::AwsKeys;
    CHECK(AwsKeys::read("").error().detail ==
          "error parsing AWS IID certificate: no certificates found");
    CHECK(!AwsKeys::read(encode_pem("CERTIFICATE", "garbage")));
    const crypto::PrivateKey ec = must(crypto::generate_key(crypto::KeyKind::kEcP256));
    const auto keys = must(AwsKeys::read(
        "# us-test-1, us-test-2\n" + encode_pem("CERTIFICATE", self_signed(ec)) + "# us-test-3\n" +
        encode_pem("CERTIFICATE", self_signed(test::rsa_key(0, 1024)))));
    REQUIRE(keys.all().size() == 1);
    CHECK(keys.all()[0].regions == std::vector<std::string>{"us-test-3"});
}
