#include <fmt/format.h>

#include "base/text.h"
#include "client/cloud/metadata_impl.h"

namespace step::client {

Result<std::string> gcp_token(http::Client& transport, const std::vector<std::string>& hosts,
                              const IdentityRequest& request) {
    const std::string audience =
        request.audience + "#" + escape_fragment("gcp/" + request.provisioner);
    MetadataQuestion question{
        .path = fmt::format("/computeMetadata/v1/instance/service-accounts/default/identity"
                            "?audience={}&format=full&licenses=FALSE",
                            escape_query(audience)),
        .headers = {{"Metadata-Flavor", "Google"}},
        .timeout = kFirstAnswer};
    Result<http::Incoming> answer = Error{};
    for (const std::string& host : hosts) {
        question.host = host;
        answer = ask(transport, Cloud::kGcp, question);
        if (answer || !answer.error().has_reason(kNoMetadataService)) {
            break;
        }
    }
    if (!answer) {
        Error error = std::move(answer).error();
        error.detail = fmt::format("error doing identity request: {}", error.detail);
        return error;
    }
    if (answer->status >= 300) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("error on identity request: status={}, response={}",
                                           answer->status, shown_answer(answer->body))};
    }
    std::string token(trim(answer->body));
    if (!is_compact_jws(token)) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error on identity request: the answer is no token: {}",
                                           shown_answer(answer->body))};
    }
    return token;
}

}  // namespace step::client
