#include "crypto/nacl.h"

#include <sodium.h>

#include "base/check.h"

namespace step::crypto::nacl {
namespace {

const unsigned char* in(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(Bytes& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// The library picks its fastest code; here, not when the program starts.
void prepare() {
    STEP_CHECK(sodium_init() >= 0);
}

Error cannot_open() {
    return {.code = Code::kUnauthenticated, .detail = "error authenticating or decrypting input"};
}

}  // namespace

KeyPair make_box_keys(Random& random) {
    prepare();
    Bytes public_key(kKeyBytes, '\0');
    Secret private_key(random.bytes(kKeyBytes));
    STEP_CHECK(crypto_scalarmult_base(out(public_key), in(private_key.view())) == 0);
    return {.public_key = std::move(public_key), .private_key = std::move(private_key)};
}

KeyPair make_sign_keys(Random& random) {
    prepare();
    Bytes public_key(kKeyBytes, '\0'), private_key(kSigningKeyBytes, '\0');
    const Secret seed(random.bytes(kKeyBytes));
    STEP_CHECK(crypto_sign_seed_keypair(out(public_key), out(private_key), in(seed.view())) == 0);
    return {.public_key = std::move(public_key), .private_key = Secret(std::move(private_key))};
}

Bytes auth(ByteView message, ByteView key) {
    STEP_CHECK(key.size() == crypto_auth_KEYBYTES);
    prepare();
    Bytes digest(crypto_auth_BYTES, '\0');
    STEP_CHECK(crypto_auth(out(digest), in(message), message.size(), in(key)) == 0);
    return digest;
}

Result<Bytes> seal_box(ByteView message, ByteView nonce, ByteView public_key,
                       ByteView private_key) {
    STEP_CHECK(nonce.size() == kNonceBytes && public_key.size() == kKeyBytes &&
               private_key.size() == kKeyBytes);
    prepare();
    Bytes sealed(message.size() + crypto_box_MACBYTES, '\0');
    if (crypto_box_easy(out(sealed), in(message), message.size(), in(nonce), in(public_key),
                        in(private_key)) != 0) {
        return Error{.code = Code::kInvalidArgument, .detail = "invalid public key: low order"};
    }
    return sealed;
}

Result<Secret> open_box(ByteView sealed, ByteView nonce, ByteView public_key,
                        ByteView private_key) {
    STEP_CHECK(nonce.size() == kNonceBytes && public_key.size() == kKeyBytes &&
               private_key.size() == kKeyBytes);
    prepare();
    if (sealed.size() < crypto_box_MACBYTES) {
        return cannot_open();
    }
    Bytes message(sealed.size() - crypto_box_MACBYTES, '\0');
    if (crypto_box_open_easy(out(message), in(sealed), sealed.size(), in(nonce), in(public_key),
                             in(private_key)) != 0) {
        return cannot_open();
    }
    return Secret(std::move(message));
}

Bytes seal_secretbox(ByteView message, ByteView nonce, ByteView key) {
    STEP_CHECK(nonce.size() == kNonceBytes && key.size() == kKeyBytes);
    prepare();
    Bytes sealed(message.size() + crypto_secretbox_MACBYTES, '\0');
    STEP_CHECK(
        crypto_secretbox_easy(out(sealed), in(message), message.size(), in(nonce), in(key)) == 0);
    return sealed;
}

Result<Secret> open_secretbox(ByteView sealed, ByteView nonce, ByteView key) {
    STEP_CHECK(nonce.size() == kNonceBytes && key.size() == kKeyBytes);
    prepare();
    if (sealed.size() < crypto_secretbox_MACBYTES) {
        return cannot_open();
    }
    Bytes message(sealed.size() - crypto_secretbox_MACBYTES, '\0');
    if (crypto_secretbox_open_easy(out(message), in(sealed), sealed.size(), in(nonce), in(key)) !=
        0) {
        return cannot_open();
    }
    return Secret(std::move(message));
}

Bytes sign(ByteView message, ByteView private_key) {
    STEP_CHECK(private_key.size() == kSigningKeyBytes);
    prepare();
    Bytes signed_message(message.size() + crypto_sign_BYTES, '\0');
    STEP_CHECK(crypto_sign(out(signed_message), nullptr, in(message), message.size(),
                           in(private_key)) == 0);
    return signed_message;
}

Result<Bytes> open_signed(ByteView signed_message, ByteView public_key) {
    STEP_CHECK(public_key.size() == kKeyBytes);
    prepare();
    const Error bad{.code = Code::kUnauthenticated, .detail = "error authenticating input"};
    if (signed_message.size() < crypto_sign_BYTES) {
        return bad;
    }
    Bytes message(signed_message.size() - crypto_sign_BYTES + 1, '\0');
    unsigned long long size = 0;
    if (crypto_sign_open(out(message), &size, in(signed_message), signed_message.size(),
                         in(public_key)) != 0) {
        return bad;
    }
    message.resize(size);
    return message;
}

}  // namespace step::crypto::nacl
