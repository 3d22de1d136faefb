#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

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
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
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

/// A temporary file beside the one that it is to replace; gone at the end unless it did.
class Staged {
public:
    explicit Staged(std::string target) : target_(std::move(target)) {}
    Staged(Staged&& other) noexcept
        : file_(std::move(other.file_)),
          target_(std::move(other.target_)),
          temporary_(std::exchange(other.temporary_, {})),
          backup_(std::exchange(other.backup_, {})),
          replaced_(std::exchange(other.replaced_, false)) {}
    Staged& operator=(Staged&&) = delete;
    ~Staged() {
        for (const std::string& left : {temporary_, backup_}) {
            if (!left.empty()) {
                ::unlink(left.c_str());
            }
        }
    }

    Status fill(ByteView bytes, unsigned mode) {
        if (target_.empty()) {
            return failure("open", target_, ENOENT);
        }
        std::string name = target_ + ".XXXXXX";
        file_ = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
        if (file_.get() < 0) {
            return failure("open", target_, errno);
        }
        temporary_ = std::move(name);
        int code = write_all(file_.get(), bytes);
        if (code == 0 && ::fchmod(file_.get(), mode) != 0) {
            code = errno;
        }
        return code == 0 ? ok() : Status(failure("write", target_, code));
    }

    /// Puts what fill() wrote on the disk.
    Status sync() {
        const Descriptor file = std::move(file_);
        return ::fsync(file.get()) == 0 ? ok() : Status(failure("write", target_, errno));
    }

    /// Keeps a second name for what is there, so that undo() can put it back.
    void keep_old() {
        const std::string name = temporary_ + ".old";
        if (::link(target_.c_str(), name.c_str()) == 0) {
            backup_ = name;
        }
    }

    Status commit() {
        if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
            return failure("write", target_, errno);
        }
        temporary_.clear();
        replaced_ = true;
        return ok();
    }

    void undo() {
        if (!replaced_) {
            return;
        }
        if (backup_.empty()) {
            ::unlink(target_.c_str());
        } else if (::rename(backup_.c_str(), target_.c_str()) == 0) {
            backup_.clear();
        }
    }

    std::string folder() const { return folder_of(target_); }

private:
    Descriptor file_{-1};
    std::string target_, temporary_{}, backup_{};
    bool replaced_ = false;
};

/// Makes the renames in it last. Some file systems refuse it; the renames stand all the same.
void sync_folder(const std::string& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) {
        ::fsync(folder.get());
    }
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
    return replace_together({{.path = path, .bytes = bytes, .mode = mode, .treat = treat}});
}

Status replace_together(const std::vector<NewFile>& files) {
    std::vector<Staged> staged;
    std::vector<std::pair<std::string, ByteView>> others;
    std::set<std::string> targets;
    for (const NewFile& file : files) {
        const std::string target = resolve(file.path);
        unsigned mode = file.mode;
        struct stat info{};
        if (::stat(target.c_str(), &info) == 0) {
            if (S_ISDIR(info.st_mode)) {
                return failure("open", file.path, EISDIR);
            }
            if (!S_ISREG(info.st_mode)) {
                others.emplace_back(target, file.bytes);
                continue;
            }
            if (file.treat == Mode::kKeep) {
                mode = info.st_mode & 07777U;
            }
        }
        if (!targets.insert(clean_path(target)).second) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = fmt::format("{} would be written twice", file.path)};
        }
        STEP_TRY(staged.emplace_back(target).fill(file.bytes, mode));
    }
    // After all are written: the first one takes what the disk can of the others along.
    for (Staged& file : staged) {
        STEP_TRY(file.sync());
    }
    for (const auto& [target, bytes] : others) {
        STEP_TRY(write_through(target, bytes));
    }
    for (Staged& file : staged) {
        if (staged.size() > 1) {
            file.keep_old();
        }
    }
    for (Staged& file : staged) {
        if (Status done = file.commit(); !done) {
            std::ranges::for_each(staged, &Staged::undo);
            return done;
        }
        // Each on its own: no power cut leaves a later file without an earlier one.
        sync_folder(file.folder());
    }
    return ok();
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

Status remove_tree(const std::string& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? Status(failure("remove", path, error.value())) : ok();
}

Status can_make_folders(const std::string& path) {
    std::string at = clean_path(path);
    while (kind_of(at) == Kind::kNothing && at != folder_of(at)) {
        at = folder_of(at);
    }
    if (kind_of(at) != Kind::kFolder) {
        return failure("mkdir", path, ENOTDIR);
    }
    return ::access(at.c_str(), W_OK | X_OK) == 0 ? ok() : Status(failure("mkdir", path, errno));
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
