#include <algorithm>
#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "provisioner/azure_resource.h"

using namespace step;

FUZZ_TARGET(provisioner_azure_resource) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto resource = provisioner::parse_azure_resource(text);
    if (!resource) {
        return;
    }
    for (const std::string& part : {resource->subscription, resource->group, resource->name}) {
        assert(!part.empty() && part.find('/') == std::string::npos);
    }
    const auto slashes = std::count(text.begin(), text.end(), '/');
    assert(slashes == 8 || slashes == 10);
    // What stands before the provider is where it is read from.
    assert(text.find("/" + resource->subscription + "/") != std::string_view::npos);
    assert(text.find("/" + resource->group + "/") != std::string_view::npos);
}
