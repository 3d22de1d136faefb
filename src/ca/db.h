#pragma once

#include <span>
#include <string>

#include "base/time.h"
#include "ca/daemon.h"
#include "storage/lmdb/maintenance.h"

namespace step::ca {

/// `step-ca db stat|backup|restore|compact`: `words` follow "db". Exit codes as run().
int run_db(std::span<const std::string> words, Services services);

/// What `db stat` prints.
std::string format_stat(const std::string& path, const storage::FileUse& use);
std::string format_stat_json(const std::string& path, const storage::FileUse& use);

/// Markdown.
std::string_view db_manual();

}  // namespace step::ca
