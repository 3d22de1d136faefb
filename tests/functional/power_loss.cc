// Preloaded into step-ca, this library writes down what the program does to its database file, so
// that a test can cut the power: it rebuilds the file from what had been synced, and from some of
// what had not, since a disk may have written any part of that.
//
//   STEP_POWER_LOSS_JOURNAL  the file to write to. Records: kind, then offset and length in 8
//                            octets each, then for W the octets:
//     W  a write began    T  the file was cut or extended to `offset`
//     S  all writes up to here are on disk    R  this range, just written, is on disk
//     M  the file was mapped for writing: such writes would not be seen
//   STEP_POWER_LOSS_LIE      if set, no S and no R: a disk that lies, for a test that must fail.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace {

enum Kind : char { kNone, kPlain, kSynced };

constexpr const char* kName = "step.mdb";
constexpr int kMost = 65536;
std::array<Kind, kMost> kinds{};
std::mutex mutex;
int journal = -1;
bool lies = false;

template <class Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

Kind kind_of(int descriptor) {
    return descriptor >= 0 && descriptor < kMost ? kinds[static_cast<std::size_t>(descriptor)]
                                                 : kNone;
}

void record(char kind, std::uint64_t offset, std::uint64_t length, const iovec* parts = nullptr,
            int count = 0) {
    static const auto writev_ = real<ssize_t (*)(int, const iovec*, int)>("writev");
    if (journal < 0 || (lies && (kind == 'S' || kind == 'R'))) {
        return;
    }
    std::array<char, 17> head{};
    head[0] = kind;
    std::memcpy(&head[1], &offset, 8);
    std::memcpy(&head[9], &length, 8);
    std::array<iovec, 1024> all{};
    all[0] = {head.data(), head.size()};
    if (count >= static_cast<int>(all.size())) {
        std::abort();
    }
    for (int i = 0; i < count; ++i) {
        all[static_cast<std::size_t>(i) + 1] = parts[i];
    }
    const ssize_t wanted = static_cast<ssize_t>(head.size() + (count > 0 ? length : 0));
    if (writev_(journal, all.data(), count + 1) != wanted) {
        std::abort();  // A journal with holes would prove nothing.
    }
}

void opened(int descriptor, const char* path, int flags) {
    if (descriptor < 0 || descriptor >= kMost) {
        return;
    }
    const char* slash = std::strrchr(path, '/');
    const bool ours = std::strcmp(slash != nullptr ? slash + 1 : path, kName) == 0;
    kinds[static_cast<std::size_t>(descriptor)] = !ours                    ? kNone
                                                  : (flags & O_DSYNC) != 0 ? kSynced
                                                                           : kPlain;
}

template <class Write>
ssize_t write_at(int descriptor, const iovec* parts, int count, off_t offset, const Write& write) {
    const Kind kind = kind_of(descriptor);
    if (kind == kNone) {
        return write();
    }
    const std::scoped_lock lock(mutex);
    std::uint64_t length = 0;
    for (int i = 0; i < count; ++i) {
        length += parts[i].iov_len;
    }
    record('W', static_cast<std::uint64_t>(offset), length, parts, count);
    const ssize_t written = write();
    if (kind == kSynced && written == static_cast<ssize_t>(length)) {
        record('R', static_cast<std::uint64_t>(offset), length);
    }
    return written;
}

int synced(int descriptor, const char* name) {
    const auto sync = real<int (*)(int)>(name);
    if (kind_of(descriptor) == kNone) {
        return sync(descriptor);
    }
    const std::scoped_lock lock(mutex);
    const int code = sync(descriptor);
    if (code == 0) {
        record('S', 0, 0);
    }
    return code;
}

__attribute__((constructor)) void begin() {
    const char* path = std::getenv("STEP_POWER_LOSS_JOURNAL");
    lies = std::getenv("STEP_POWER_LOSS_LIE") != nullptr;
    if (path != nullptr) {
        journal = real<int (*)(const char*, int, ...)>("open")(
            path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    std::va_list more;
    va_start(more, flags);
    const mode_t mode = va_arg(more, mode_t);
    va_end(more);
    const int descriptor = real<int (*)(const char*, int, ...)>("open")(path, flags, mode);
    opened(descriptor, path, flags);
    return descriptor;
}
int open64(const char* path, int flags, ...) {
    std::va_list more;
    va_start(more, flags);
    const mode_t mode = va_arg(more, mode_t);
    va_end(more);
    const int descriptor = real<int (*)(const char*, int, ...)>("open64")(path, flags, mode);
    opened(descriptor, path, flags);
    return descriptor;
}
int close(int descriptor) {
    if (descriptor >= 0 && descriptor < kMost) {
        kinds[static_cast<std::size_t>(descriptor)] = kNone;
    }
    return real<int (*)(int)>("close")(descriptor);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
    const iovec part{const_cast<void*>(data), size};
    return write_at(descriptor, &part, 1, offset, [&] {
        return real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite")(descriptor, data, size,
                                                                            offset);
    });
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
    return pwrite(descriptor, data, size, offset);
}
ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
    return write_at(descriptor, parts, count, offset, [&] {
        return real<ssize_t (*)(int, const iovec*, int, off_t)>("pwritev")(descriptor, parts, count,
                                                                           offset);
    });
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
    const off_t offset = kind_of(descriptor) == kNone ? 0 : ::lseek(descriptor, 0, SEEK_CUR);
    return write_at(descriptor, parts, count, offset, [&] {
        return real<ssize_t (*)(int, const iovec*, int)>("writev")(descriptor, parts, count);
    });
}
ssize_t write(int descriptor, const void* data, size_t size) {
    const iovec part{const_cast<void*>(data), size};
    const off_t offset = kind_of(descriptor) == kNone ? 0 : ::lseek(descriptor, 0, SEEK_CUR);
    return write_at(descriptor, &part, 1, offset, [&] {
        return real<ssize_t (*)(int, const void*, size_t)>("write")(descriptor, data, size);
    });
}
int ftruncate(int descriptor, off_t size) noexcept {
    if (kind_of(descriptor) != kNone) {
        const std::scoped_lock lock(mutex);
        record('T', static_cast<std::uint64_t>(size), 0);
    }
    return real<int (*)(int, off_t)>("ftruncate")(descriptor, size);
}
int fdatasync(int descriptor) {
    return synced(descriptor, "fdatasync");
}
int fsync(int descriptor) {
    return synced(descriptor, "fsync");
}
void* mmap(void* address, size_t size, int protection, int flags, int descriptor,
           off_t offset) noexcept {
    if (kind_of(descriptor) != kNone && (flags & MAP_SHARED) != 0 &&
        (protection & PROT_WRITE) != 0) {
        const std::scoped_lock lock(mutex);
        record('M', 0, 0);
    }
    return real<void* (*)(void*, size_t, int, int, int, off_t)>("mmap")(address, size, protection,
                                                                        flags, descriptor, offset);
}

}  // extern "C"
