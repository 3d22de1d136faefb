#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "qr/code.h"

namespace step::qr {

/// The code as a PNG (RFC 2083) of `side` by `side` pixels, black on white, each module a square of
/// as many pixels as fit with a quiet zone of four modules around them. Fails with kTooLarge if
/// there is less than a pixel for each module.
Result<Bytes> encode_png(const Code& code, unsigned side);

}  // namespace step::qr
