#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace step::qr {

/// The `count` octets that follow `data` in a block (ISO/IEC 18004 7.5.2): the remainder by the
/// generator polynomial over GF(2^8) with 0x11d.
Bytes error_correction(ByteView data, std::size_t count);

}  // namespace step::qr
