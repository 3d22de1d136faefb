#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "issuance/claims.h"
#include "jose/jwk.h"
#include "json/value.h"
#include "provisioner/options_impl.h"
#include "provisioner/provisioner.h"

namespace step::provisioner {

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
};

/// How a member is read and shown.
enum class Kind : unsigned char {
    kText,          ///< Always shown.
    kOptionalText,  ///< Shown if not empty.
    kFlag,          ///< Shown if true.
    kTexts,         ///< A list; shown if not empty.
    kOctets,        ///< Go's []byte: base64 in JSON, octets in Config; shown if not empty.
    kPrivate,       ///< An object of ours, kept as it is; never shown.
    kKey,           ///< A JWK; shown as null if absent, and never with its private part.
    kClaims,
    kOptions,
    kPolicy,  ///< Ours, and nobody's business: never shown.
};

/// One member of an entry. A type's rows stand in the order in which it is shown.
struct FieldRow {
    std::string_view name;
    Kind kind;
    std::string Config::* text = nullptr;
    bool Config::* flag = nullptr;
    std::vector<std::string> Config::* texts = nullptr;
    json::Value Config::* value = nullptr;
};

/// Reads what can be read. Each member of the wrong JSON type is one more kInvalidArgument with
/// its place in `errors`, and so is each rule of a policy that is none; options that this build
/// cannot honour are a kUnsupported.
Config read_config(const json::Value& entry, std::span<const FieldRow> fields,
                   std::vector<Error>& errors);

/// The entry as the original writes it back.
json::Value show_config(const Config& config, std::span<const FieldRow> fields);

/// Why such a provisioner could not be set up: every reason there is.
std::vector<std::string> find_failures_jwk(const Config& config);
/// Fill in what a type adds. Called too if there are failures, for what identifies it.
void make_jwk(const Config& config, Provisioner& out);

std::vector<std::string> find_failures_acme(const Config& config);
void make_acme(const Config& config, Provisioner& out);
/// What the member "acme" says, once `out.claims` and the settings are there. Each mistake is one
/// more error.
void read_acme_extras(const Config& config, const Inherited& inherited, Provisioner& out,
                      std::vector<Error>& errors);

}  // namespace step::provisioner
