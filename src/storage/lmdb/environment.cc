#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"
#include "storage/lmdb/environment_impl.h"

namespace step::storage {
namespace {

// Address space only; the file grows. The smaller ones are for machines that grant less.
constexpr std::size_t kMapBytes[] = {std::size_t{1} << 40, std::size_t{1} << 36,
                                     std::size_t{1} << 32, std::size_t{1} << 30};
constexpr unsigned kReaders = 1024;
/// LMDB's header and 64 bytes for each reader, and some pages more: it uses what is there.
constexpr off_t kLockBytes = off_t{72} * 1024;
/// Up to here every page is read at each start: some milliseconds. Above, what leads to rows.
constexpr std::size_t kReadWhole = std::size_t{32} << 20;

/// A file mapped for reading, as long as it is now.
class Mapping {
public:
    explicit Mapping(int descriptor) {
        struct stat info{};
        if (::fstat(descriptor, &info) == 0 && info.st_size > 0) {
            size_ = static_cast<std::size_t>(info.st_size);
            at_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0);
        }
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (at_ != MAP_FAILED) {
            ::munmap(at_, size_);
        }
    }
    ByteView bytes() const {
        return at_ == MAP_FAILED ? ByteView() : ByteView(static_cast<const char*>(at_), size_);
    }

private:
    std::size_t size_ = 0;
    void* at_ = MAP_FAILED;
};

Error damaged(const std::string& path, std::string_view what) {
    return cannot_open(Code::kInvalidArgument, path,
                       "the file is damaged: " + std::string(what) +
                           ". Restore a backup with `step-ca db restore`");
}

unsigned flags_of(Open how) {
    // NOTLS: a snapshot belongs to its object, not to the thread that opened it.
    const unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
    switch (how) {
        case Open::kWrite:
            break;
        case Open::kRead:
            return flags | MDB_RDONLY;
        case Open::kAloneNew:
            return flags | MDB_NOLOCK;
        case Open::kAlone:
            return flags | MDB_NOLOCK | MDB_RDONLY;
    }
    return flags;
}

}  // namespace

Error failure(int code) {
    // LMDB reports a write cut short by a full disk as EIO.
    // EFBIG is the process's own limit on file sizes.
    if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == EIO || code == MDB_MAP_FULL) {
        return {.code = Code::kUnavailable, .detail = "the database disk is full or failing"};
    }
    return {.code = Code::kUnavailable, .detail = "database error", .cause = mdb_strerror(code)};
}

Error cannot_open(Code code, const std::string& path, std::string_view what) {
    return {.code = code, .detail = "cannot open database " + path + ": " + std::string(what)};
}

Result<Environment> open_environment(const std::string& path, std::size_t tables, Open how) {
    int code = 0;
    for (const std::size_t bytes : kMapBytes) {
        MDB_env* created = nullptr;
        code = mdb_env_create(&created);
        if (code != 0) {
            break;
        }
        Environment environment(created, mdb_env_close);
        mdb_env_set_mapsize(created, bytes);
        mdb_env_set_maxdbs(created, static_cast<MDB_dbi>(tables + 1));
        mdb_env_set_maxreaders(created, kReaders);
        code = mdb_env_open(created, path.c_str(), flags_of(how), 0600);
        if (code == 0) {
            return environment;
        }
        // EINVAL: valgrind's word for a mapping beyond its address space.
        if (code != ENOMEM && code != EINVAL) {
            break;
        }
    }
    if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH) {
        return cannot_open(Code::kInvalidArgument, path,
                           "it is no database, or its first pages are damaged. Restore a backup "
                           "with `step-ca db restore`");
    }
    return cannot_open(Code::kUnavailable, path, code > 0 ? errno_text(code) : mdb_strerror(code));
}

Status check_environment(MDB_env* environment, const std::string& path,
                         std::optional<Depth> depth) {
    constexpr int kTries = 20;  // Each loses against two commits in a row of somebody else.
    Status checked = ok();
    for (int i = 0; i < kTries; ++i) {
        MDB_txn* txn = nullptr;
        if (const int code = mdb_txn_begin(environment, nullptr, MDB_RDONLY, &txn)) {
            return failure(code);
        }
        const Txn ends(txn, mdb_txn_abort);
        int descriptor = -1;
        mdb_env_get_fd(environment, &descriptor);
        const Mapping file(descriptor);
        const Depth used = depth.value_or(file.bytes().size() <= kReadWhole ? Depth::kEverything
                                                                            : Depth::kBranches);
        checked = check_pages(file.bytes(), mdb_txn_id(txn), used);
        if (checked || !checked.error().has_reason(kStateGone)) {
            break;
        }
    }
    return checked || checked.error().has_reason(kStateGone)
               ? ok()
               : Status(damaged(path, checked.error().detail));
}

Status check_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return cannot_open(errno == ENOENT ? Code::kNotFound : Code::kUnavailable, path,
                           errno_text(errno));
    }
    const Mapping file(descriptor);
    ::close(descriptor);
    if (Status checked = check_pages(file.bytes(), std::nullopt, Depth::kEverything); !checked) {
        return damaged(path, checked.error().detail);
    }
    return ok();
}

Status check_mark(MDB_txn* txn, const std::string& path, bool* fresh) {
    MDB_dbi names = 0;
    MDB_stat stat{};
    int code = mdb_dbi_open(txn, nullptr, 0, &names);
    if (code == 0) {
        code = mdb_stat(txn, names, &stat);
    }
    if (code != 0) {
        return failure(code);
    }
    if (fresh != nullptr && stat.ms_entries == 0) {
        *fresh = true;
        return ok();
    }
    MDB_dbi marks = 0;
    MDB_val key = to_val("layout");
    MDB_val value{};
    code = mdb_dbi_open(txn, kFormatTable, 0, &marks);
    if (code == 0) {
        code = mdb_get(txn, marks, &key, &value);
    }
    if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) {
        return cannot_open(Code::kInvalidArgument, path, "it belongs to another program");
    }
    if (code == 0 && to_view(value) != kFormat) {
        return cannot_open(Code::kInvalidArgument, path,
                           "its layout is version " + std::string(to_view(value)) +
                               ", this program knows " + std::string(kFormat));
    }
    return code == 0 ? ok() : Status(failure(code));
}

Status refuse_empty(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size == 0) {
        return damaged(path, "it is empty");
    }
    return ok();
}

void leave_to_owner_of_folder(int descriptor, const std::string& path) {
    struct stat folder{};
    if (::geteuid() == 0 && ::stat(folder_of(path).c_str(), &folder) == 0) {
        (void)!::fchown(descriptor, folder.st_uid, folder.st_gid);
    }
}

Status fill_lock_file(const std::string& path) {
    const std::string name = path + "-lock";
    const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return cannot_open(Code::kUnavailable, path, name + ": " + errno_text(errno));
    }
    struct stat found{};
    if (::fstat(descriptor, &found) == 0 && found.st_size == 0) {
        leave_to_owner_of_folder(descriptor, path);
    }
    const int code = ::fallocate(descriptor, 0, 0, kLockBytes) == 0 ? 0 : errno;
    ::close(descriptor);
    if (code == 0 || code == EOPNOTSUPP || code == ENOSYS) {
        return ok();
    }
    return cannot_open(Code::kUnavailable, path, name + ": " + errno_text(code));
}

void sync_folder_of(const std::string& path) {
    const int opened = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened >= 0) {
        ::fsync(opened);
        ::close(opened);
    }
}

}  // namespace step::storage
