#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace step::ca {

/// A file with the number of this process, as long as the object lives.
class PidFile {
public:
    /// "PID\n" with mode 0644. Fails with "error writing pidfile: open PATH failed: …".
    static Result<PidFile> write(const std::string& path);
    PidFile(PidFile&& other) noexcept : path_(std::exchange(other.path_, "")) {}
    PidFile& operator=(PidFile&&) = delete;
    /// Removes the file, unless another process has put its own number in.
    ~PidFile();

private:
    explicit PidFile(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace step::ca
