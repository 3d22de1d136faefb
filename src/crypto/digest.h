#pragma once

#include "base/bytes.h"

namespace step::crypto {

enum class Hash : unsigned char { kMd5, kSha1, kSha256, kSha384, kSha512 };

/// The raw digest of `data`. MD5 and SHA-1 are for fingerprints and key identifiers only.
Bytes digest(Hash hash, ByteView data);
inline Bytes sha256(ByteView data) {
    return digest(Hash::kSha256, data);
}
inline Bytes sha1(ByteView data) {
    return digest(Hash::kSha1, data);
}

/// RFC 2104.
Bytes hmac(Hash hash, ByteView key, ByteView data);

/// Takes the same time wherever the two differ; lengths are not hidden.
bool equal_secrets(ByteView a, ByteView b);

}  // namespace step::crypto
