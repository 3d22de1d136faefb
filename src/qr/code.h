#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step::qr {

/// A QR code (ISO/IEC 18004): a square of dark and light modules, without the quiet zone that
/// should be around it.
class Code {
public:
    explicit Code(unsigned size) : size_(size), dark_(std::size_t{size} * size) {}

    unsigned size() const { return size_; }
    bool dark(unsigned x, unsigned y) const { return dark_[std::size_t{y} * size_ + x]; }
    void set(unsigned x, unsigned y, bool dark) { dark_[std::size_t{y} * size_ + x] = dark; }

private:
    unsigned size_;
    std::vector<bool> dark_;
};

/// The smallest code that holds `text` as octets, with error correction M (15 % of it may be
/// unreadable). Fails with kTooLarge above 2,331 octets.
Result<Code> encode(ByteView text);

}  // namespace step::qr
