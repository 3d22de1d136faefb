// A database file from outside: what the page check accepts, LMDB reads whole without harm.
#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <string>

#include "fuzz/fuzz.h"
#include "storage/lmdb/environment_impl.h"

namespace {

using namespace step;           // NOLINT(google-build-using-namespace)
using namespace step::storage;  // NOLINT(google-build-using-namespace)

/// Reads every row of a tree; gives how many there are.
std::size_t read_all(MDB_txn* txn, MDB_dbi dbi, bool open_tables) {
    MDB_cursor* cursor = nullptr;
    const int opened = mdb_cursor_open(txn, dbi, &cursor);
    assert(opened == 0);
    (void)opened;
    std::size_t rows = 0;
    unsigned sum = 0;
    MDB_val key{};
    MDB_val value{};
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        ++rows;
        for (const char c : to_view(value)) {
            sum += static_cast<unsigned char>(c);
        }
        if (open_tables) {
            const std::string name(to_view(key));
            MDB_dbi table = 0;
            if (rows < 16 && name.find('\0') == std::string::npos &&
                mdb_dbi_open(txn, name.c_str(), 0, &table) == 0) {
                rows += read_all(txn, table, /*open_tables=*/false);
            }
        }
    }
    mdb_cursor_close(cursor);
    return rows + (sum == 1 ? 1 : 0);  // So that the values are really read.
}

}  // namespace

FUZZ_TARGET(storage_lmdb) {
    const ByteView file(reinterpret_cast<const char*>(input.data()), input.size());
    const bool branches = static_cast<bool>(check_pages(file, std::nullopt, Depth::kBranches));
    if (!check_pages(file, std::nullopt, Depth::kEverything)) {
        return;
    }
    assert(branches);
    (void)branches;
    const int descriptor = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (descriptor < 0 ||
        ::write(descriptor, file.data(), file.size()) != static_cast<ssize_t>(file.size())) {
        return;
    }
    {
        const auto environment =
            open_environment("/proc/self/fd/" + std::to_string(descriptor), 64, Open::kAlone);
        MDB_txn* txn = nullptr;
        if (environment && mdb_txn_begin(environment->get(), nullptr, MDB_RDONLY, &txn) == 0) {
            MDB_dbi names = 0;
            if (mdb_dbi_open(txn, nullptr, 0, &names) == 0) {
                (void)read_all(txn, names, /*open_tables=*/true);
                (void)read_all(txn, 0, /*open_tables=*/false);
            }
            mdb_txn_abort(txn);
        }
    }
    ::close(descriptor);
}
