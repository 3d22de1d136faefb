#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "issuance/claims.h"
#include "jose/jwk.h"
#include "json/value.h"
#include "provisioner/options_impl.h"
#include "provisioner/provisioner.h"

namespace step::provisioner {

class AwsKeys;

/// None if the entry says nothing or null, which is shown as null.
using List = std::optional<std::vector<std::string>>;

/// What a provisioner's entry in ca.json says, before anybody asks whether it makes sense.
struct Config {
    std::string type{}, name{}, encrypted_key{};
    std::optional<jose::Jwk> key{};
    std::optional<issuance::ClaimsEntry> claims{};
    OptionsEntry options{};
    policy::Policies policies{};

    // Of ACME.
    bool force_cn = false, require_eab = false;
    std::string terms_of_service{}, website{}, attestation_roots{};
    std::vector<std::string> caa_identities{}, challenges{}, attestation_formats{};
    json::Value acme{};  ///< Our own member; null if absent.

    // Of the three clouds.
    bool disable_custom_sans = false, disable_trust_on_first_use = false;
    Duration instance_age{};
    // AWS
    List accounts{}, imds_versions{};
    std::string iid_roots{};
    std::shared_ptr<const AwsKeys> aws_keys{};  ///< What iid_roots means.
    // GCP
    List service_accounts{}, project_ids{};
    std::string organization_id{};
    bool disable_ssh_ca_user = true, disable_ssh_ca_host = false;
    // Azure
    std::string tenant_id{}, audience{};
    List resource_groups{}, subscription_ids{}, object_ids{};
};

/// How a member is read and shown.
enum class Kind : unsigned char {
    kAlways,    ///< A text, list, flag or duration that is always shown;
    kNonEmpty,  ///< one that is shown if it is neither empty nor false.
    kOctets,    ///< Go's []byte: base64 in JSON, octets in Config; shown if not empty.
    kPrivate,   ///< An object of ours, kept as it is; never shown.
    kKey,       ///< A JWK; shown as null if absent, and never with its private part.
    kClaims,
    kOptions,
    kPolicy,  ///< Ours, and nobody's business: never shown.
};

/// Where a member goes.
using Target =
    std::variant<std::monostate, std::string Config::*, std::vector<std::string> Config::*,
                 List Config::*, bool Config::*, Duration Config::*, json::Value Config::*>;

/// One member of an entry. A type's rows stand in the order in which it is shown.
struct FieldRow {
    std::string_view name;
    Kind kind;
    Target target{};
};

/// Reads what can be read. Each member of the wrong JSON type is one more kInvalidArgument with
/// its place in `errors`, and so is each rule of a policy that is none; options that this build
/// cannot honour are a kUnsupported.
Config read_config(const json::Value& entry, std::span<const FieldRow> fields,
                   std::vector<Error>& errors);

/// The entry as the original writes it back.
json::Value show_config(const Config& config, std::span<const FieldRow> fields);

// What each type has. `find_failures_…` gives every reason why such a provisioner could not be set
// up, and fills in what the original fills in where nothing was said. `make_…` adds what the type
// does; it is called too if there are failures, for what identifies it.
std::vector<std::string> find_failures_jwk(Config& config, const Inherited& inherited);
void make_jwk(const Config& config, const Inherited& inherited, Provisioner& out);
std::vector<std::string> find_failures_aws(Config& config, const Inherited& inherited);
void make_aws(const Config& config, const Inherited& inherited, Provisioner& out);
std::vector<std::string> find_failures_gcp(Config& config, const Inherited& inherited);
void make_gcp(const Config& config, const Inherited& inherited, Provisioner& out);
std::vector<std::string> find_failures_azure(Config& config, const Inherited& inherited);
void make_azure(const Config& config, const Inherited& inherited, Provisioner& out);

std::vector<std::string> find_failures_acme(Config& config, const Inherited& inherited);
void make_acme(const Config& config, const Inherited& inherited, Provisioner& out);
/// What the member "acme" says, once `out.claims` and the settings are there. Each mistake is one
/// more error.
void read_acme_extras(const Config& config, const Inherited& inherited, Provisioner& out,
                      std::vector<Error>& errors);

}  // namespace step::provisioner
