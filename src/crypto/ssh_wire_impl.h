// Data types of the SSH protocol (RFC 4251 5); for src/crypto only.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace step::crypto {

/// Walks SSH data from front to back. Aliases its input. Every failure is kInvalidArgument.
class SshReader {
public:
    explicit SshReader(ByteView data) : rest_(data) {}

    Result<std::uint32_t> read_uint32();
    Result<std::uint64_t> read_uint64();
    Result<ByteView> read_string();
    /// A number that is not negative, without leading zeros.
    Result<ByteView> read_number();
    Result<ByteView> read_octets(std::size_t count);

    ByteView rest() const { return rest_; }
    /// Fails unless everything has been read.
    Status finish() const;

private:
    ByteView rest_;
};

/// Appends SSH data to `out`, which has room enough if it holds secrets.
void append_uint32(Bytes& out, std::uint32_t value);
void append_string(Bytes& out, ByteView value);
/// `big_endian` as an mpint that is not negative.
void append_number(Bytes& out, ByteView big_endian);

}  // namespace step::crypto
