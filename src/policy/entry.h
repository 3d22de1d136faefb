#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace step::policy {

/// One rule as somebody wrote it, and where.
struct Rule {
    std::string text{};
    json::Place place{};
};
using Rules = std::vector<Rule>;

/// What an allow or deny list of X.509 names says.
struct X509Names {
    Rules cn{}, dns{}, ip{}, email{}, uri{};
    bool empty() const;
};

/// `policy.x509`. Without any name it asks for nothing, whatever `allow_wildcard_names` says.
struct X509Entry {
    X509Names allow{}, deny{};
    bool allow_wildcard_names = false;
    bool empty() const { return allow.empty() && deny.empty(); }
};

/// What an allow or deny list of SSH principals says.
struct SshNames {
    Rules dns{}, ip{}, email{}, principal{};
    bool empty() const;
};

/// `policy.ssh.user` or `policy.ssh.host`.
struct SshSide {
    SshNames allow{}, deny{};
    bool empty() const { return allow.empty() && deny.empty(); }
};

struct SshEntry {
    SshSide user{}, host{};
    bool empty() const { return user.empty() && host.empty(); }
};

/// A `policy` object as it is written; nothing in it is judged yet (see compile.h).
struct Entry {
    X509Entry x509{};
    SshEntry ssh{};
    bool empty() const { return x509.empty() && ssh.empty(); }
};

/// Reads a `policy` object as Go fills the original's: names match in any case, unknown members
/// are ignored, null says nothing. `path` ("authority.policy") names it in errors. Fails with
/// kInvalidArgument, the member and its place where a value has the wrong kind.
Result<Entry> parse_entry(const json::Value& value, const std::string& path);
/// The same, leaving out what cannot be read: each such member is one more error in `errors`.
Entry read_entry(const json::Value& value, const std::string& path, std::vector<Error>& errors);
/// The objects of an entry ("", "x509", "x509.allow", …) and the members each may have, for whoever
/// looks for misspelt ones.
struct ObjectNames {
    std::string path{};
    std::vector<std::string_view> members{};
};
std::vector<ObjectNames> object_names();
/// What was said, in the original's order; lists without a rule are left out.
json::Value encode_entry(const Entry& entry);

}  // namespace step::policy
