#pragma once

#include <cstddef>

#include "crypto/digest.h"
#include "crypto/key.h"

struct evp_md_st;
struct evp_cipher_st;

namespace step::ossl {

// What OpenSSL would look up again, under a lock, on every call. Each is found once, lives until
// the process ends, is never changed, and may be used from any thread. Ends the process if the
// library was built without it.

const evp_md_st* message_digest(crypto::Hash hash);

enum class Mode : unsigned char { kCbc, kGcm, kWrap };
/// AES; nullptr if `key_bytes` is not 16, 24 or 32.
const evp_cipher_st* aes(Mode mode, std::size_t key_bytes);
const evp_cipher_st* des3_cbc();

/// A key that has its curve and nothing else: EVP_PKEY_copy_parameters from it and
/// EVP_PKEY_set1_encoded_public_key make a public key four times faster than EVP_PKEY_fromdata.
/// nullptr for other kinds.
const evp_pkey_st* curve_template(crypto::KeyKind kind);
/// "P-256", "P-384", "P-521"; nullptr for other kinds.
const char* curve_name(crypto::KeyKind kind);

}  // namespace step::ossl
