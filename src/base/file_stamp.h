#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace step {

/// What changes when somebody writes or replaces a file.
struct FileStamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_seconds = 0, changed_nanoseconds = 0;  ///< Also moved by touch and chmod.
    bool operator==(const FileStamp&) const = default;
};
/// Links are followed. None if there is no regular file or it cannot be looked at.
std::optional<FileStamp> stamp_of(const std::string& path);

}  // namespace step
