#include "commands/input_file.h"

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/files.h"
#include "commands/errors.h"

namespace step::commands {

Result<Bytes> read_input_file(cli::Context& context, const std::string& path) {
    auto bytes = cli::read_input(context, path);
    if (!bytes) {
        return Error{
            .code = bytes.error().code,
            .detail = fmt::format("unexpected error on {}: : {}", path, reason_of(bytes.error()))};
    }
    return bytes;
}

Result<Bytes> read_file_quoted(cli::Context& context, const std::string& path) {
    auto bytes = cli::read_input(context, path);
    return bytes ? std::move(bytes) : Result<Bytes>(reading_quoted(path, bytes.error()));
}

Status check_no_folder(const std::string& path) {
    return kind_of(path) == Kind::kFolder
               ? Status(invalid(fmt::format("unexpected error on {}: file is a directory", path)))
               : ok();
}

std::string input_name(const cli::Args& args) {
    return args.positionals().empty() ? "-" : args.positional(0);
}

unsigned mode_of_input(const std::string& path) {
    constexpr unsigned kPrivate = 0600, kPermissions = 0777;
    struct stat info{};
    return path != "-" && ::stat(path.c_str(), &info) == 0 ? info.st_mode & kPermissions : kPrivate;
}

}  // namespace step::commands
