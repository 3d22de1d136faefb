#include "base/check.h"
#include "fuzz/fuzz.h"
#include "jose/signed_message.h"

// What we read we write in forms that read back as the same message, and no text is signed by a
// key that never signed.
FUZZ_TARGET(jose_signed) {
    using namespace step::jose;
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto message = parse_signed(text);
    if (!message) {
        STEP_CHECK(message.error().code == step::Code::kInvalidArgument);
        return;
    }
    const auto again = parse_signed(encode_json(*message));
    STEP_CHECK(again && again->payload == message->payload &&
               again->signatures.size() == message->signatures.size());
    for (std::size_t i = 0; i < message->signatures.size(); ++i) {
        STEP_CHECK(again->signatures[i].protected_text == message->signatures[i].protected_text);
        STEP_CHECK(again->signatures[i].signature == message->signatures[i].signature);
    }
    if (const auto compact = encode_compact(*message)) {
        const auto third = parse_signed(*compact);
        STEP_CHECK(third && third->payload == message->payload &&
                   third->signatures.front().signature == message->signatures.front().signature);
    }
    Jwk key;
    key.symmetric = step::Secret("a secret that signed nothing at all");
    for (std::size_t i = 0; i <= message->signatures.size(); ++i) {
        STEP_CHECK(!verify_signed(*message, i, key));
    }
}
