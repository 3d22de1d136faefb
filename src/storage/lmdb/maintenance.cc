#include "storage/lmdb/maintenance.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <optional>

#include "base/files.h"
#include "storage/lmdb/environment_impl.h"
#include "storage/lmdb/locks.h"

namespace step::storage {
namespace {

constexpr std::size_t kTables = 64;  ///< More than any of our files has.
constexpr MDB_dbi kFreeList = 0;

Error cannot(std::string_view what, const std::string& path, int code) {
    return {.code = Code::kUnavailable,
            .detail = "cannot " + std::string(what) + " " + path + ": " + errno_text(code)};
}

/// The file must be there and not empty: LMDB would start anew.
Status expect_file(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        return cannot_open(errno == ENOENT ? Code::kNotFound : Code::kUnavailable, path,
                           errno_text(errno));
    }
    return S_ISREG(info.st_mode) && info.st_size > 0
               ? ok()
               : Status(cannot_open(Code::kInvalidArgument, path, "it is empty or no file"));
}

/// To read it beside whoever has it open, after a look at its pages.
Result<Environment> open_beside(const std::string& path, std::optional<Depth> depth) {
    STEP_TRY(expect_file(path));
    STEP_ASSIGN(Environment environment, open_environment(path, kTables, Open::kRead));
    STEP_TRY(check_environment(environment.get(), path, depth));
    return environment;
}

/// To read it while nobody else has it open. Its pages are read before LMDB sees them.
Result<Environment> open_alone(const std::string& path) {
    STEP_TRY(expect_file(path));
    STEP_TRY(check_file(path));
    return open_environment(path, kTables, Open::kAlone);
}

Status in_snapshot(MDB_env* environment, const std::function<Status(MDB_txn*)>& work) {
    MDB_txn* begun = nullptr;
    if (const int code = mdb_txn_begin(environment, nullptr, MDB_RDONLY, &begun)) {
        return failure(code);
    }
    const Txn txn(begun, mdb_txn_abort);
    return work(begun);
}

Status expect_ours(MDB_env* environment, const std::string& path) {
    return in_snapshot(environment, [&](MDB_txn* txn) { return check_mark(txn, path, nullptr); });
}

Status each(MDB_txn* txn, MDB_dbi dbi, const std::function<Status(MDB_val&, MDB_val&)>& visit) {
    MDB_cursor* opened = nullptr;
    if (const int code = mdb_cursor_open(txn, dbi, &opened)) {
        return failure(code);
    }
    const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> cursor(opened, mdb_cursor_close);
    MDB_val key{};
    MDB_val value{};
    int code = 0;
    while ((code = mdb_cursor_get(opened, &key, &value, MDB_NEXT)) == 0) {
        STEP_TRY(visit(key, value));
    }
    return code == MDB_NOTFOUND ? ok() : Status(failure(code));
}

/// "" if there are no rows.
Result<std::string> last_key(MDB_txn* txn, MDB_dbi dbi) {
    MDB_cursor* opened = nullptr;
    if (const int code = mdb_cursor_open(txn, dbi, &opened)) {
        return failure(code);
    }
    const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> cursor(opened, mdb_cursor_close);
    MDB_val key{};
    MDB_val value{};
    const int code = mdb_cursor_get(opened, &key, &value, MDB_LAST);
    if (code != 0 && code != MDB_NOTFOUND) {
        return failure(code);
    }
    return code == 0 ? std::string(to_view(key)) : std::string();
}

Status read_tables(MDB_txn* txn, FileUse& use) {
    MDB_dbi names = 0;
    if (const int code = mdb_dbi_open(txn, nullptr, 0, &names)) {
        return failure(code);
    }
    STEP_TRY(each(txn, names, [&](MDB_val& key, MDB_val&) {
        use.tables.push_back({.name = std::string(to_view(key))});
        return ok();
    }));
    for (TableUse& table : use.tables) {
        MDB_dbi dbi = 0;
        MDB_stat stat{};
        int code = mdb_dbi_open(txn, table.name.c_str(), 0, &dbi);
        if (code == 0) {
            code = mdb_stat(txn, dbi, &stat);
        }
        if (code != 0) {
            return failure(code);
        }
        table.rows = stat.ms_entries;
        table.bytes =
            stat.ms_psize * (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages);
        use.page_size = stat.ms_psize;
        STEP_ASSIGN(table.last_key, last_key(txn, dbi));
    }
    return each(txn, kFreeList, [&](MDB_val&, MDB_val& value) {
        use.free_pages += *static_cast<const std::size_t*>(value.mv_data);
        return ok();
    });
}

/// A file beside `path` that takes its place when it is whole, and is gone if it is not.
class Draft {
public:
    static Result<Draft> make(const std::string& path) {
        Draft draft(path);
        draft.file_ = Held(::mkostemp(draft.name_.data(), O_CLOEXEC));
        if (draft.file_.get() < 0) {
            draft.name_.clear();
            return cannot("write", path, errno);
        }
        return draft;
    }
    Draft(Draft&& other) noexcept
        : path_(std::move(other.path_)),
          name_(std::exchange(other.name_, "")),
          file_(std::move(other.file_)) {}
    Draft& operator=(Draft&&) = delete;
    ~Draft() {
        if (!name_.empty()) {
            ::unlink(name_.c_str());
        }
    }

    int descriptor() const { return file_.get(); }
    const std::string& name() const { return name_; }
    /// The owner and mode of `like`.
    void resemble(const struct stat& like, unsigned mode) const {
        // Only root may give a file away; anybody else keeps it.
        if (::fchown(file_.get(), like.st_uid, like.st_gid) == 0 || mode != 0) {
            (void)::fchmod(file_.get(), mode);
        }
    }
    Status publish() {
        if (::fsync(file_.get()) != 0 || ::rename(name_.c_str(), path_.c_str()) != 0) {
            return cannot("write", path_, errno);
        }
        name_.clear();
        sync_folder_of(path_);
        return ok();
    }

private:
    explicit Draft(const std::string& path) : path_(path), name_(path + ".XXXXXX") {}
    std::string path_, name_;
    Held file_;
};

Status copy_to(MDB_env* environment, const std::string& from, int descriptor) {
    const int code = mdb_env_copyfd2(environment, descriptor, MDB_CP_COMPACT);
    if (code == 0) {
        return ok();
    }
    return Error{.code = Code::kUnavailable,
                 .detail = "cannot copy database " + from + ": " +
                           (code > 0 ? errno_text(code) : std::string(mdb_strerror(code)))};
}

/// A copy that was read again before it counts.
Status fill(const Draft& draft, MDB_env* environment, const std::string& from) {
    STEP_TRY(copy_to(environment, from, draft.descriptor()));
    return check_file(draft.name());
}

}  // namespace

Result<FileUse> stat_lmdb(const std::string& path) {
    STEP_ASSIGN(const Environment environment, open_beside(path, std::nullopt));
    STEP_TRY(expect_ours(environment.get(), path));
    FileUse use;
    MDB_envinfo info{};
    mdb_env_info(environment.get(), &info);
    use.map_bytes = info.me_mapsize;
    struct stat file{};
    if (::stat(path.c_str(), &file) == 0) {
        use.file_bytes = static_cast<std::uint64_t>(file.st_size);
    }
    // Each slot in use that a transaction is in says so in a line of its own.
    int readers = 0;
    (void)mdb_reader_list(
        environment.get(),
        [](const char* line, void* count) {
            const std::string_view text(line);
            if (text.find_first_of("0123456789") != std::string_view::npos &&
                !text.ends_with(" -\n")) {
                ++*static_cast<int*>(count);
            }
            return 0;
        },
        &readers);
    use.readers = static_cast<std::uint64_t>(readers);
    use.layout = kFormat;
    STEP_TRY(in_snapshot(environment.get(), [&](MDB_txn* txn) {
        use.transaction = mdb_txn_id(txn);
        return read_tables(txn, use);
    }));
    use.pages = info.me_last_pgno + 1;
    return use;
}

Status examine_lmdb(const std::string& path) {
    if (kind_of(path) == Kind::kNothing) {
        return ok();
    }
    STEP_TRY(refuse_empty(path));
    if (::access(path.c_str(), R_OK | W_OK) != 0) {
        return cannot_open(Code::kUnavailable, path, errno_text(errno));
    }
    // Without a lock file nobody has it open, and nobody else's file must be left behind.
    const bool shared = kind_of(path + "-lock") != Kind::kNothing;
    STEP_ASSIGN(const Environment environment,
                open_environment(path, kTables, shared ? Open::kRead : Open::kAlone));
    STEP_TRY(check_environment(environment.get(), path, std::nullopt));
    bool fresh = false;
    return in_snapshot(environment.get(),
                       [&](MDB_txn* txn) { return check_mark(txn, path, &fresh); });
}

Status verify_lmdb(const std::string& path) {
    STEP_ASSIGN(const Environment environment, open_beside(path, Depth::kEverything));
    return expect_ours(environment.get(), path);
}

Status copy_lmdb(const std::string& path, int descriptor) {
    STEP_ASSIGN(const Environment environment, open_beside(path, std::nullopt));
    STEP_TRY(expect_ours(environment.get(), path));
    return copy_to(environment.get(), path, descriptor);
}

Status backup_lmdb(const std::string& path, const std::string& target) {
    STEP_ASSIGN(const Environment environment, open_beside(path, std::nullopt));
    STEP_TRY(expect_ours(environment.get(), path));
    STEP_ASSIGN(Draft draft, Draft::make(target));
    STEP_TRY(fill(draft, environment.get(), path));
    return draft.publish();
}

Status compact_lmdb(const std::string& path) {
    STEP_TRY(expect_file(path));
    STEP_ASSIGN(const SoleUse alone, SoleUse::take(path));
    STEP_ASSIGN(const Environment environment, open_alone(path));
    STEP_TRY(expect_ours(environment.get(), path));
    struct stat before{};
    if (::stat(path.c_str(), &before) != 0) {
        return cannot("read", path, errno);
    }
    STEP_ASSIGN(Draft draft, Draft::make(path));
    STEP_TRY(fill(draft, environment.get(), path));
    draft.resemble(before, before.st_mode & 07777U);
    return draft.publish();
}

Status restore_lmdb(const std::string& source, const std::string& path, Replace replace) {
    STEP_ASSIGN(const Environment environment, open_alone(source));
    STEP_TRY(expect_ours(environment.get(), source));
    struct stat folder{};
    if (::stat(folder_of(path).c_str(), &folder) != 0) {
        return cannot("open", folder_of(path), errno);
    }
    STEP_ASSIGN(const SoleUse alone, SoleUse::take(path));
    const bool occupied = ::access(path.c_str(), F_OK) == 0;
    if (occupied && replace == Replace::kNo) {
        return Error{.code = Code::kConflict,
                     .detail = "there is a database at " + path +
                               " already; --force replaces it and keeps it as " + path +
                               ".replaced"};
    }
    STEP_ASSIGN(Draft draft, Draft::make(path));
    STEP_TRY(fill(draft, environment.get(), source));
    draft.resemble(folder, 0600);
    if (occupied) {
        // A second name first, so that at no moment there is no database at all.
        const std::string kept = path + ".replaced";
        if ((::unlink(kept.c_str()) != 0 && errno != ENOENT) ||
            ::link(path.c_str(), kept.c_str()) != 0) {
            return cannot("keep the old database as", kept, errno);
        }
    }
    return draft.publish();
}

}  // namespace step::storage
