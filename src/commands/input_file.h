#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"

namespace step::commands {

/// A file that a command works on, or standard input for "-", as cli::read_input; fails in a third
/// wording of the original: "unexpected error on F: : no such file or directory".
Result<Bytes> read_input_file(cli::Context& context, const std::string& path);

/// A certificate, key or password that a flag or positional names, or standard input for "-", as
/// cli::read_input; fails as reading_quoted().
Result<Bytes> read_file_quoted(cli::Context& context, const std::string& path);

/// "unexpected error on F: file is a directory", of a file that is to be written.
Status check_no_folder(const std::string& path);

/// The first positional, or "-" without one.
std::string input_name(const cli::Args& args);

/// The mode of that file, which what is made of it gets; 0600 for standard input.
unsigned mode_of_input(const std::string& path);

}  // namespace step::commands
