#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "provisioner/token.h"

using namespace step;

FUZZ_TARGET(provisioner_token) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto token = provisioner::parse_token(text);
    // Who cannot show a token is nobody, and nothing of it is shown to the client.
    assert(token || (token.error().code == Code::kUnauthenticated && token.error().detail.empty()));
    if (token) {
        (void)provisioner::audience_fragment(token->claims.audience);
        (void)provisioner::audience_matches(token->claims.audience, {"https://ca.test/sign"}, "x");
    }
    const std::string bare = provisioner::strip_port(text);
    assert(bare.size() <= text.size());
    // An audience is its own, with whatever fragment it is asked for.
    assert(provisioner::audience_matches({bare}, {provisioner::strip_port(bare)}));
}
