#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "provisioner/renew_token.h"

using namespace step;

FUZZ_TARGET(provisioner_renew_token) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    // Without a root nobody may renew anything, and the answer never tells why.
    const auto token = provisioner::parse_renew_token(text, {});
    assert(!token);
    assert(token.error().reason == std::string_view(provisioner::kRenewToken));
    assert(token.error().code == Code::kUnauthenticated);
    assert(token.error().detail == "error validating renew token");
}
