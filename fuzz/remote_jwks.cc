#include <cassert>
#include <string_view>

#include "fuzz/fuzz.h"
#include "remote/google.h"
#include "remote/jwks.h"

using namespace step;

FUZZ_TARGET(remote_jwks) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    if (const auto keys = remote::parse_issuer_keys(text)) {
        assert(!keys->empty() && keys->size() <= 1000);
        for (const remote::IssuerKey& one : *keys) {
            assert(one.key.kind() != crypto::KeyKind::kRsa || one.key.bits() >= 2048);
        }
    }
    if (const auto found = remote::parse_discovery(text)) {
        assert(!found->issuer.empty() && found->jwks_uri.starts_with("https://"));
    }
    const auto age = remote::cache_age(text);
    assert(age >= std::chrono::minutes(1) && age <= std::chrono::days(1));
    (void)remote::parse_ancestry(text);
    if (const auto credentials = remote::parse_google_credentials(text)) {
        assert(credentials->token_uri.starts_with("https://"));
    }
}
