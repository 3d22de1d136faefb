#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace step::test {

/// A folder of its own below the temporary directory, gone when the object goes.
struct TempFolder {
    std::string path = [] {
        std::string name = std::filesystem::temp_directory_path() / "step-test-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        return name;
    }();
    TempFolder() = default;
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() { std::filesystem::remove_all(path); }

    std::string operator/(const std::string& name) const { return path + "/" + name; }
    /// Writes a file, a new one of mode 0644 whatever the umask, making the folders above it.
    std::string write(const std::string& name, const std::string& text) const {
        const std::filesystem::path file(*this / name);
        std::filesystem::create_directories(file.parent_path());
        const bool is_new = !std::filesystem::exists(file);
        std::ofstream(file, std::ios::binary) << text;
        if (is_new) {
            std::filesystem::permissions(file, std::filesystem::perms(0644));
        }
        return file;
    }
};

/// The permission bits of a file or folder; the test fails if there is none.
inline unsigned mode_of(const std::string& path) {
    struct stat info{};
    REQUIRE_MESSAGE(::stat(path.c_str(), &info) == 0, path);
    return info.st_mode & 07777U;
}

}  // namespace step::test
