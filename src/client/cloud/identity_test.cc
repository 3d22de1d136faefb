// Paths and headers as the vendors' pages name them; the audience, the payload's members and their
// order as the original's `step ca token` made them beside a metadata service of ours.
#include "client/cloud/identity.h"

#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "json/parse.h"
#include "tests/support/fake_clock.h"

namespace step::client {
namespace {

constexpr const char* kDocument =
    R"({"accountId":"123456789042","instanceId":"i-05e360db6e50b5eda","privateIp":"172.31.65.180",)"
    R"("region":"us-west-2","pendingTime":"2024-01-02T03:00:00Z","kernelId":null})";
constexpr const char* kJwt = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA";
constexpr const char* kAwsHost = "http://169.254.169.254";

std::string at_host(std::string_view method, std::string_view path) {
    return fmt::format("{} {}{}", method, kAwsHost, path);
}

struct Answer {
    int status = 200;
    std::string body{};
};

/// A metadata service: answers what is in `site`, 404 to the rest; hosts that are not up are
/// silent.
struct Metadata final : http::Client {
    std::map<std::string, Answer> site{};  ///< "GET http://host/path"
    std::string down{};                    ///< URLs that begin so get no answer.
    std::vector<http::Outgoing> sent{};

    Result<http::Incoming> send(const http::Outgoing& request) override {
        sent.push_back(request);
        if (!down.empty() && request.url.starts_with(down)) {
            return Error{.code = Code::kUnavailable,
                         .detail = "dial tcp 169.254.169.254:80: i/o timeout"};
        }
        const auto found = site.find(request.method + " " + request.url);
        if (found == site.end()) {
            return http::Incoming{.status = 404, .body = "not \x1b[2J here"};
        }
        if (found->second.body.size() > request.max_body) {
            return Error{.code = Code::kTooLarge, .detail = "body too large"};
        }
        return http::Incoming{.status = found->second.status, .body = found->second.body};
    }
    bool asked(std::string_view method, std::string_view path) const {
        return std::ranges::any_of(sent, [&](const http::Outgoing& request) {
            return request.method == method && request.url.ends_with(path);
        });
    }
};

Metadata aws(const std::string& document = kDocument,
             const std::string& signature = encode_base64(Bytes(128, 's'))) {
    Metadata metadata;
    metadata.site[at_host("PUT", "/latest/api/token")] = {200, "AQAE=="};
    const std::string base = at_host("GET", "/latest/dynamic/instance-identity/");
    metadata.site[base + "document"] = {200, document};
    metadata.site[base + "signature"] = {200, signature};
    return metadata;
}

IdentityRequest aws_request() {
    return {.provisioner = "AWS IID Provisioner",
            .subject = "foo.local",
            .audience = "https://ca.test:9000/1.0/sign"};
}

Result<std::string> token_of(Metadata& metadata, const IdentityRequest& request) {
    const test::FakeClock clock;
    return identity_token(metadata, {}, request, clock.now());
}

std::string detail_of(Metadata metadata, const IdentityRequest& request) {
    const auto token = token_of(metadata, request);
    REQUIRE(!token);
    return token.error().detail;
}

Metadata gcp(const std::string& host, Answer answer) {
    Metadata metadata;
    metadata.site["GET " + host +
                  "/computeMetadata/v1/instance/service-accounts/default/identity?audience=https%3A"
                  "%2F%2Fca.test%3A9000%2F1.0%2Fsign%23gcp%2FGoogle%2520VMs&format=full&licenses="
                  "FALSE"] = std::move(answer);
    return metadata;
}

IdentityRequest gcp_request() {
    return {.cloud = Cloud::kGcp,
            .provisioner = "Google VMs",
            .subject = "foo.local",
            .audience = "https://ca.test:9000/1.0/sign"};
}

Metadata azure(const std::string& environment, const std::string& resource, Answer answer) {
    Metadata metadata;
    metadata.site[at_host(
        "GET", "/metadata/instance/compute/azEnvironment?api-version=2021-02-01&format=text")] = {
        200, environment};
    metadata.site[at_host(
        "GET", "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + resource)] =
        std::move(answer);
    return metadata;
}

}  // namespace

TEST_CASE("an AWS token is the document and its signature, keyed with that signature") {
    Metadata metadata = aws();
    const auto token = token_of(metadata, aws_request());
    REQUIRE_MESSAGE(token, token.error().detail);
    const std::vector<std::string> parts = split(*token, '.');
    REQUIRE(parts.size() == 3);
    CHECK(*parse_base64(parts[0], Base64::kRawUrl) == R"({"alg":"HS256","typ":"JWT"})");
    CHECK(*parse_base64(parts[1], Base64::kRawUrl) ==
          R"({"amazon":{"document":")" + encode_base64(kDocument) + R"(","signature":")" +
              encode_base64(Bytes(128, 's')) +
              R"("},"aud":"https://ca.test:9000/1.0/sign#aws/AWS%20IID%20Provisioner",)"
              R"("exp":1704164945,"iat":1704164645,"iss":"ec2.amazonaws.com",)"
              // sha256("aws/AWS IID Provisioner.i-05e360db6e50b5eda") by sha256sum
              R"("jti":"d9073124facfea3af6577888b3b6f52508664dd8c3941cdacf2e1e2b68e4c029",)"
              R"("nbf":1704164645,"sans":null,"sub":"foo.local"})");
    // HMAC by openssl dgst -mac HMAC
    CHECK(parts[2] == "RJumhrmRyOwXBu9vFo8l5zluNgCPlK1-Qt47KKJfkLs");
}

TEST_CASE("version 2 of the AWS service is asked first, with a short session") {
    Metadata metadata = aws();
    CHECK(token_of(metadata, aws_request()));
    REQUIRE(metadata.sent.size() == 3);
    CHECK(metadata.sent[0].method == "PUT");
    CHECK(http::find_header(metadata.sent[0].headers, "X-aws-ec2-metadata-token-ttl-seconds") ==
          "30");
    for (const std::size_t index : {1U, 2U}) {
        CHECK(http::find_header(metadata.sent[index].headers, "X-aws-ec2-metadata-token") ==
              "AQAE==");
    }
}

TEST_CASE("version 1 is asked only after version 2, and only if the provisioner allows it") {
    Metadata metadata = aws();
    metadata.site.erase(at_host("PUT", "/latest/api/token"));
    CHECK(token_of(metadata, aws_request()));
    CHECK(metadata.sent.back().headers.empty());

    IdentityRequest strict = aws_request();
    strict.imds_versions = {"v2"};
    metadata.sent.clear();
    const auto refused = token_of(metadata, strict);
    REQUIRE(!refused);
    CHECK(refused.error().detail ==
          "error retrieving identity document: request for API token returned non-successful "
          "status code 404");
    CHECK(!metadata.asked("GET", "document"));

    strict.imds_versions = {"v1"};
    metadata.sent.clear();
    CHECK(token_of(metadata, strict));
    CHECK(!metadata.asked("PUT", "token"));

    strict.imds_versions = {"v3"};
    CHECK(token_of(metadata, strict).error().detail ==
          "v3: not a supported AWS Instance Metadata Service version");
}

TEST_CASE("off the cloud the error says where nobody answered, in less than five seconds") {
    Metadata metadata = aws();
    metadata.down = "http://";
    const auto limit = [&] {
        std::chrono::milliseconds sum{};
        for (const http::Outgoing& request : metadata.sent) {
            sum += request.timeout;
        }
        metadata.sent.clear();
        return sum;
    };
    auto refused = token_of(metadata, aws_request());
    REQUIRE(!refused);
    CHECK(refused.error().detail ==
          "error retrieving identity document: no metadata service answered at "
          "http://169.254.169.254; is this a VM on AWS? (dial tcp 169.254.169.254:80: i/o "
          "timeout)");
    CHECK(refused.error().has_reason(kNoMetadataService));
    CHECK(limit() < std::chrono::seconds(5));

    refused = token_of(metadata, gcp_request());
    REQUIRE(!refused);
    CHECK(refused.error().detail ==
          "error doing identity request: no metadata service answered at http://metadata; is this "
          "a VM on GCP? (dial tcp 169.254.169.254:80: i/o timeout)");
    CHECK(limit() < std::chrono::seconds(5));

    refused = token_of(metadata, {.cloud = Cloud::kAzure});
    REQUIRE(!refused);
    CHECK(refused.error().detail ==
          "error getting azure environment: no metadata service answered at "
          "http://169.254.169.254; is this a VM on Azure? (dial tcp 169.254.169.254:80: i/o "
          "timeout)");
    CHECK(limit() < std::chrono::seconds(5));
}

TEST_CASE("an AWS service that answers nonsense gives an error, not a token") {
    const IdentityRequest request = aws_request();
    CHECK(detail_of(aws("[1]"), request) ==
          "error retrieving identity document: error unmarshaling identity document: it is a JSON "
          "array");
    CHECK(detail_of(aws("{"), request) ==
          "error retrieving identity document: error unmarshaling identity document: unexpected "
          "end of JSON input");
    CHECK(detail_of(aws(R"({"instanceId":7})"), request) ==
          "error retrieving identity document: error unmarshaling identity document: instanceId is "
          "a JSON number");
    CHECK(detail_of(aws(R"({"region":"x"})"), request) ==
          "error retrieving identity document: the identity document names no instance");
    CHECK(detail_of(aws(kDocument, "!!"), request)
              .starts_with("error retrieving identity document: error decoding identity document "
                           "signature: "));
    CHECK(!detail_of(aws(kDocument, ""), request).empty());
    CHECK(!detail_of(aws(std::string(1 << 20, ' ')), request).empty());
    // A session token goes into a header: what would end the line must not get there.
    for (const char* session : {"", "a\r\nX-Forwarded-For: b", "a b"}) {
        Metadata metadata = aws();
        metadata.site[at_host("PUT", "/latest/api/token")].body = session;
        IdentityRequest strict = request;
        strict.imds_versions = {"v2"};
        CHECK(detail_of(metadata, strict)
                  .starts_with("error retrieving identity document: request for API token "
                               "returned no token: "));
    }
}

TEST_CASE("a GCP token is what the service says, for the audience of this provisioner") {
    Metadata metadata = gcp("http://metadata.google.internal", {200, std::string(kJwt) + "\n"});
    CHECK(*token_of(metadata, gcp_request()) == kJwt);
    REQUIRE(metadata.sent.size() == 1);
    CHECK(http::find_header(metadata.sent[0].headers, "Metadata-Flavor") == "Google");
}

TEST_CASE("the short name of the GCP service is tried if nobody answers at the long one") {
    Metadata metadata = gcp("http://metadata", {200, kJwt});
    metadata.down = "http://metadata.google.internal";
    CHECK(*token_of(metadata, gcp_request()) == kJwt);
    CHECK(metadata.sent.size() == 2);
    metadata.down.clear();
    metadata.sent.clear();
    CHECK(!token_of(metadata, gcp_request()));
    CHECK(metadata.sent.size() == 1);  // A refusal is an answer.
}

TEST_CASE("a GCP service that refuses or answers nonsense cannot steer a terminal") {
    CHECK(detail_of(gcp("http://other", {}), gcp_request()) ==
          R"(error on identity request: status=404, response="not \x1b[2J here")");
    for (const char* body : {"", "a.b", "<html>", "a.b.c d", "a.b.\r\nc"}) {
        CHECK(detail_of(gcp("http://metadata.google.internal", {200, body}), gcp_request())
                  .starts_with("error on identity request: the answer is no token: "));
    }
    CHECK(detail_of(gcp("http://metadata.google.internal", {200, std::string(1 << 20, 'a')}),
                    gcp_request()) ==
          "error doing identity request: http://metadata.google.internal: body too large");
}

TEST_CASE("an Azure token is for the resource manager of the environment of the VM") {
    struct Row {
        const char *environment, *resource;
    };
    for (const Row& row :
         {Row{"AzurePublicCloud", "https%3A%2F%2Fmanagement.azure.com%2F"},
          {"AZUREPUBLICCLOUD", "https%3A%2F%2Fmanagement.azure.com%2F"},
          {"AzureUSGovernmentCloud\n", "https%3A%2F%2Fmanagement.usgovcloudapi.net%2F"},
          {"AzureChinaCloud", "https%3A%2F%2Fmanagement.chinacloudapi.cn%2F"},
          {"AzureGermanCloud", "https%3A%2F%2Fmanagement.microsoftazure.de%2F"},
          {"AzureMoonCloud", "https%3A%2F%2Fmanagement.azure.com%2F"}}) {
        Metadata metadata =
            azure(row.environment, row.resource,
                  {200, std::string(R"({"access_token":")") + kJwt + R"(","expires_in":"86399"})"});
        const auto token = token_of(metadata, {.cloud = Cloud::kAzure});
        REQUIRE_MESSAGE(token, row.environment, ": ", token.error().detail);
        CHECK(*token == kJwt);
        for (const http::Outgoing& request : metadata.sent) {
            CHECK(http::find_header(request.headers, "Metadata") == "true");
        }
    }
}

TEST_CASE("an Azure token is for the audience of the provisioner if that is one of its own") {
    Metadata metadata = azure("AzurePublicCloud", "api%3A%2F%2Fstep%20ca",
                              {200, std::string(R"({"access_token":")") + kJwt + R"("})"});
    CHECK(*token_of(metadata, {.cloud = Cloud::kAzure, .resource = "api://step ca"}) == kJwt);
}

TEST_CASE("an Azure service that refuses or answers nonsense gives an error") {
    const std::string resource = "https%3A%2F%2Fmanagement.azure.com%2F";
    const auto detail = [&](Answer answer) {
        return detail_of(azure("AzurePublicCloud", resource, std::move(answer)),
                         {.cloud = Cloud::kAzure});
    };
    CHECK(
        detail({400, R"({"error":"invalid_request"})"}) ==
        R"(error getting identity token: status=400, response="{\"error\":\"invalid_request\"}")");
    CHECK(detail({200, "{"}) ==
          "error unmarshaling identity token response: unexpected end of JSON input");
    for (const char* body : {"{}", "[]", R"({"access_token":7})", R"({"access_token":"x"})"}) {
        CHECK(detail({200, body}) ==
              "error unmarshaling identity token response: it has no access_token, or one that is "
              "no token");
    }
}

TEST_CASE("a type of provisioner names a cloud in any case") {
    CHECK(find_cloud("aws") == Cloud::kAws);
    CHECK(find_cloud("AZURE") == Cloud::kAzure);
    CHECK(find_cloud("Gcp") == Cloud::kGcp);
    CHECK(!find_cloud("JWK"));
    CHECK(!find_cloud(""));
}

}  // namespace step::client
