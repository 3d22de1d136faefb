#pragma once

#include <string>

#include "base/result.h"

namespace step::commands {

/// Holds a file against other processes that do the same, while it is read, changed and replaced
/// by another one of its name. The lock ends with the object or the process.
class FileLock {
public:
    enum class Missing : unsigned char { kFail, kCreate };  ///< kCreate: empty, mode 0600.

    /// Does not wait: fails with kConflict if another process has the file, else as read_file.
    static Result<FileLock> take(const std::string& path, Missing missing);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace step::commands
