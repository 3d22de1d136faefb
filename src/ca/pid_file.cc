#include "ca/pid_file.h"

#include <unistd.h>

#include "base/files.h"

namespace step::ca {
namespace {

std::string contents() {
    return std::to_string(::getpid()) + "\n";
}

}  // namespace

Result<PidFile> PidFile::write(const std::string& path) {
    if (Status written = write_file(path, contents(), 0644, Mode::kExact); !written) {
        Error error = std::move(written).error();
        error.detail.insert(0, "error writing pidfile: ");
        return error;
    }
    return PidFile(path);
}

PidFile::~PidFile() {
    if (path_.empty() || kind_of(path_) != Kind::kFile) {
        return;
    }
    const Result<Bytes> found = read_file(path_, 64);
    if (found && *found == contents()) {
        (void)::unlink(path_.c_str());
    }
}

}  // namespace step::ca
