#include <fmt/format.h>

#include "base/text.h"
#include "client/cloud/metadata_impl.h"
#include "json/parse.h"

namespace step::client {
namespace {

struct Environment {
    std::string_view name, resource;
};
constexpr Environment kEnvironments[] = {
    {"AzurePublicCloud", "https://management.azure.com/"},
    {"AzureCloud", "https://management.azure.com/"},
    {"AzureUSGovernmentCloud", "https://management.usgovcloudapi.net/"},
    {"AzureUSGovernment", "https://management.usgovcloudapi.net/"},
    {"AzureChinaCloud", "https://management.chinacloudapi.cn/"},
    {"AzureGermanCloud", "https://management.microsoftazure.de/"}};

/// What tokens are for by custom in the cloud of this name.
std::string_view resource_of(std::string_view environment) {
    for (const Environment& row : kEnvironments) {
        if (equal_fold(row.name, environment)) {
            return row.resource;
        }
    }
    return kEnvironments[0].resource;
}

Result<std::string> get(http::Client& transport, const std::string& host, std::string path,
                        std::chrono::milliseconds timeout, std::string_view what) {
    auto answer = ask(transport, Cloud::kAzure,
                      {.host = host,
                       .path = std::move(path),
                       .headers = {{"Metadata", "true"}},
                       .timeout = timeout});
    if (!answer) {
        Error error = std::move(answer).error();
        error.detail = fmt::format("error getting {}: {}", what, error.detail);
        return error;
    }
    if (answer->status >= 300) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("error getting {}: status={}, response={}", what,
                                           answer->status, shown_answer(answer->body))};
    }
    return std::move(answer->body);
}

}  // namespace

Result<std::string> azure_token(http::Client& transport, const std::string& host,
                                const IdentityRequest& request) {
    STEP_ASSIGN(const std::string environment,
                get(transport, host,
                    "/metadata/instance/compute/azEnvironment?api-version=2021-02-01&format=text",
                    kFirstAnswer, "azure environment"));
    const std::string resource =
        request.resource.empty() ? std::string(resource_of(trim(environment))) : request.resource;
    STEP_ASSIGN(
        const std::string body,
        get(transport, host,
            fmt::format("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={}",
                        escape_query(resource)),
            kLaterAnswer, "identity token"));
    const auto bad = [](std::string_view why) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error unmarshaling identity token response: {}", why)};
    };
    const auto answer = json::parse(body);
    if (!answer) {
        return bad(answer.error().detail);
    }
    const json::Value* token = answer->find("access_token");
    if (token == nullptr || token->as_string() == nullptr || !is_compact_jws(*token->as_string())) {
        return bad("it has no access_token, or one that is no token");
    }
    return *token->as_string();
}

}  // namespace step::client
