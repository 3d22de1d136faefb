#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <lmdb.h>

#include "base/result.h"
#include "storage/lmdb/check.h"

namespace step::storage {

using Environment = std::unique_ptr<MDB_env, void (*)(MDB_env*)>;
using Txn = std::unique_ptr<MDB_txn, void (*)(MDB_txn*)>;

/// Marks a file as ours, with the version of its layout.
inline constexpr const char* kFormatTable = "step-format";
inline constexpr std::string_view kFormat = "1";

inline MDB_val to_val(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB takes it as input only.
}
template <std::same_as<std::string> Gone>
MDB_val to_val(Gone&& temporary) = delete;
inline std::string_view to_view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

/// What LMDB's code means to whoever asked for the work.
Error failure(int code);
/// "cannot open database PATH: WHAT".
Error cannot_open(Code code, const std::string& path, std::string_view what);

enum class Open : unsigned char {
    kWrite,     ///< Beside other processes.
    kRead,      ///< Beside other processes, which may write.
    kAloneNew,  ///< A new file that nobody else knows: no lock file.
    kAlone,     ///< To read a file that nobody changes: no lock file.
};
/// Opens a file whose pages have not been looked at yet.
Result<Environment> open_environment(const std::string& path, std::size_t tables, Open how);

/// check_pages over what `environment` shows now. kInvalidArgument names the file and the page.
Status check_environment(MDB_env* environment, const std::string& path, std::optional<Depth> depth);
/// The same for a file that nobody changes, before LMDB sees it.
Status check_file(const std::string& path);

/// kInvalidArgument unless the file is ours and of a layout we know. `fresh` (may be null) tells
/// of a file with nothing in it.
Status check_mark(MDB_txn* txn, const std::string& path, bool* fresh);

/// An empty file is damage, never a beginning: kInvalidArgument. Anything else is ok().
Status refuse_empty(const std::string& path);

/// A file that root makes belongs to whom its folder belongs: a command that is run as root
/// before the server must not lock that out. Nobody else can give a file away.
void leave_to_owner_of_folder(int descriptor, const std::string& path);

/// Makes the lock file whole, so that no part of it is missing on the day the disk is full (a
/// hole in a mapped file kills the process then).
Status fill_lock_file(const std::string& path);

/// The name of a new file is on disk only once its folder is.
void sync_folder_of(const std::string& path);

}  // namespace step::storage
