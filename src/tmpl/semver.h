#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tmpl/function.h"

namespace step::tmpl {

/// A semantic version as Masterminds/semver reads it: "v" in front and missing parts are allowed.
struct Version {
    std::uint64_t major = 0, minor = 0, patch = 0;
    std::string prerelease{}, metadata{}, original{};

    /// Fails with "Invalid Semantic Version" and its relatives.
    static Result<Version> parse(std::string_view text);
    /// "1.2.3-beta+meta"
    std::string text() const;
    /// -1, 0 or 1; metadata does not count.
    int compare(const Version& other) const;
};

int compare_prereleases(std::string_view a, std::string_view b);

/// Whether `version` fits a constraint such as ">=1.2, <3 || ^4". Fails if one cannot be read.
Result<bool> fits(Context& context, std::string_view constraint, const Version& version);

}  // namespace step::tmpl
