#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/system.h"
#include "json/value.h"

namespace step::setup {

/// One entry of contexts.json: the pair of folders a context stands for.
struct ContextEntry {
    std::string name{}, profile{}, authority{};
    bool operator==(const ContextEntry&) const = default;
    /// Fails with kInvalidArgument and the original's words on an empty member, and on a profile
    /// or authority that would lie outside its folder ("." or with a part "..").
    Status check() const;
};

/// Where everything lies: $STEPPATH (or $HOME/.step) and the context in use, if any. Pure path
/// arithmetic; nothing need exist.
struct StepPath {
    std::string home{};  ///< $HOME, cleaned.
    std::string base{};  ///< $STEPPATH or HOME/.step, cleaned.
    std::map<std::string, ContextEntry> contexts{};
    std::optional<ContextEntry> current{};

    /// BASE, or BASE/authorities/A in a context: `step path`.
    std::string authority() const;
    /// BASE, or BASE/profiles/P in a context: `step path --profile`.
    std::string profile() const;

    std::string config_file() const;            ///< authority()/config/ca.json
    std::string defaults_file() const;          ///< authority()/config/defaults.json
    std::string profile_defaults_file() const;  ///< profile()/config/defaults.json
    std::string root_certificate() const;       ///< authority()/certs/root_ca.crt
    std::string contexts_file() const;          ///< base/contexts.json
    std::string current_context_file() const;   ///< base/current-context.json

    /// What a relative path in a configuration means: absolute as it is, "~/x" under home,
    /// "./x" and "../x" as they are, anything else under authority().
    /// While base is empty everything stands as it is.
    std::string resolve(const std::string& path) const;
    /// Another context for this run only. kNotFound, "could not load context 'N'".
    Status select(const std::string& name);
    /// The folders of `entry`, whether or not it is in use.
    std::string authority_of(const ContextEntry& entry) const;
    std::string profile_of(const ContextEntry& entry) const;
};

/// Reads HOME, STEPPATH, contexts.json and current-context.json. Fails with kInvalidArgument
/// and the original's words on a malformed file, "could not load context 'N'" if the current
/// context is not in the list, "error obtaining home directory, please define environment
/// variable HOME" if there is none in the user database either.
Result<StepPath> load_steppath(const Environment& environment);

/// What defaults.json says: flag values by flag name.
struct Defaults {
    json::Value values{json::Object{}};  ///< Always an object.
    std::vector<std::string> notices{};  ///< One line each, for stderr.
};

/// Without contexts, authority()/config/defaults.json; in a context, the authority's and then
/// the profile's, which wins, without the keys context, profile and authority. A missing file
/// counts as empty; a file that is not a JSON object fails with kInvalidArgument,
/// "error parsing PATH: …".
Result<Defaults> load_defaults(const StepPath& path);
/// One file, for --config. Missing is empty.
Result<Defaults> load_defaults_file(const std::string& file);

}  // namespace step::setup
