#include "app/database.h"

#include <array>
#include <cstdio>
#include <filesystem>

#include "acme/api/nonces.h"
#include "acme/store.h"
#include "base/files.h"
#include "base/text.h"
#include "issuance/ledger.h"
#include "provisioner/used_tokens.h"
#include "revocation/register.h"
#include "storage/lmdb/lmdb.h"
#include "storage/lmdb/maintenance.h"
#include "storage/memory/memory.h"

namespace step::app {
namespace {

/// Every keyspace of a CA with a database.
std::vector<std::string> keyspaces() {
    std::vector<std::string> all = issuance::Ledger::keyspaces();
    for (std::string& name : revocation::Register::keyspaces()) {
        all.push_back(std::move(name));
    }
    for (std::string& name : acme::keyspaces()) {
        all.push_back(std::move(name));
    }
    for (std::string& name : acme::Nonces::keyspaces()) {
        all.push_back(std::move(name));
    }
    all.emplace_back(provisioner::kUsedTokens);
    return all;
}

/// bbolt: a page header of 16 octets, then 0xED0CDAED in the machine's order.
bool is_bbolt(const std::string& path) {
    struct Close {
        void operator()(std::FILE* file) const { (void)std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    std::array<char, 20> head{};
    return file != nullptr && std::fread(head.data(), 1, head.size(), file.get()) == head.size() &&
           std::string_view(head.data() + 16, 4) == "\xed\xda\x0c\xed";
}

/// The name of a file that badger or bbolt has made in `folder`; "" if there is none.
std::string foreign_file(const std::string& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name == "MANIFEST" || name == "KEYREGISTRY" || name.ends_with(".vlog") ||
            name.ends_with(".sst") || (entry.is_regular_file(error) && is_bbolt(entry.path()))) {
            return name;
        }
    }
    return "";
}

Error foreign(const std::string& where, const std::string& name) {
    return Error{Code::kInvalidArgument,
                 where + " holds data of the original step-ca (" + name +
                     "), which would be left out: used tokens and revocations would be forgotten. "
                     "Set db.dataSource to another place, or import the data once `step-ca import` "
                     "exists"};
}

/// Looks for what must not be where our file goes.
Status refuse_foreign(const setup::DbConfig& config) {
    const std::string& source = config.data_source;
    if (equal_fold(config.type, "bbolt")) {
        return is_bbolt(source) ? Status(foreign(source, "a bbolt file")) : ok();
    }
    for (const std::string& folder : {source, config.value_dir}) {
        if (const std::string name = foreign_file(folder); !folder.empty() && !name.empty()) {
            return foreign(folder, name);
        }
    }
    return ok();
}

/// And makes the folder.
Status prepare_place(const setup::DbConfig& config) {
    STEP_TRY(refuse_foreign(config));
    return make_folders(folder_of(database_file(config)));
}

Error explained(const setup::DbConfig& config, Error error) {
    error.detail.insert(0, "Error opening database of Type " + config.type + ": ");
    return error;
}

}  // namespace

std::string database_file(const setup::DbConfig& config) {
    return equal_fold(config.type, "bbolt") ? config.data_source
                                            : join_path(config.data_source, "step.mdb");
}

Result<std::unique_ptr<storage::Database>> open_database(
    const std::optional<setup::DbConfig>& config) {
    if (!config) {
        return storage::open_memory({provisioner::kUsedTokens});
    }
    if (Status prepared = prepare_place(*config); !prepared) {
        return explained(*config, std::move(prepared).error());
    }
    const std::vector<std::string> names = keyspaces();
    const std::vector<std::string_view> views(names.begin(), names.end());
    Result<std::unique_ptr<storage::Database>> database =
        storage::open_lmdb(database_file(*config), views);
    if (!database) {
        return explained(*config, std::move(database).error());
    }
    return database;
}

Status examine_database(const setup::DbConfig& config) {
    const std::string file = database_file(config);
    Status good = refuse_foreign(config);
    if (good) {
        good = can_make_folders(folder_of(file));
    }
    if (good) {
        good = storage::examine_lmdb(file);
    }
    if (!good) {
        return explained(config, std::move(good).error());
    }
    return ok();
}

Result<std::optional<storage::ServerLock>> lock_database(
    const std::optional<setup::DbConfig>& config) {
    if (!config) {
        return std::optional<storage::ServerLock>();
    }
    if (Status prepared = prepare_place(*config); !prepared) {
        return explained(*config, std::move(prepared).error());
    }
    Result<storage::ServerLock> lock = storage::ServerLock::take(database_file(*config));
    if (!lock) {
        return explained(*config, std::move(lock).error());
    }
    return std::optional(*std::move(lock));
}

}  // namespace step::app
