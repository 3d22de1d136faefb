#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace step::storage {

/// A file descriptor that closes itself.
class Held {
public:
    explicit Held(int descriptor = -1) : descriptor_(descriptor) {}
    Held(Held&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Held& operator=(Held&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Held();
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

/// That this process, and no other, serves the database file `path`. A lock of its own beside
/// LMDB's (flock on `path` + "-server"), so that commands may share the file with the server. It
/// ends with the object or the process, however that ends.
class ServerLock {
public:
    /// Fails with kConflict, naming the process, if another one serves it or changes it whole.
    static Result<ServerLock> take(const std::string& path);

private:
    explicit ServerLock(Held file) : file_(std::move(file)) {}
    Held file_;
};

/// Who serves the database file `path` now, "another step-ca (process 12)"; none if nobody does.
/// Makes no file and disturbs nobody.
std::optional<std::string> find_server(const std::string& path);

/// That no process has the database file `path` open, nor can open it for writing while this
/// object lives: who tries waits. Take it before the file is replaced. Whoever holds it opens
/// the file without LMDB's own locks.
class SoleUse {
public:
    /// Fails with kConflict if a server or a command has it open.
    static Result<SoleUse> take(const std::string& path);

private:
    SoleUse(ServerLock server, Held users) : server_(std::move(server)), users_(std::move(users)) {}
    ServerLock server_;
    Held users_;
};

}  // namespace step::storage
