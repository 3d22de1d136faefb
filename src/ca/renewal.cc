#include "ca/renewal.h"

#include <algorithm>

namespace step::ca {
namespace {

/// A part of `whole`, uniform in steps of 1/65536.
Duration part_of(Duration whole, Random& random) {
    const Bytes bytes = random.bytes(2);
    const auto high = static_cast<unsigned char>(bytes[0]);
    const auto low = static_cast<unsigned char>(bytes[1]);
    return whole / 65536 * (high * 256 + low);
}

}  // namespace

SysTime next_renewal(SysSeconds not_before, SysSeconds not_after, Random& random) {
    const Duration period = not_after - not_before;
    return not_after - std::chrono::duration_cast<std::chrono::microseconds>(
                           period / 3 + part_of(period / 20, random));
}

Duration retry_after(SysSeconds not_before, SysSeconds not_after, Random& random) {
    const Duration most = Duration(not_after - not_before) / 20;
    return most / 2 + part_of(most / 2, random);
}

void RenewalTimer::issued(SysSeconds not_before, SysSeconds not_after) {
    not_before_ = not_before;
    not_after_ = not_after;
    due_ = next_renewal(not_before, not_after, random_);
    failed_ = retry_ = {};
}

void RenewalTimer::failed(SysTime now) {
    const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(
        retry_after(not_before_, not_after_, random_));
    // Close to the end, and after it, each tick is a chance.
    const bool ends_first = now + wait >= not_after_ || now < not_before_;
    failed_ = now;
    retry_ = now + (ends_first ? std::chrono::microseconds(kTick) : wait);
}

bool RenewalTimer::due(SysTime now) const {
    if (now < due_ && now >= not_before_) {
        return false;
    }
    // A clock set back behind the failure says nothing about how long ago it was; one set
    // beyond the end leaves nobody time to wait.
    return now >= retry_ || now < failed_ || (now >= not_after_ && retry_ > failed_ + kTick);
}

std::chrono::nanoseconds RenewalTimer::wait(SysTime now) const {
    const std::chrono::nanoseconds left = std::max(due_, retry_) - now;
    return std::clamp<std::chrono::nanoseconds>(left, std::chrono::milliseconds(1), kTick);
}

}  // namespace step::ca
