#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "provisioner/aws_document.h"

using namespace step;

FUZZ_TARGET(provisioner_aws_document) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto document = provisioner::parse_aws_document(text);
    if (!document) {
        assert(document.error().code == Code::kInvalidArgument);
        return;
    }
    // What we act upon is there.
    assert(!document->account_id.empty() && !document->instance_id.empty());
    assert(!document->private_ip.empty() && !document->region.empty());
    assert(document->dns_name().ends_with(document->region + ".compute.internal"));
}
