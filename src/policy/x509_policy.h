#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/entry.h"
#include "policy/reasons.h"
#include "x509/san.h"

namespace step::policy {

namespace impl {
class Engine;
}

/// Which names a certificate may have: `policy.x509`, compiled. Immutable, shared between threads,
/// cheap to copy; a check takes microseconds whatever the number of rules.
class X509Policy {
public:
    /// `path` ("authority.policy.x509") names the rules in errors and explanations. Fails with
    /// kInvalidArgument, the original's words and the place of the first rule that is none. An
    /// entry without a name compiles to a policy that allows everything.
    static Result<X509Policy> compile(const X509Entry& entry, const std::string& path);

    /// Checks all names a certificate is going to have, in the original's order: DNS, IP, email,
    /// URI, then the common name (empty: none). A deny rule always wins; a name whose kind has an
    /// allow rule must match one; a name of a kind without rules is allowed unless there is an
    /// allow rule of another kind.
    ///
    /// Fails with the reasons of policy/reasons.h; `cause` says which rule decided.
    Status check(std::string_view common_name, const x509::AltNames& names) const;

    /// The same for a parsed extension, with whatever else stands in it: a user principal name, an
    /// XMPP address or an RFC 9598 mailbox is held against the rules for email; other kinds
    /// (directory names, device names) have no rules, so any allow rule refuses them.
    Status check(std::string_view common_name, const x509::ParsedAltNames& names) const;

private:
    explicit X509Policy(std::shared_ptr<const impl::Engine> engine) : engine_(std::move(engine)) {}
    std::shared_ptr<const impl::Engine> engine_;  ///< Null without rules.
};

}  // namespace step::policy
