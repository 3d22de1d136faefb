#include "commands/ca/config_files.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/files.h"

namespace step::commands {
namespace {

constexpr unsigned kMode = 0600;

/// Nothing where there is no such file yet.
Result<Bytes> read_if_there(const std::string& file) {
    Result<Bytes> text = read_file(file);
    if (!text && text.error().code == Code::kNotFound) {
        return Bytes();
    }
    return text;
}

}  // namespace

ConfigFiles::ConfigFiles(const std::string& config_file, FileLock lock,
                         ProvisionerFile provisioners)
    : config(std::move(provisioners)),
      config_file_(config_file),
      credentials_file_(webhook::credentials_beside(config_file)),
      lock_(std::move(lock)),
      webhooks_before_(config.webhook_ids()) {}

Result<ConfigFiles> ConfigFiles::open(const std::string& config_file) {
    STEP_ASSIGN(FileLock lock, FileLock::take(config_file, FileLock::Missing::kFail));
    STEP_ASSIGN(const Bytes text, read_file(config_file));
    STEP_ASSIGN(ProvisionerFile config, ProvisionerFile::parse(text, config_file));
    return ConfigFiles(config_file, std::move(lock), std::move(config));
}

Result<webhook::CredentialsFile*> ConfigFiles::credentials() {
    if (!credentials_) {
        STEP_ASSIGN(const Bytes text, read_if_there(credentials_file_));
        STEP_ASSIGN(credentials_, webhook::CredentialsFile::parse(text, credentials_file_));
        credentials_before_ = credentials_->text();
    }
    return &*credentials_;
}

Result<bool> ConfigFiles::forget_credentials() {
    std::vector<std::string> gone;
    std::ranges::set_difference(webhooks_before_, config.webhook_ids(), std::back_inserter(gone));
    if (gone.empty()) {
        return false;
    }
    STEP_ASSIGN(webhook::CredentialsFile* const all, credentials());
    for (const std::string& id : gone) {
        all->remove(id);
    }
    return true;
}

Status ConfigFiles::save() {
    STEP_ASSIGN(const bool forgets, forget_credentials());
    const std::string text = config.text();
    const std::string secrets = credentials_ ? credentials_->text() : credentials_before_;
    std::vector<NewFile> files{{.path = config_file_, .bytes = text, .mode = kMode}};
    if (secrets != credentials_before_) {
        STEP_TRY(make_folders(folder_of(credentials_file_)));
        files.push_back(
            {.path = credentials_file_, .bytes = secrets, .mode = kMode, .treat = Mode::kExact});
    }
    if (!forgets) {
        std::ranges::reverse(files);
    }
    return replace_together(files);
}

}  // namespace step::commands
