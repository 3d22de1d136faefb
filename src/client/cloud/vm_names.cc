#include "client/cloud/vm_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/text.h"
#include "client/cloud/aws_document.h"

namespace step::client {
namespace {

std::string text_at(const json::Value& object, std::string_view name) {
    const json::Value* found = object.find(name);
    return found != nullptr && found->as_string() != nullptr ? *found->as_string() : "";
}

/// The member if it is there and not null, as a pointer of Go would be set.
const json::Value* present(const json::Value& object, std::string_view name) {
    const json::Value* found = object.find(name);
    return found != nullptr && !found->is_null() ? found : nullptr;
}

Result<std::vector<std::string>> aws_names(const json::Value& amazon) {
    STEP_ASSIGN(const Bytes text, parse_base64(text_at(amazon, "document")));
    STEP_ASSIGN(const AwsDocument document, parse_aws_document(text));
    if (document.private_ip.empty()) {
        return std::vector<std::string>{};
    }
    return std::vector<std::string>{
        document.private_ip,
        fmt::format("ip-{}.{}.compute.internal", replace_all(document.private_ip, ".", "-"),
                    document.region)};
}

std::vector<std::string> gcp_names(const json::Value& google) {
    const json::Value* engine = present(google, "compute_engine");
    if (engine == nullptr) {
        return {};
    }
    const std::string name = text_at(*engine, "instance_name"),
                      project = text_at(*engine, "project_id"), zone = text_at(*engine, "zone");
    if (name.empty() || project.empty() || zone.empty()) {
        return {};
    }
    return {fmt::format("{}.c.{}.internal", name, project),
            fmt::format("{}.{}.c.{}.internal", name, zone, project)};
}

constexpr std::string_view kAzureIssuers[] = {
    "https://sts.windows.net/", "https://login.microsoftonline.com/",
    "https://login.microsoftonline.us/", "https://sts.chinacloudapi.cn/",
    "https://login.partner.microsoftonline.cn/"};

constexpr std::string_view kScaleSet = "Microsoft.Compute/virtualMachineScaleSets";
constexpr std::string_view kAzureKinds[] = {"Microsoft.Compute/virtualMachines", kScaleSet,
                                            "Microsoft.ManagedIdentity/userAssignedIdentities"};

/// The last part of "/subscriptions/S/resourceGroups/G/providers/PROVIDER/KIND/NAME" where
/// PROVIDER/KIND is that of a machine, a set of them or an identity made by hand; the words in any
/// case. One machine of a set, "…/SET/virtualMachines/NUMBER", is SET_NUMBER, as for the CA.
std::string azure_name(const std::string& resource_id) {
    const std::vector<std::string> parts = split(resource_id, '/');
    constexpr std::size_t kParts = 9, kPartsOfSet = 11;
    const bool of_set = parts.size() == kPartsOfSet && equal_fold(parts[9], "virtualMachines") &&
                        !parts[10].empty();
    if ((parts.size() != kParts && !of_set) || !parts[0].empty() ||
        !equal_fold(parts[1], "subscriptions") || !equal_fold(parts[3], "resourceGroups") ||
        !equal_fold(parts[5], "providers") || parts[2].empty() || parts[4].empty()) {
        return {};
    }
    const std::string kind = parts[6] + "/" + parts[7];
    if (of_set) {
        return equal_fold(kind, kScaleSet) && !parts[8].empty() ? parts[8] + "_" + parts[10] : "";
    }
    const bool known = std::ranges::any_of(
        kAzureKinds, [&](std::string_view row) { return equal_fold(row, kind); });
    return known ? parts[8] : "";
}

}  // namespace

Result<std::optional<CloudVm>> read_cloud_vm(const json::Value& claims) {
    if (const json::Value* google = present(claims, "google")) {
        return std::optional(CloudVm{.cloud = Cloud::kGcp, .names = gcp_names(*google)});
    }
    if (const json::Value* amazon = present(claims, "amazon")) {
        STEP_ASSIGN(std::vector<std::string> names, aws_names(*amazon));
        return std::optional(CloudVm{.cloud = Cloud::kAws, .names = std::move(names)});
    }
    const std::string issuer = text_at(claims, "iss");
    const bool microsoft = std::ranges::any_of(
        kAzureIssuers, [&](std::string_view prefix) { return issuer.starts_with(prefix); });
    const std::string resource_id = text_at(claims, "xms_mirid");
    if (!microsoft || resource_id.empty()) {
        return std::optional<CloudVm>();
    }
    CloudVm vm{.cloud = Cloud::kAzure};
    if (const std::string name = azure_name(resource_id); !name.empty()) {
        vm.names = {name};
    }
    return std::optional(std::move(vm));
}

}  // namespace step::client
