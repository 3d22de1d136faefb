#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "provisioner/fields_impl.h"
#include "provisioner/provisioner.h"
#include "remote/outside.h"

namespace step::provisioner {

// What the provisioners of the three clouds have in common.

/// What the rules of one of them share.
struct Cloud {
    issuance::ProvisionerRef ref{};
    std::string token_id{};
    int extension_type = 0;  ///< The number behind the type in the extension.
    issuance::Claims claims{};
    std::shared_ptr<const issuance::Rules> rules{};
    bool disable_custom_sans = false, disable_trust_on_first_use = false;
    Duration instance_age{};
};
Cloud make_cloud(const Config& config, const Provisioner& made, int extension_type);

/// A machine that a verified token speaks for.
struct Instance {
    std::string common_name{};
    std::vector<std::string> common_names{};  ///< That a CSR may carry.
    bool any_common_name = false;
    std::vector<std::string> own_names{};  ///< All it gets without custom names.
    std::string credential_id{};           ///< For the extension, with pairs.
    std::vector<std::string> key_values{};
    std::string principal{};  ///< For webhooks.
    std::string unique{};     ///< What its first use is remembered by.
    std::string what{};       ///< For people: "instance i-0123".
    bool reusable = false;    ///< Without trust on first use its token may come again.
};

/// The keys for a token, and what they are good for. Fails as the original where it could not fetch
/// any: "provisioner "NAME" is disabled due to an initialization error".
Result<std::shared_ptr<const remote::Keys>> keys_for(const std::shared_ptr<remote::KeySet>& set,
                                                     const Cloud& cloud, const Token& token);
/// The key set of `place`, in which `out` is ready only while it has keys. Null if there is no
/// outside.
std::shared_ptr<remote::KeySet> follow_keys(const remote::KeyPlace& place,
                                            const Inherited& inherited, Provisioner& out);

/// The grant of an instance. Without custom names it gets its own and the CSR may ask for no
/// other; with them, for any: trust on first use is all there is.
Allowed allow(const Cloud& cloud, const Token& token, Instance instance);

/// Whether a filter lets `value` pass: an empty one lets all.
bool passes(const List& filter, std::string_view value);

/// True if `began` is longer ago than the provisioner allows, or not known.
bool is_too_old(const Cloud& cloud, std::optional<SysTime> began, SysTime now);

/// What all three need: "provisioner type cannot be empty" and so on.
std::vector<std::string> find_common_failures(const Config& config);

}  // namespace step::provisioner
