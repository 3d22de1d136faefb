#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "commands/ca/provisioner_file.h"
#include "commands/file_lock.h"
#include "webhook/secrets.h"

namespace step::commands {

/// A ca.json and the credentials of its webhooks, read, changed and replaced together. Of two
/// commands that do so at the same time the second fails, so that no change is lost.
class ConfigFiles {
public:
    /// Fails as read_file, FileLock::take() and ProvisionerFile::parse().
    static Result<ConfigFiles> open(const std::string& config_file);

    ProvisionerFile config;
    /// Read when first asked for. Fails as read_file, unless there is no such file yet, and if it
    /// makes no sense. The pointer is valid as long as this object stays where it is.
    Result<webhook::CredentialsFile*> credentials();

    /// Forgets the credentials of the webhooks that are gone from ca.json since open(), then
    /// replaces what has changed; after a failure both files are as before. A crash between the
    /// two leaves credentials without a webhook, never a webhook without its key, which would sign
    /// with an empty one: credentials come before their webhook and go after it.
    Status save();

private:
    ConfigFiles(const std::string& config_file, FileLock lock, ProvisionerFile provisioners);
    /// Whether any webhook is gone.
    Result<bool> forget_credentials();

    std::string config_file_, credentials_file_;
    FileLock lock_;
    std::set<std::string> webhooks_before_;
    std::optional<webhook::CredentialsFile> credentials_{};
    std::string credentials_before_{};
};

}  // namespace step::commands
