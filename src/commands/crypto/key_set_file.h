#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "jose/jwk.h"

namespace step::commands {

/// A file with a JWK Set, locked against other processes while the object lives. Made with mode
/// 0600, empty, if there is none.
class KeySetFile {
public:
    /// Fails as read_file, with "error reading F: file is locked" at once if somebody else has
    /// it, and with "error reading F: …" if it holds no set.
    static Result<KeySetFile> open(const std::string& path);
    KeySetFile(KeySetFile&& other) noexcept;
    KeySetFile& operator=(KeySetFile&&) = delete;
    ~KeySetFile();

    std::vector<jose::Jwk> keys{};

    /// Replaces the file's contents with `keys`, at once.
    Status save() const;

private:
    KeySetFile(std::string path, int descriptor)
        : path_(std::move(path)), descriptor_(descriptor) {}
    std::string path_;
    int descriptor_;
};

}  // namespace step::commands
