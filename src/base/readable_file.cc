#include "base/readable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <fmt/core.h>

#include "base/files.h"

namespace step {
namespace {

Error failed(std::string_view what, const std::string& path, int code) {
    const Code kind = code == ENOENT || code == ENOTDIR ? Code::kNotFound
                      : code == EACCES || code == EPERM ? Code::kForbidden
                      : code == EISDIR || code == ELOOP ? Code::kInvalidArgument
                                                        : Code::kUnavailable;
    return {.code = kind, .detail = fmt::format("{} {} failed: {}", what, path, errno_text(code))};
}

}  // namespace

Result<ReadableFile> ReadableFile::open(const std::string& path) {
    // Not to wait for a writer, should it be a named pipe.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return failed("open", path, errno);
    }
    struct stat info{};
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(descriptor);
        return failed("open", path, S_ISDIR(info.st_mode) ? EISDIR : ELOOP);
    }
    return ReadableFile(descriptor, static_cast<std::uint64_t>(info.st_size), path);
}

ReadableFile::ReadableFile(ReadableFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      path_(std::move(other.path_)) {}

ReadableFile& ReadableFile::operator=(ReadableFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(path_, other.path_);
    return *this;
}

ReadableFile::~ReadableFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<Bytes> ReadableFile::read_at(std::uint64_t offset, std::size_t count) const {
    Bytes bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got = ::pread(descriptor_, bytes.data() + filled, count - filled,
                                    static_cast<off_t>(offset + filled));
        if (got < 0 && errno != EINTR) {
            return failed("read", path_, errno);
        }
        if (got == 0) {
            break;
        }
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace step
