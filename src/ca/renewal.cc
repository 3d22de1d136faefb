#include "ca/renewal.h"

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

}  // namespace step::ca
