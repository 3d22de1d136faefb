#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.h"
#include "base/result.h"

namespace step::x509 {

/// Up to `count` octets of a file from `offset`; fewer only where it ends.
using ReadAt = std::function<Result<Bytes>(std::uint64_t offset, std::size_t count)>;

/// Why there is no signature: the headers are not those of a PE file, or they name none.
inline constexpr const char* kNotExecutable = "x509.not_executable";

/// The PKCS#7 structure in a Windows executable (Portable Executable; 32 and 64 bits): the first
/// entry of its certificate table, which may be followed by padding. Reads the headers and that
/// entry only, 16 MiB at most. Checks no signature. Fails with kInvalidArgument and reason
/// kNotExecutable if the outer headers are wrong, without reason if the table is, or with what
/// `read` fails with.
Result<Bytes> authenticode_signature(const ReadAt& read);

}  // namespace step::x509
