#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include <fmt/core.h>

#include "base/text.h"

namespace step {
namespace {

/// Closes what it holds.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    int get() const { return fd_; }

private:
    int fd_;
};

Error failure(std::string_view what, const std::string& path, int code) {
    const Code kind = code == ENOENT || code == ENOTDIR ? Code::kNotFound
                      : code == EACCES || code == EPERM ? Code::kForbidden
                      : code == EISDIR || code == ELOOP ? Code::kInvalidArgument
                                                        : Code::kUnavailable;
    return {.code = kind, .detail = fmt::format("{} {} failed: {}", what, path, errno_text(code))};
}

int write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return 0;
}

/// The file behind links, or the path itself if nothing is there yet.
std::string resolve(const std::string& path) {
    std::array<char, PATH_MAX> real{};
    if (::realpath(path.c_str(), real.data()) != nullptr) {
        return real.data();
    }
    // A link whose target does not exist: write what it points to.
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size() - 1);
    if (length <= 0) {
        return path;
    }
    const std::string to(target.data(), static_cast<std::size_t>(length));
    return to.starts_with('/') ? to : join_path(folder_of(path), to);
}

Status write_through(const std::string& path, ByteView bytes) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return failure("open", path, errno);
    }
    if (const int code = write_all(file.get(), bytes)) {
        return failure("write", path, code);
    }
    return ok();
}

Status replace(const std::string& path, ByteView bytes, unsigned mode) {
    std::string temporary = path + ".XXXXXX";
    {
        const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
        if (file.get() < 0) {
            return failure("open", path, errno);
        }
        int code = write_all(file.get(), bytes);
        if (code == 0 && (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)) {
            code = errno;
        }
        if (code == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) {
            code = errno;
        }
        if (code != 0) {
            ::unlink(temporary.c_str());
            return failure("write", path, code);
        }
    }
    const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) {
        ::fsync(folder.get());  // Some file systems refuse it; the rename stands all the same.
    }
    return ok();
}

}  // namespace

std::string errno_text(int code) {
    const char* known = ::strerrordesc_np(code);
    std::string text = known != nullptr ? known : fmt::format("errno {}", code);
    text[0] = to_lower(text[0]);
    return text;
}

Result<Bytes> read_file(const std::string& path, std::size_t max_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return failure("open", path, errno);
    }
    Bytes bytes;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failure("read", path, errno);
        }
        if (count == 0) {
            return bytes;
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(count));
        if (bytes.size() > max_bytes) {
            return Error{.code = Code::kTooLarge,
                         .detail = fmt::format("{} is larger than {} bytes", path, max_bytes)};
        }
    }
}

Status write_file(const std::string& path, ByteView bytes, unsigned mode, Mode treat) {
    const std::string target = resolve(path);
    struct stat info{};
    if (::stat(target.c_str(), &info) == 0) {
        if (S_ISDIR(info.st_mode)) {
            return failure("open", path, EISDIR);
        }
        if (!S_ISREG(info.st_mode)) {
            return write_through(target, bytes);
        }
        if (treat == Mode::kKeep) {
            mode = info.st_mode & 07777U;
        }
    }
    return replace(target, bytes, mode);
}

Status make_folders(const std::string& path, unsigned mode) {
    const std::string clean = clean_path(path);
    for (std::size_t at = 1; at <= clean.size(); ++at) {
        at = std::min(clean.find('/', at), clean.size());
        const std::string part = clean.substr(0, at);
        if (::mkdir(part.c_str(), mode) == 0) {
            if (::chmod(part.c_str(), mode) != 0) {
                return failure("mkdir", part, errno);
            }
        } else if (errno != EEXIST) {
            return failure("mkdir", part, errno);
        }
    }
    return kind_of(clean) == Kind::kFolder ? ok() : Status(failure("mkdir", path, ENOTDIR));
}

Kind kind_of(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        return Kind::kNothing;
    }
    if (S_ISDIR(info.st_mode)) {
        return Kind::kFolder;
    }
    return S_ISREG(info.st_mode) ? Kind::kFile : Kind::kOther;
}

std::string clean_path(const std::string& path) {
    const bool rooted = path.starts_with('/');
    std::vector<std::string> parts;
    for (std::string& part : split(path, '/')) {
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == ".." && !parts.empty() && parts.back() != "..") {
            parts.pop_back();
        } else if (part != ".." || !rooted) {
            parts.push_back(std::move(part));
        }
    }
    const std::string joined = (rooted ? "/" : "") + join(parts, "/");
    return joined.empty() ? "." : joined;
}

std::string join_path(const std::string& folder, const std::string& name) {
    if (folder.empty() || name.empty()) {
        const std::string& only = folder.empty() ? name : folder;
        return only.empty() ? "" : clean_path(only);
    }
    return clean_path(folder + "/" + name);
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : clean_path(path.substr(0, slash + 1));
}

std::string name_of(const std::string& path) {
    const std::string clean = clean_path(path);
    return clean == "/" ? clean : clean.substr(clean.rfind('/') + 1);
}

}  // namespace step
