#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/entry.h"
#include "policy/ssh_policy.h"
#include "policy/x509_policy.h"

namespace step::policy {

/// What the authority or a provisioner allows. Null: everything.
struct Policies {
    std::shared_ptr<const X509Policy> x509{};
    std::shared_ptr<const SshPolicy> ssh{};
};

/// Compiles both halves; a half without a name stays null. `path` is "authority.policy". Fails as
/// X509Policy::compile.
Result<Policies> compile(const Entry& entry, const std::string& path);

/// A rule that is none.
struct Mistake {
    std::string what{};  ///< The original's words.
    std::string path{};  ///< "authority.policy.x509.allow.dns[2]"
    json::Place place{};
};
/// Everything that is wrong with the rules, in the order in which the original would meet it.
std::vector<Mistake> find_mistakes(const Entry& entry, const std::string& path);

}  // namespace step::policy
