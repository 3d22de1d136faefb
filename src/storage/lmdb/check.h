#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace step::storage {

/// How much of a data file check_pages reads.
enum class Depth : unsigned char {
    kBranches,    ///< What leads to rows: both heads, free list, names, branch pages.
    kEverything,  ///< Each page in use, each row's key and length, and their order.
};

/// The transaction asked for is no longer one of the two that the file keeps; ask again.
inline constexpr const char* kStateGone = "storage.state_gone";

/// Checks that the pages of an LMDB data file (0.9, 64-bit, little-endian), mapped or read
/// whole into `file`, fit together in the state after `transaction` (none: the newest).
///
/// Every page that the state leads to lies within the file, says its own number and kind, is
/// led to once and is not on the free list; every entry lies within its page. LMDB keeps no
/// checksums, so a value whose octets changed in place passes, and so does, at kBranches, a
/// damaged leaf. Fails with kInvalidArgument and the number of the page, or with kStateGone.
Status check_pages(ByteView file, std::optional<std::uint64_t> transaction, Depth depth);

}  // namespace step::storage
