#include "client/cloud/identity.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "client/cloud/metadata_impl.h"

namespace step::client {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{32} << 10;  ///< A token is two or three of them.
constexpr std::size_t kMaxShown = 200;

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string escape(std::string_view text, std::string_view plain) {
    std::string out;
    for (const char c : text) {
        if (is_alphanumeric(c) || plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

}  // namespace

std::optional<Cloud> find_cloud(std::string_view type) {
    for (const Cloud cloud : {Cloud::kAws, Cloud::kGcp, Cloud::kAzure}) {
        if (equal_fold(type, name_of(cloud))) {
            return cloud;
        }
    }
    return std::nullopt;
}

std::string_view name_of(Cloud cloud) {
    switch (cloud) {
        case Cloud::kAws:
            return "AWS";
        case Cloud::kGcp:
            return "GCP";
        case Cloud::kAzure:
            return "Azure";
    }
    return "";
}

Result<http::Incoming> ask(http::Client& transport, Cloud cloud, const MetadataQuestion& question) {
    auto answer = transport.send({.method = question.method,
                                  .url = question.host + question.path,
                                  .headers = question.headers,
                                  .max_body = kMaxAnswer,
                                  .timeout = question.timeout});
    if (!answer && answer.error().code == Code::kUnavailable) {
        return Error{
            .code = Code::kUnavailable,
            .detail = fmt::format("no metadata service answered at {}; is this a VM on {}? ({})",
                                  question.host, name_of(cloud), answer.error().detail),
            .reason = kNoMetadataService};
    }
    if (!answer) {
        Error error = std::move(answer).error();
        error.detail = fmt::format("{}: {}", question.host, error.detail);
        return error;
    }
    return answer;
}

bool is_compact_jws(std::string_view text) {
    const std::vector<std::string> parts = split(text, '.');
    return parts.size() == 3 && std::ranges::all_of(parts, [](const std::string& part) {
               return !part.empty() && part.find_first_of("\r\n") == std::string::npos &&
                      parse_base64(part, Base64::kRawUrl);
           });
}

std::string escape_query(std::string_view text) {
    return escape(text, "-_.~");
}

std::string escape_fragment(std::string_view text) {
    return escape(text, "-_.~$&+,/:;=?@!()*");
}

std::string shown_answer(std::string_view text) {
    return quote(text.substr(0, kMaxShown));
}

Result<std::string> identity_token(http::Client& transport, const MetadataHosts& hosts,
                                   const IdentityRequest& request, SysTime now) {
    switch (request.cloud) {
        case Cloud::kAws:
            return aws_token(transport, hosts.aws, request, now);
        case Cloud::kGcp:
            return gcp_token(transport, hosts.gcp, request);
        case Cloud::kAzure:
            return azure_token(transport, hosts.azure, request);
    }
    return Error{};
}

}  // namespace step::client
