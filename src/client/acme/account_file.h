#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/acme/session.h"

namespace step::client::acme {

/// "mailto:" before what is a plain mail address; anything else as it is.
std::vector<std::string> as_contacts(std::vector<std::string> typed);

/// Where the account of one directory and these contacts is kept: FOLDER/<host>/<SHA-256 of the
/// URL and the contacts>.json, mode 0600 in folders of 0700. Processes may share it: it is
/// replaced at once, and who comes last wins.
class AccountFile {
public:
    AccountFile(const std::string& folder, const std::string& directory_url,
                std::vector<std::string> contacts);

    /// None if there is no such file. Fails with kInvalidArgument, "error reading PATH: …", if it
    /// holds something else.
    Result<std::optional<Account>> load() const;
    Status save(const Account& account) const;

    const std::string& path() const { return path_; }
    const std::string& directory() const { return directory_; }
    const std::vector<std::string>& contacts() const { return contacts_; }

private:
    std::string path_, directory_;
    std::vector<std::string> contacts_;
};

}  // namespace step::client::acme
