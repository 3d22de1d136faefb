#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace step::storage {

struct TableUse {
    std::string name{};
    std::uint64_t rows = 0, bytes = 0;  ///< Bytes in whole pages.
    std::string last_key{};
    bool operator==(const TableUse&) const = default;
};

/// What a database file holds, in one consistent state.
struct FileUse {
    std::uint64_t file_bytes = 0, map_bytes = 0, page_size = 0;
    std::uint64_t pages = 0;       ///< That the state spans, heads and free ones included.
    std::uint64_t free_pages = 0;  ///< That the next rows will use before the file grows.
    std::uint64_t transaction = 0;
    std::uint64_t readers = 0;  ///< Snapshots open now, in every process.
    std::string layout{};
    std::vector<TableUse> tables{};  ///< By name.
};

/// Works beside a server. Fails as open_lmdb; kNotFound if there is no file.
Result<FileUse> stat_lmdb(const std::string& path);

/// Whether open_lmdb() would open the file `path`, beside a server too. Makes and changes nothing,
/// not even a lock file; a file that does not exist is ok().
Status examine_lmdb(const std::string& path);

/// Reads every page of `path`, beside a server too, and fails with kInvalidArgument if they do
/// not fit together (check.h says what that means) or the file is not ours.
Status verify_lmdb(const std::string& path);

/// Writes one consistent state of `path` to a descriptor, without free pages, while a server may
/// go on writing. What comes out is a database file. Not synced.
Status copy_lmdb(const std::string& path, int descriptor);

/// The same into a file that appears whole, synced, and whose every page was read again; an
/// existing file of that name is replaced. Mode 0600.
Status backup_lmdb(const std::string& path, const std::string& target);

/// Replaces `path` by a copy of itself without free pages. Fails with kConflict if any process
/// has it open. After a crash the old or the new file is there, both good.
Status compact_lmdb(const std::string& path);

enum class Replace : unsigned char { kNo, kYes };
/// Makes a copy of the database file `source` the database `path`, after reading every page of
/// both. A file that is there is replaced only if `replace` says so, and is kept as `path` +
/// ".replaced"; else kConflict, as if any process has it open. Run by root, the new file belongs
/// to whom its folder belongs.
Status restore_lmdb(const std::string& source, const std::string& path, Replace replace);

}  // namespace step::storage
