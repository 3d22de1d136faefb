#include "storage/lmdb/locks.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/files.h"
#include "base/text.h"

namespace step::storage {
namespace {

constexpr int kLookMilliseconds = 20;

Result<Held> open_lock(const std::string& name) {
    Held file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file.get() < 0) {
        return Error{.code = Code::kUnavailable,
                     .detail = "cannot open " + name + ": " + errno_text(errno)};
    }
    return file;
}

/// Who holds the lock, as it wrote itself: " (process 123)".
std::string holder(int descriptor) {
    std::array<char, 20> text{};
    const ssize_t count = ::pread(descriptor, text.data(), text.size(), 0);
    const std::string id(
        trim(std::string_view(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0)));
    return id.empty() || id.find_first_not_of("0123456789") != std::string::npos
               ? ""
               : " (process " + id + ")";
}

}  // namespace

Held::~Held() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<ServerLock> ServerLock::take(const std::string& path) {
    STEP_ASSIGN(Held file, open_lock(path + "-server"));
    int locked = ::flock(file.get(), LOCK_EX | LOCK_NB);
    if (locked != 0 && errno == EWOULDBLOCK) {
        // Whoever asks find_server() holds it for microseconds.
        (void)::poll(nullptr, 0, kLookMilliseconds);
        locked = ::flock(file.get(), LOCK_EX | LOCK_NB);
    }
    if (locked != 0) {
        if (errno != EWOULDBLOCK) {
            return Error{.code = Code::kUnavailable,
                         .detail = "cannot lock " + path + "-server: " + errno_text(errno)};
        }
        return Error{.code = Code::kConflict,
                     .detail = "database " + path + " is in use by another step-ca" +
                               holder(file.get()) + "; a database has one server"};
    }
    // For the message above only: a full disk may lose it.
    const std::string id = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), id.data(), id.size(), 0) < 0) {
        return ServerLock(std::move(file));
    }
    return ServerLock(std::move(file));
}

std::optional<std::string> find_server(const std::string& path) {
    const Held file(::open((path + "-server").c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
        return std::nullopt;
    }
    return "another step-ca" + holder(file.get());
}

Result<SoleUse> SoleUse::take(const std::string& path) {
    STEP_ASSIGN(ServerLock server, ServerLock::take(path));
    // Every process that has the file open holds a shared lock on this octet (mdb.c,
    // mdb_env_excl_lock). Ours belongs to the open file, not to the process, so closing another
    // descriptor of it does not lose it.
    STEP_ASSIGN(Held users, open_lock(path + "-lock"));
    struct flock all{};
    all.l_type = F_WRLCK;
    all.l_whence = SEEK_SET;
    all.l_len = 1;
    if (::fcntl(users.get(), F_OFD_SETLK, &all) != 0) {
        return Error{.code = Code::kConflict,
                     .detail = "database " + path + " is open in another process"};
    }
    return SoleUse(std::move(server), std::move(users));
}

}  // namespace step::storage
