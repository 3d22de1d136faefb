#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/command.h"

namespace step::commands {

/// --alg and --insecure of `crypto hash`.
std::vector<cli::Flag> hash_flags();
/// The algorithm that --alg names, as Hasher calls it. MD5 needs --insecure.
Result<std::string> hash_algorithm(const cli::Args& args);

/// The digest of a file, or of a folder with all below it, as the original makes it: its mode, then
/// for each entry, sorted by name, mode and digest of a file, or digest of a folder. Names do not
/// count; symbolic links are followed. Fails with kNotFound and kin: "stat F failed: …", and with
/// kInvalidArgument on folders more than 200 deep.
Result<Bytes> hash_path(const std::string& path, const std::string& algorithm);

}  // namespace step::commands
