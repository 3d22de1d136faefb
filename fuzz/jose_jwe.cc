#include "base/check.h"
#include "fuzz/fuzz.h"
#include "jose/jwe.h"

namespace {

struct Zeros final : step::Random {
    void fill(std::span<std::byte> out) override { std::ranges::fill(out, std::byte{}); }
};

/// Every failure is the fault of the message or of the key.
void check(const step::Result<step::Secret>& opened) {
    STEP_CHECK(opened || opened.error().code == step::Code::kInvalidArgument ||
               opened.error().code == step::Code::kUnauthenticated);
}

}  // namespace

FUZZ_TARGET(jose_jwe) {
    using namespace step::jose;
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    check(decrypt_with_password(text, "password", 100));
    const auto message = parse_encrypted(text);
    if (!message) {
        STEP_CHECK(message.error().code == step::Code::kInvalidArgument);
        return;
    }
    // Both forms that we write read back as the same message.
    if (const auto compact = encode_compact(*message)) {
        const auto again = parse_encrypted(*compact);
        STEP_CHECK(again && again->authenticated() == message->authenticated() &&
                   again->encrypted_key == message->encrypted_key && again->tag == message->tag);
    }
    static const Jwk ec =
        *parse_jwk(R"({"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",)"
                   R"("y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",)"
                   R"("d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"})");
    Jwk symmetric;
    symmetric.symmetric = step::Secret(std::string(32, 'k'));
    Zeros random;
    check(decrypt(*message, ec, random));
    check(decrypt(*message, symmetric, random));
}
