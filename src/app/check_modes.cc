#include <sys/stat.h>

#include <cstdio>

#include "app/check_impl.h"
#include "app/database.h"
#include "webhook/secrets.h"

namespace step::app {
namespace {

constexpr mode_t kOthersRead = 0044, kOthersWrite = 0022;

std::string octal(mode_t mode) {
    return fmt::format("{:04o}", mode & 07777U);
}

void look(std::string_view key, const std::string& file, mode_t unwanted, const char* danger,
          Findings& findings) {
    struct stat info{};
    if (file.empty() || ::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode) ||
        (info.st_mode & unwanted) == 0) {
        return;
    }
    findings.warn(key, file + " has mode " + octal(info.st_mode) + ": " + danger,
                  "chmod " + octal(info.st_mode & ~(unwanted == kOthersWrite ? unwanted : 0077U)) +
                      " " + file);
}

}  // namespace

void check_modes(const setup::Config& config, Findings& findings) {
    look("key", config.key, kOthersRead | kOthersWrite, "others may read or change the private key",
         findings);
    const bool secret = !config.password.empty();
    look("", config.file, secret ? kOthersRead | kOthersWrite : kOthersWrite,
         secret ? "others may read the password in it" : "others may change what this CA does",
         findings);
    look("crt", config.certificate, kOthersWrite, "others may replace the certificate", findings);
    for (const std::string& root : config.roots) {
        look("root", root, kOthersWrite, "others may change whom this CA trusts", findings);
    }
    look("", webhook::credentials_beside(config.file), kOthersRead | kOthersWrite,
         "others may read or change what webhooks are signed and logged in with", findings);
    if (config.db && !config.db->data_source.empty()) {
        look("db.dataSource", database_file(*config.db), kOthersRead | kOthersWrite,
             "others may read or change what is on record", findings);
    }
}

}  // namespace step::app
