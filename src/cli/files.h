#pragma once

#include <string>

#include "base/files.h"
#include "base/secret.h"
#include "cli/command.h"

namespace step::cli {

/// The question before a file is replaced; see write_output. For commands that write several
/// files and must have all answers before the first.
Status confirm_overwrite(Context& context, const std::string& path);

/// Writes a file that a command makes. If the path exists, asks "Would you like to overwrite F
/// [y/n]" unless the command has a true `force` flag; a "no" fails with "file exists", a folder
/// with "file is a directory". Private keys pass Mode::kExact.
Status write_output(Context& context, const std::string& path, ByteView bytes, unsigned mode = 0600,
                    Mode treat = Mode::kKeep);

/// A password file's contents without trailing white space. Fails as read_file.
Result<Secret> read_password_file(const std::string& path);

/// Standard input if something is piped into it or it is a file, else an answer typed unseen at
/// `label`.
Result<Secret> read_piped_or_ask(Context& context, std::string_view label);

/// Reads a file, or standard input if the path is "-". A UTF-8 byte order mark is dropped.
/// Fails as read_file.
Result<Bytes> read_input(Context& context, const std::string& path,
                         std::size_t max_bytes = kMaxFile);

}  // namespace step::cli
