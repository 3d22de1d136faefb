#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step {

inline constexpr std::size_t kMaxFile = std::size_t{64} << 20;

/// Reads a whole regular file, pipe or device. Fails with kNotFound if there is no such file,
/// kForbidden if it may not be read, kTooLarge above `max_bytes`. The detail is
/// "open PATH failed: REASON" with REASON as Go words it ("no such file or directory").
Result<Bytes> read_file(const std::string& path, std::size_t max_bytes = kMaxFile);

/// How write_file treats the mode of a file that is there already.
enum class Mode : unsigned char {
    kKeep,   ///< An existing file keeps its mode: certificates, configuration.
    kExact,  ///< The file gets the mode asked for: private keys.
};

/// Replaces the contents of `path` at once: temporary file beside it, fsync, rename, fsync of
/// the folder. Follows a symbolic link and replaces what it points to. What is not a regular
/// file (a device, a pipe) is written through instead. After a failure the old contents stand.
Status write_file(const std::string& path, ByteView bytes, unsigned mode, Mode treat = Mode::kKeep);

/// A file that replace_together() writes; as write_file's arguments.
struct NewFile {
    std::string path{};
    ByteView bytes{};
    unsigned mode = 0600;
    Mode treat = Mode::kKeep;
};
/// Like write_file for files that belong together, such as a certificate and its key: each is
/// made ready beside its place before the first is replaced, in the order given. After a failure
/// all old contents stand; only a crash between two renames leaves a mixture. Two paths that
/// name one file are refused with kInvalidArgument. Devices and pipes are written before any
/// rename, so a full one changes no file.
Status replace_together(const std::vector<NewFile>& files);

/// Like `mkdir -p` with `mode` for each folder it makes; the umask does not apply.
Status make_folders(const std::string& path, unsigned mode = 0700);

/// Removes a file, or a folder with all that is in it; links are removed, not followed. Nothing
/// there is no error. A failure in the middle leaves a part.
Status remove_tree(const std::string& path);
/// Whether make_folders would succeed and the folder could be written to. Makes nothing.
Status can_make_folders(const std::string& path);

enum class Kind : unsigned char { kNothing, kFile, kFolder, kOther };
/// What a path names, links followed.
Kind kind_of(const std::string& path);

/// The text Go prints for an errno: "no such file or directory", "permission denied", …
std::string errno_text(int code);

/// Lexical only, like Go's path/filepath: Join and Clean.
std::string join_path(const std::string& folder, const std::string& name);
std::string clean_path(const std::string& path);
std::string folder_of(const std::string& path);
std::string name_of(const std::string& path);

}  // namespace step
