#include "provisioner/azure_resource.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/text.h"

namespace step::provisioner {
namespace {

/// The parts of each form between slashes; "" stands for any text but none.
constexpr std::string_view kMachine[] = {
    "subscriptions",   "", "resourceGroups", "", "providers", "Microsoft.Compute",
    "virtualMachines", ""};
constexpr std::string_view kScaleSet[] = {
    "subscriptions",           "", "resourceGroups", "", "providers", "Microsoft.Compute",
    "virtualMachineScaleSets", ""};
constexpr std::string_view kScaleSetMachine[] = {
    "subscriptions",           "", "resourceGroups",  "", "providers", "Microsoft.Compute",
    "virtualMachineScaleSets", "", "virtualMachines", ""};
constexpr std::string_view kUserIdentity[] = {
    "subscriptions",          "", "resourceGroups", "", "providers", "Microsoft.ManagedIdentity",
    "userAssignedIdentities", ""};
constexpr std::size_t kSubscription = 1, kGroup = 3, kName = 7, kNumber = 9;

bool fits(std::span<const std::string> parts, std::span<const std::string_view> form) {
    return std::ranges::equal(parts, form, [](const std::string& part, std::string_view wanted) {
        return wanted.empty() ? !part.empty() : equal_fold(part, wanted);
    });
}

}  // namespace

Result<AzureResource> parse_azure_resource(std::string_view id) {
    const bool absolute = id.starts_with('/');
    const std::vector<std::string> parts = split(absolute ? id.substr(1) : "", '/');
    const bool of_set = fits(parts, kScaleSetMachine);
    if (!of_set && !fits(parts, kMachine) && !fits(parts, kScaleSet) &&
        !fits(parts, kUserIdentity)) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "no resource id of a machine or an identity"};
    }
    return AzureResource{.subscription = parts[kSubscription],
                         .group = parts[kGroup],
                         .name = parts[kName] + (of_set ? "_" + parts[kNumber] : "")};
}

}  // namespace step::provisioner
