#include "provisioner/token_issuers.h"

#include <algorithm>
#include <iterator>

#include "base/uri.h"

namespace step::provisioner {
namespace {

/// Who issues tokens in the clouds that Azure has for states, by the audience of their tokens.
struct NationalCloud {
    std::string_view audience, login;
};
constexpr NationalCloud kNationalClouds[] = {
    {"https://management.usgovcloudapi.net/", "https://login.microsoftonline.us/"},
    {"https://management.chinacloudapi.cn/", "https://login.partner.microsoftonline.cn/"},
    {"https://management.microsoftazure.de/", "https://login.microsoftonline.de/"},
};
constexpr std::string_view kLogin = "https://login.microsoftonline.com/";

}  // namespace

std::string azure_discovery_url(std::string_view tenant, std::string_view audience) {
    const auto* const cloud = std::ranges::find_if(kNationalClouds, [&](const NationalCloud& one) {
        return one.audience == audience || one.audience == std::string(audience) + "/";
    });
    const std::string_view login = cloud == std::end(kNationalClouds) ? kLogin : cloud->login;
    return std::string(login) + path_escape(tenant) + "/.well-known/openid-configuration";
}

}  // namespace step::provisioner
