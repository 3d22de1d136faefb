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
};

/// How a member is read and shown.
enum class Kind : unsigned char {
    kText,          ///< Always shown.
    kOptionalText,  ///< Shown if not empty.
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

}  // namespace step::provisioner
