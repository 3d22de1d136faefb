#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace step {

/// A regular file opened for reading in pieces: for files that may be larger than memory. Move
/// only.
class ReadableFile {
public:
    /// Fails as read_file; a folder or a device is refused with kInvalidArgument.
    static Result<ReadableFile> open(const std::string& path);
    ReadableFile(ReadableFile&& other) noexcept;
    ReadableFile& operator=(ReadableFile&& other) noexcept;
    ~ReadableFile();

    std::uint64_t size() const { return size_; }  ///< When it was opened.
    /// Up to `count` octets from `offset`; fewer only where the file ends.
    Result<Bytes> read_at(std::uint64_t offset, std::size_t count) const;

private:
    ReadableFile(int descriptor, std::uint64_t size, std::string path)
        : descriptor_(descriptor), size_(size), path_(std::move(path)) {}
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    std::string path_;
};

}  // namespace step
