#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/entry.h"
#include "policy/reasons.h"

namespace step::policy {

namespace impl {
class Engine;
}

/// Which principals an SSH certificate may have: `policy.ssh`, compiled. As X509Policy otherwise.
class SshPolicy {
public:
    /// As X509Policy::compile; `path` is "authority.policy.ssh".
    static Result<SshPolicy> compile(const SshEntry& entry, const std::string& path);

    /// With rules for hosts only every user certificate is refused (kWrongKind), and the other way
    /// round. A user's principal with "@" is an email address, an IP address or URL is kWrongKind.
    Status check_user(const std::vector<std::string>& principals) const;
    /// A host's principals are IP addresses, email addresses or DNS names; a URL is kWrongKind.
    Status check_host(const std::vector<std::string>& principals) const;

private:
    SshPolicy(std::shared_ptr<const impl::Engine> user, std::shared_ptr<const impl::Engine> host,
              std::string path)
        : user_(std::move(user)), host_(std::move(host)), path_(std::move(path)) {}
    std::shared_ptr<const impl::Engine> user_, host_;  ///< Null without rules.
    std::string path_;
};

}  // namespace step::policy
