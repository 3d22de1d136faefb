#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step {

/// One block of RFC 7468 text, or of its RFC 1421 ancestor with headers.
struct PemBlock {
    std::string type{};                                          ///< "CERTIFICATE"
    std::vector<std::pair<std::string, std::string>> headers{};  ///< In file order.
    Bytes bytes{};

    bool operator==(const PemBlock&) const = default;
};

/// The first block of `text`, and where the text after it begins; none if there is no block.
/// Text before a block, and malformed blocks, are skipped as Go's pem.Decode skips them.
struct PemStep {
    PemBlock block{};
    std::size_t rest = 0;  ///< Offset into the text that was given.
};
std::optional<PemStep> next_pem(std::string_view text);

/// Every block of `text`. Fails with kInvalidArgument if there is none.
Result<std::vector<PemBlock>> parse_pem(std::string_view text);

/// 64 columns, LF, headers sorted with Proc-Type first, a newline at the end: byte for byte
/// what Go's pem.EncodeToMemory writes.
std::string encode_pem(const PemBlock& block);
std::string encode_pem(std::string_view type, ByteView bytes);

}  // namespace step
