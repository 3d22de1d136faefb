#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "commands/file_lock.h"
#include "jose/jwk.h"

namespace step::commands {

/// A file with a JWK Set, locked against other processes while the object lives. Made with mode
/// 0600, empty, if there is none.
class KeySetFile {
public:
    /// Fails as read_file, with "error reading F: file is locked" at once if somebody else has
    /// it, and with "error reading F: …" if it holds no set.
    static Result<KeySetFile> open(const std::string& path);

    std::vector<jose::Jwk> keys{};

    /// Replaces the file's contents with `keys`, at once.
    Status save() const;

private:
    KeySetFile(std::string path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
    std::string path_;
    FileLock lock_;
};

}  // namespace step::commands
