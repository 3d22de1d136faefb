#pragma once

#include <utility>

#include "base/bytes.h"

namespace step {

/// Octets that must not outlive their use: passwords, private keys. Move only; the memory is
/// overwritten when it goes. Never print one, never put one into an Error.
class Secret {
public:
    Secret() = default;
    explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    /// Aliases this object.
    ByteView view() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }
    /// A second copy, for those who must keep one.
    Secret clone() const { return Secret(bytes_); }

private:
    Bytes bytes_;
};

/// Overwrites `bytes` in a way the compiler keeps, then empties it.
void wipe(Bytes& bytes);

}  // namespace step
