#include "commands/crypto/key_set_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/files.h"
#include "base/secret.h"
#include "commands/errors.h"
#include "json/write.h"

namespace step::commands {
namespace {

Error failed(const std::string& path, int code) {
    return {.code = Code::kUnavailable,
            .detail = fmt::format("open {} failed: {}", path, errno_text(code))};
}

/// True if `path` still names the file that we hold: a writer replaces it by another.
bool is_current(int descriptor, const std::string& path) {
    struct stat held{}, named{};
    return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

Result<KeySetFile> KeySetFile::open(const std::string& path) {
    constexpr unsigned kMode = 0600;
    constexpr int kTries = 100;  // Each lost to a writer that came between.
    for (int attempt = 0; attempt < kTries; ++attempt) {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
        if (descriptor < 0) {
            return failed(path, errno);
        }
        KeySetFile file(path, descriptor);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            return errno == EWOULDBLOCK
                       ? invalid(fmt::format("error reading {}: file is locked", path))
                       : failed(path, errno);
        }
        if (!is_current(descriptor, path)) {
            continue;
        }
        STEP_ASSIGN(Bytes text, read_file(path));
        const Secret whole(std::move(text));
        if (!whole.empty()) {
            auto keys = jose::parse_jwk_set(whole.view());
            if (!keys) {
                return invalid(fmt::format("error reading {}: {}", path, keys.error().detail));
            }
            file.keys = *std::move(keys);
        }
        return file;
    }
    return invalid(fmt::format("error reading {}: file is locked", path));
}

KeySetFile::KeySetFile(KeySetFile&& other) noexcept
    : keys(std::move(other.keys)),
      path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

KeySetFile::~KeySetFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Status KeySetFile::save() const {
    constexpr unsigned kMode = 0600;
    const Secret text(json::encode_indent(jose::private_jwk_set(keys), "  "));
    return write_file(path_, text.view(), kMode);
}

}  // namespace step::commands
