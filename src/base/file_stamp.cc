#include "base/file_stamp.h"

#include <sys/stat.h>

namespace step {

std::optional<FileStamp> stamp_of(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return std::nullopt;
    }
    return FileStamp{.device = info.st_dev,
                     .inode = info.st_ino,
                     .size = info.st_size,
                     .changed_seconds = info.st_ctim.tv_sec,
                     .changed_nanoseconds = info.st_ctim.tv_nsec};
}

}  // namespace step
