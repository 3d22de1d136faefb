#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"
#include "client/cloud/aws_document.h"
#include "client/cloud/metadata_impl.h"
#include "crypto/digest.h"
#include "jose/signed_message.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::client {
namespace {

constexpr std::string_view kIssuer = "ec2.amazonaws.com";
constexpr std::string_view kIdentity = "/latest/dynamic/instance-identity/";
constexpr const char* kTokenSeconds = "30";
constexpr std::size_t kMaxSessionToken = 1024;
constexpr std::chrono::minutes kLifetime{5};

struct AwsIdentity {
    Bytes document{};  ///< As it came: its octets are what is signed.
    Bytes signature{};
    AwsDocument read{};
};

Error refused(std::string_view what, int status) {
    return {.code = Code::kUnavailable,
            .detail =
                fmt::format("request for {} returned non-successful status code {}", what, status)};
}

/// The session of version 2: the header that each further question carries.
Result<http::Headers> open_session(http::Client& transport, const std::string& host) {
    STEP_ASSIGN(const http::Incoming answer,
                ask(transport, Cloud::kAws,
                    {.method = "PUT",
                     .host = host,
                     .path = "/latest/api/token",
                     .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", kTokenSeconds}},
                     .timeout = kFirstAnswer}));
    if (answer.status >= 300) {
        return refused("API token", answer.status);
    }
    const bool sound = !answer.body.empty() && answer.body.size() <= kMaxSessionToken &&
                       std::ranges::all_of(answer.body, [](char c) { return c > ' ' && c <= '~'; });
    if (!sound) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("request for API token returned no token: {}",
                                           shown_answer(answer.body))};
    }
    return http::Headers{{"X-aws-ec2-metadata-token", answer.body}};
}

Result<Bytes> get(http::Client& transport, const std::string& host, std::string_view item,
                  const http::Headers& headers, std::chrono::milliseconds timeout) {
    STEP_ASSIGN(http::Incoming answer, ask(transport, Cloud::kAws,
                                           {.host = host,
                                            .path = fmt::format("{}{}", kIdentity, item),
                                            .headers = headers,
                                            .timeout = timeout}));
    if (answer.status >= 300) {
        return refused("metadata", answer.status);
    }
    return std::move(answer.body);
}

Result<AwsIdentity> fetch_by(http::Client& transport, const std::string& host,
                             const std::string& version) {
    http::Headers session;
    if (version == "v2") {
        STEP_ASSIGN(session, open_session(transport, host));
    }
    AwsIdentity identity;
    STEP_ASSIGN(identity.document, get(transport, host, "document", session,
                                       session.empty() ? kFirstAnswer : kLaterAnswer));
    STEP_ASSIGN(const Bytes text, get(transport, host, "signature", session, kLaterAnswer));
    auto signature = parse_base64(text);
    if (!signature || signature->empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error decoding identity document signature: {}",
                                           signature ? "it is empty" : signature.error().detail)};
    }
    identity.signature = *std::move(signature);
    STEP_ASSIGN(identity.read, parse_aws_document(identity.document));
    if (identity.read.instance_id.empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "the identity document names no instance"};
    }
    return identity;
}

/// By the first version that gives one. Of several errors the last that is an answer counts.
Result<AwsIdentity> fetch(http::Client& transport, const std::string& host,
                          const std::vector<std::string>& versions) {
    std::optional<Error> error;
    for (const std::string& version : versions) {
        if (version != "v1" && version != "v2") {
            return Error{.code = Code::kUnsupported,
                         .detail = fmt::format(
                             "{}: not a supported AWS Instance Metadata Service version", version)};
        }
        auto identity = fetch_by(transport, host, version);
        if (identity) {
            return identity;
        }
        if (!error || !identity.error().has_reason(kNoMetadataService)) {
            error = std::move(identity).error();
        }
    }
    error->detail = fmt::format("error retrieving identity document: {}", error->detail);
    return *std::move(error);
}

}  // namespace

Result<AwsDocument> parse_aws_document(ByteView text) {
    const auto bad = [](std::string_view why) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error unmarshaling identity document: {}", why)};
    };
    const auto value = json::parse(text);
    if (!value) {
        return bad(value.error().detail);
    }
    if (value->as_object() == nullptr) {
        return bad(fmt::format("it is a JSON {}", value->kind()));
    }
    AwsDocument document;
    const std::pair<std::string_view, std::string*> members[] = {
        {"accountId", &document.account_id},
        {"instanceId", &document.instance_id},
        {"privateIp", &document.private_ip},
        {"region", &document.region}};
    for (const auto& [name, member] : members) {
        const json::Value* found = value->find(name);
        if (found == nullptr || found->is_null()) {
            continue;
        }
        if (found->as_string() == nullptr) {
            return bad(fmt::format("{} is a JSON {}", name, found->kind()));
        }
        *member = *found->as_string();
    }
    return document;
}

Result<std::string> aws_token(http::Client& transport, const std::string& host,
                              const IdentityRequest& request, SysTime now) {
    const std::vector<std::string> versions = request.imds_versions.empty()
                                                  ? std::vector<std::string>{"v2", "v1"}
                                                  : request.imds_versions;
    STEP_ASSIGN(const AwsIdentity identity, fetch(transport, host, versions));
    const std::string id = "aws/" + request.provisioner;
    const std::int64_t issued =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const std::int64_t expires = issued + std::chrono::seconds(kLifetime).count();
    // Sorted and with a null of its own, as the original's tokens are.
    const json::Value payload =
        json::Object{{"amazon", json::Object{{"document", encode_base64(identity.document)},
                                             {"signature", encode_base64(identity.signature)}}},
                     {"aud", request.audience + "#" + escape_fragment(id)},
                     {"exp", expires},
                     {"iat", issued},
                     {"iss", kIssuer},
                     {"jti", encode_hex(crypto::sha256(id + "." + identity.read.instance_id))},
                     {"nbf", issued},
                     {"sans", nullptr},
                     {"sub", request.subject}};
    // A key that the token itself carries proves nothing; the signature of the document does.
    return jose::sign_compact(json::encode(payload), "HS256", {{.name = "typ", .value = "JWT"}},
                              {.symmetric = Secret(identity.signature)});
}

}  // namespace step::client
