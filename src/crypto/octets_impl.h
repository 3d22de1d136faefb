// For src/crypto only.
#pragma once

#include "base/bytes.h"

namespace step::crypto {

/// The same octets, as OpenSSL wants them.
inline const unsigned char* octets(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* octets(Bytes& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace step::crypto
