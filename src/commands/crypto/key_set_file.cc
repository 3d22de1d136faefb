#include "commands/crypto/key_set_file.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/secret.h"
#include "commands/errors.h"
#include "json/write.h"

namespace step::commands {
Result<KeySetFile> KeySetFile::open(const std::string& path) {
    STEP_ASSIGN(FileLock lock, FileLock::take(path, FileLock::Missing::kCreate));
    KeySetFile file(path, std::move(lock));
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

Status KeySetFile::save() const {
    constexpr unsigned kMode = 0600;
    const Secret text(json::encode_indent(jose::private_jwk_set(keys), "  "));
    return write_file(path_, text.view(), kMode);
}

}  // namespace step::commands
