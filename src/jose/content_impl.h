// Content encryption of JWE (RFC 7518 5); for src/jose only.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace step::jose {

struct ContentAlgorithm {
    std::string_view name{};
    std::size_t key_bytes = 0;
    bool cbc = false;  ///< AES-CBC with HMAC, else AES-GCM.
};
/// Null if we do not know the name.
const ContentAlgorithm* find_content_algorithm(std::string_view name);

struct SealedContent {
    Bytes iv{}, ciphertext{}, tag{};
};
std::size_t iv_bytes(const ContentAlgorithm& algorithm);
/// `key` and `iv` must have the algorithm's lengths.
Result<SealedContent> seal_content(const ContentAlgorithm& algorithm, ByteView key, Bytes iv,
                                   ByteView plaintext, ByteView additional);
/// Fails with kUnauthenticated if anything is wrong, lengths included.
Result<Secret> open_content(const ContentAlgorithm& algorithm, ByteView key,
                            const SealedContent& sealed, ByteView additional);

/// "error in cryptographic primitive"
Error cannot_open();

}  // namespace step::jose
