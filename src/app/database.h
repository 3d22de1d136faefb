#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "setup/config.h"
#include "storage/database.h"

namespace step::app {

/// Opens the database that ca.json names: LMDB in <dataSource>/step.mdb (for bbolt, whose
/// dataSource is a file, that path), or, without a `db`, memory that keeps used tokens only.
/// Makes the folder if it is missing.
///
/// Fails with kInvalidArgument where the original has left its own data: starting empty beside
/// it would forget used tokens and revocations. Details begin "Error opening database of Type".
Result<std::unique_ptr<storage::Database>> open_database(
    const std::optional<setup::DbConfig>& config);

}  // namespace step::app
