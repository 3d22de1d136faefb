#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "setup/config.h"
#include "storage/database.h"
#include "storage/lmdb/locks.h"

namespace step::app {

/// Opens the database that ca.json names: LMDB in <dataSource>/step.mdb (for bbolt, whose
/// dataSource is a file, that path), or, without a `db`, memory that keeps used tokens only.
/// Makes the folder if it is missing.
///
/// Fails with kInvalidArgument where the original has left its own data: starting empty beside
/// it would forget used tokens and revocations. Details begin "Error opening database of Type".
Result<std::unique_ptr<storage::Database>> open_database(
    const std::optional<setup::DbConfig>& config);

/// The path that open_database uses. Opens and makes nothing.
std::string database_file(const setup::DbConfig& config);

/// Whether open_database and lock_database would succeed if nobody else served that database.
/// Makes nothing, changes nothing, and disturbs no server. Fails as they do.
Status examine_database(const setup::DbConfig& config);

/// Makes this process the server of that database; none without a `db`. Hold it as long as the
/// database is served. Makes the folder; fails as open_database, and with kConflict if another
/// process has it: "Error opening database of Type badgerv2: database PATH is in use by …".
Result<std::optional<storage::ServerLock>> lock_database(
    const std::optional<setup::DbConfig>& config);

}  // namespace step::app
