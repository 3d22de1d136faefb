#include "base/secret.h"

#include <string.h>

namespace step {

void wipe(Bytes& bytes) {
    bytes.resize(
        bytes.capacity());  // A short string that was moved from has its octets behind its end.
    ::explicit_bzero(bytes.data(), bytes.size());
    bytes.clear();
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {
    wipe(other.bytes_);  // A short string is copied by the move.
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(bytes_);
        bytes_ = std::move(other.bytes_);
        wipe(other.bytes_);
    }
    return *this;
}

Secret::~Secret() {
    wipe(bytes_);
}

}  // namespace step
