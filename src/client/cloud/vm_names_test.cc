// The names are those of the original's `step ca certificate`; tokens as in seeds and vendors'
// pages.
#include "client/cloud/vm_names.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "json/parse.h"

namespace step::client {
namespace {

using Names = std::vector<std::string>;

Result<std::optional<CloudVm>> read(const std::string& claims) {
    const auto value = json::parse(claims);
    REQUIRE(value);
    return read_cloud_vm(*value);
}

Names names(const std::string& claims) {
    const auto vm = read(claims);
    REQUIRE_MESSAGE(vm, vm.error().detail);
    REQUIRE(*vm);
    return (*vm)->names;
}

std::string amazon(const std::string& document) {
    return R"({"iss":"ec2.amazonaws.com","amazon":{"document":")" + encode_base64(document) +
           R"("}})";
}

std::string azure(const std::string& resource_id) {
    return R"({"iss":"https://sts.windows.net/t/","xms_mirid":")" + resource_id + R"("})";
}

}  // namespace

TEST_CASE("a VM on AWS has its private address and the name made of it") {
    CHECK(names(amazon(R"({"privateIp":"10.158.112.84","region":"us-west-2"})")) ==
          Names{"10.158.112.84", "ip-10-158-112-84.us-west-2.compute.internal"});
    CHECK(names(amazon("{}")).empty());
    CHECK(!read(amazon("no JSON")));
    CHECK(!read(R"({"amazon":{"document":"%"}})"));
}

TEST_CASE("a VM on GCP has two internal DNS names") {
    CHECK(names(R"({"google":{"compute_engine":{"instance_name":"foo","project_id":"p",)"
                R"("zone":"us-west1-b"}}})") ==
          Names{"foo.c.p.internal", "foo.us-west1-b.c.p.internal"});
    CHECK(names(R"({"google":{}})").empty());
    CHECK(names(R"({"google":{"compute_engine":{"instance_name":7}}})").empty());
}

TEST_CASE("a VM on Azure has the name of its resource") {
    const std::string group = "/subscriptions/s/resourcegroups/g/providers/";
    CHECK(names(azure(group + "Microsoft.Compute/virtualMachines/vm1")) == Names{"vm1"});
    CHECK(names(azure(group + "microsoft.compute/virtualMachineScaleSets/set1")) == Names{"set1"});
    CHECK(names(azure(group + "Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/4")) ==
          Names{"s_4"});  // As the CA names it.
    CHECK(names(azure(group + "Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/"))
              .empty());
    CHECK(names(azure(group + "Microsoft.Compute/virtualMachineScaleSets/s/disks/4")).empty());
    CHECK(names(azure(group + "Microsoft.Compute/virtualMachines/s/virtualMachines/4")).empty());
    CHECK(names(azure(group + "Microsoft.ManagedIdentity/userAssignedIdentities/u1")) ==
          Names{"u1"});
    CHECK(names(azure(group + "Microsoft.Solutions/applications/a1")).empty());
    CHECK(names(azure(group + "Microsoft.Compute/virtualMachines/a/b")).empty());
    CHECK(names(azure("vm1")).empty());
}

TEST_CASE("a token that comes from no cloud says nothing of a VM") {
    for (const char* claims :
         {"{}", "[]", R"({"google":null,"amazon":null})", R"({"iss":"admin","sha":"ab"})",
          R"({"iss":"https://sts.windows.net/t/"})",
          R"({"iss":"https://evil.test/","xms_mirid":"/subscriptions/s"})"}) {
        const auto vm = read(claims);
        REQUIRE(vm);
        CHECK(!*vm);
    }
}

}  // namespace step::client
