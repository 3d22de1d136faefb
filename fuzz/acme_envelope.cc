#include <cassert>
#include <string_view>

#include "acme/api/envelope_impl.h"
#include "acme/problem_types.h"
#include "fuzz/fuzz.h"

using namespace step;

FUZZ_TARGET(acme_envelope) {
    const std::string_view body(reinterpret_cast<const char*>(input.data()), input.size());
    const auto envelope = acme::parse_envelope(body);
    if (!envelope) {
        // Whatever is sent, it is the client's mistake and named as one.
        assert(envelope.error().code == Code::kInvalidArgument);
        assert(envelope.error().has_reason(acme::kMalformed) ||
               envelope.error().has_reason(acme::kBadSignatureAlgorithm));
        return;
    }
    assert(envelope->message.signatures.size() == 1);
    assert(!envelope->key || envelope->key->is_public());
    if (acme::check_one_key(*envelope) && envelope->key) {
        const acme::SigningKey key{.key = *envelope->key->public_key,
                                   .algorithm = envelope->key->alg};
        assert(acme::thumbprint_of(key.key).size() == 32);
        (void)acme::verify_envelope(*envelope, key);
    }
    // Written anew, it says the same.
    const auto again = acme::parse_envelope(jose::encode_json(envelope->message));
    assert(again && again->algorithm == envelope->algorithm && again->nonce == envelope->nonce &&
           again->url == envelope->url && again->key_id == envelope->key_id &&
           again->payload() == envelope->payload());
}
