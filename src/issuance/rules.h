#pragma once

#include <memory>

#include "policy/compile.h"
#include "profile/source.h"

namespace step::issuance {

/// What one provisioner says about all certificates it answers for, beside its claims: the
/// `options` and the `policy` of its entry. Immutable, shared by its grants.
struct Rules {
    std::shared_ptr<const profile::TemplateSource> x509_template{};  ///< Null: the built-in leaf.
    std::shared_ptr<const profile::TemplateSource> ssh_template{};   ///< Null: the built-in one.
    policy::Policies policies{};
};

}  // namespace step::issuance
