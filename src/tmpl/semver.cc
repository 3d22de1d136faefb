#include "tmpl/semver.h"

#include "base/text.h"
#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_identifier(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-';
    });
}

Error invalid() {
    return failure("Invalid Semantic Version");
}

bool are_identifiers(std::string_view text) {
    const auto parts = split(text, '.');
    return std::all_of(parts.begin(), parts.end(),
                       [](const std::string& part) { return is_identifier(part); });
}

/// Numbers among the parts of a prerelease have no leading zero; those of the version may.
bool has_leading_zero(std::string_view text) {
    const auto parts = split(text, '.');
    return std::any_of(parts.begin(), parts.end(), [](const std::string& part) {
        return is_digits(part) && part.size() > 1 && part[0] == '0';
    });
}

int compare_parts(std::string_view a, std::string_view b) {
    if (a == b) {
        return 0;
    }
    if (a.empty() || b.empty()) {
        return a.empty() ? -1 : 1;
    }
    const auto x = parse_uint(a, 10), y = parse_uint(b, 10);
    const bool number = is_digits(a) && x.fine(), other = is_digits(b) && y.fine();
    if (number && other) {
        return x.value > y.value ? 1 : -1;
    }
    if (number != other) {
        return number ? -1 : 1;
    }
    return a > b ? 1 : -1;
}

}  // namespace

int compare_prereleases(std::string_view a, std::string_view b) {
    const auto mine = split(a, '.'), theirs = split(b, '.');
    for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i) {
        const int order =
            compare_parts(i < mine.size() ? mine[i] : "", i < theirs.size() ? theirs[i] : "");
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

Result<Version> Version::parse(std::string_view text) {
    Version version;
    version.original = std::string(text);
    text.remove_prefix(text.starts_with('v') ? 1 : 0);
    if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
        version.metadata = std::string(text.substr(plus + 1));
        text = text.substr(0, plus);
        if (!are_identifiers(version.metadata)) {
            return invalid();
        }
    }
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
        version.prerelease = std::string(text.substr(dash + 1));
        text = text.substr(0, dash);
        if (!are_identifiers(version.prerelease)) {
            return invalid();
        }
    }
    const auto parts = split(text, '.');
    if (parts.size() > 3) {
        return invalid();
    }
    for (const std::string& part : parts) {
        if (!is_digits(part)) {
            return invalid();
        }
    }
    std::uint64_t* const numbers[] = {&version.major, &version.minor, &version.patch};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = parse_uint(parts[i], 10);
        if (!number.fine()) {
            return failure(
                fmt::format("Error parsing version segment: strconv.ParseUint: parsing \"{}\": "
                            "value out of range",
                            parts[i]));
        }
        *numbers[i] = number.value;
    }
    if (has_leading_zero(version.prerelease)) {
        return failure("Version segment starts with 0");
    }
    return version;
}

std::string Version::text() const {
    return fmt::format("{}.{}.{}{}{}{}{}", major, minor, patch, prerelease.empty() ? "" : "-",
                       prerelease, metadata.empty() ? "" : "+", metadata);
}

int Version::compare(const Version& other) const {
    const std::pair<std::uint64_t, std::uint64_t> numbers[] = {
        {major, other.major}, {minor, other.minor}, {patch, other.patch}};
    for (const auto& [mine, theirs] : numbers) {
        if (mine != theirs) {
            return mine < theirs ? -1 : 1;
        }
    }
    if (prerelease.empty() || other.prerelease.empty()) {
        return prerelease.empty() == other.prerelease.empty() ? 0 : prerelease.empty() ? 1 : -1;
    }
    return compare_prereleases(prerelease, other.prerelease);
}

}  // namespace step::tmpl
