#include "commands/crypto/hash_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "commands/errors.h"
#include "crypto/hasher.h"

namespace step::commands {
namespace {

constexpr int kMaxDepth = 200;  // Links may go in circles.

Error failed(std::string_view doing, const std::string& path, int code) {
    return {.code = code == ENOENT ? Code::kNotFound : Code::kUnavailable,
            .detail = fmt::format("{} {} failed: {}", doing, path, errno_text(code))};
}

/// Go's os.FileMode as it goes into a folder's digest: permissions, and a bit for the kind.
Bytes go_mode(mode_t mode) {
    std::uint32_t bits = mode & 0777U;
    const auto add = [&](bool condition, unsigned bit) { bits |= condition ? 1U << bit : 0U; };
    add(S_ISDIR(mode), 31);
    add(S_ISLNK(mode), 27);
    add(S_ISBLK(mode) || S_ISCHR(mode), 26);
    add(S_ISFIFO(mode), 25);
    add(S_ISSOCK(mode), 24);
    add((mode & S_ISUID) != 0, 23);
    add((mode & S_ISGID) != 0, 22);
    add(S_ISCHR(mode), 21);
    add((mode & S_ISVTX) != 0, 20);
    Bytes out;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out += static_cast<char>(bits >> shift & 0xffU);
    }
    return out;
}

Result<Bytes> hash_file(const std::string& path, const std::string& algorithm) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return failed("open", path, errno);
    }
    auto hasher = crypto::Hasher::make(algorithm);
    Bytes buffer(std::size_t{1} << 16, '\0');
    ssize_t got = 0;
    while ((got = ::read(descriptor, buffer.data(), buffer.size())) != 0) {
        if (got < 0 && errno != EINTR) {
            const int code = errno;
            ::close(descriptor);
            return failed("read", path, code);
        }
        hasher->update(
            ByteView(buffer).substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
    }
    ::close(descriptor);
    return hasher->finish();
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
    DIR* stream = ::opendir(folder.c_str());
    if (stream == nullptr) {
        return failed("open", folder, errno);
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    ::closedir(stream);
    std::ranges::sort(names);
    return names;
}

Result<Bytes> hash_target(const std::string& path, const std::string& algorithm, int depth);

Result<Bytes> hash_folder(const std::string& folder, mode_t mode, const std::string& algorithm,
                          int depth) {
    STEP_ASSIGN(const std::vector<std::string> names, names_in(folder));
    auto hasher = crypto::Hasher::make(algorithm);
    hasher->update(go_mode(mode));
    for (const std::string& name : names) {
        const std::string path = join_path(folder, name);
        struct stat info{};
        if (::lstat(path.c_str(), &info) != 0) {
            return failed("lstat", path, errno);
        }
        if (!S_ISDIR(info.st_mode)) {
            hasher->update(go_mode(info.st_mode));
        }
        STEP_ASSIGN(const Bytes digest, hash_target(path, algorithm, depth + 1));
        hasher->update(digest);
    }
    return hasher->finish();
}

/// Links are followed, whatever they name.
Result<Bytes> hash_target(const std::string& path, const std::string& algorithm, int depth) {
    if (depth > kMaxDepth) {
        return invalid(fmt::format("{} is too deep, or goes in circles", path));
    }
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        return failed("stat", path, errno);
    }
    return S_ISDIR(info.st_mode) ? hash_folder(path, info.st_mode, algorithm, depth)
                                 : hash_file(path, algorithm);
}

}  // namespace

std::vector<cli::Flag> hash_flags() {
    return {
        {.name = "alg",
         .value = "algorithm",
         .help = "sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256 or md5",
         .fallback = "sha256",
         .values = "sha1 sha224 sha256 sha384 sha512 sha512-224 sha512-256 md5"},
        {.name = "insecure", .type = cli::FlagType::kBool, .help = "allow md5", .hidden = true}};
}

Result<std::string> hash_algorithm(const cli::Args& args) {
    const std::string given = args.get("alg");
    const std::string name = to_lower(given) == "sha" ? "sha1" : to_lower(given);
    if (!crypto::Hasher::make(name)) {
        return invalid_flag("alg", given);
    }
    if (name == "md5" && !args.flag("insecure")) {
        return needs_flag("alg md5", "insecure");
    }
    return name;
}

Result<Bytes> hash_path(const std::string& path, const std::string& algorithm) {
    return hash_target(path, algorithm, 0);
}

}  // namespace step::commands
