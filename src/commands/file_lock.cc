#include "commands/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/files.h"

namespace step::commands {
namespace {

Error failed(const std::string& path, int code) {
    return {.code = code == ENOENT ? Code::kNotFound : Code::kUnavailable,
            .detail = fmt::format("open {} failed: {}", path, errno_text(code))};
}

/// True if `path` still names the file that we hold: a writer replaces it by another.
bool is_current(int descriptor, const std::string& path) {
    struct stat held{}, named{};
    return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path, Missing missing) {
    constexpr unsigned kMode = 0600;
    constexpr int kTries = 100;  // Each lost to a writer that came between.
    const int how = missing == Missing::kCreate ? O_RDWR | O_CREAT : O_RDONLY;
    for (int attempt = 0; attempt < kTries; ++attempt) {
        const int descriptor = ::open(path.c_str(), how | O_CLOEXEC, kMode);
        if (descriptor < 0) {
            return failed(path, errno);
        }
        FileLock lock(descriptor);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) {
                break;
            }
            return failed(path, errno);
        }
        if (is_current(descriptor, path)) {
            return lock;
        }
    }
    return Error{.code = Code::kConflict,
                 .detail = fmt::format("error reading {}: file is locked", path)};
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

}  // namespace step::commands
