#pragma once

#include <vector>

#include "base/bytes.h"

namespace step::net {

/// The TXT records of a DNS message in the order of its answers, the strings of each joined, at
/// most 256 records. `status` becomes a status of c-ares: zero if the message could be read.
std::vector<Bytes> read_txt_answer(ByteView message, int& status);

}  // namespace step::net
