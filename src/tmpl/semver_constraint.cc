#include "base/text.h"
#include "tmpl/regex.h"
#include "tmpl/semver.h"

namespace step::tmpl {
namespace {

/// A version in a constraint; x, X and * stand for any number. Groups: three numbers and the
/// prerelease with its dash, whose inner groups do not capture.
constexpr std::string_view kVersion =
    R"(v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)";
constexpr std::string_view kOperator = R"(=||!=|>|<|>=|=>|<=|=<|~|~>|\^)";

struct Constraint {
    std::string how{};
    Version version{};
    bool dirty = false, minor_dirty = false, patch_dirty = false;  ///< What was left open.
};

bool is_open(std::string_view part) {
    part.remove_prefix(part.starts_with('.') ? 1 : 0);
    return part.empty() || part == "x" || part == "X" || part == "*";
}

Result<Constraint> read_one(const Regex::Match& match, std::string_view text) {
    // Groups: 1 operator, 2 the version, then those of kVersion.
    const auto group = [&](std::size_t i) { return match[i].in(text); };
    Constraint constraint;
    constraint.how = std::string(group(1));
    std::string version;
    if (is_open(group(3))) {
        constraint.dirty = true;
        version = "0.0.0" + std::string(group(6));
    } else if (is_open(group(4))) {
        constraint.dirty = constraint.minor_dirty = true;
        version = std::string(group(3)) + ".0.0" + std::string(group(6));
    } else if (is_open(group(5))) {
        constraint.dirty = constraint.patch_dirty = true;
        version = std::string(group(3)) + std::string(group(4)) + ".0" + std::string(group(6));
    } else {
        version = std::string(group(2));
    }
    auto parsed = Version::parse(version);
    if (!parsed) {
        return failure("constraint Parser Error");
    }
    constraint.version = *std::move(parsed);
    return constraint;
}

bool tilde(const Version& v, const Constraint& c) {
    const Version& wanted = c.version;
    if (v.compare(wanted) < 0) {
        return false;
    }
    if (wanted.major == 0 && wanted.minor == 0 && wanted.patch == 0 && !c.minor_dirty &&
        !c.patch_dirty) {
        return true;
    }
    return v.major == wanted.major && (v.minor == wanted.minor || c.minor_dirty);
}

bool not_equal(const Version& v, const Constraint& c) {
    if (!c.dirty) {
        return v.compare(c.version) != 0;
    }
    if (c.version.major != v.major) {
        return true;
    }
    if (c.minor_dirty) {
        return false;
    }
    if (c.version.minor != v.minor) {
        return true;
    }
    if (c.patch_dirty) {
        const bool either = !v.prerelease.empty() || !c.version.prerelease.empty();
        return either && compare_prereleases(v.prerelease, c.version.prerelease) != 0;
    }
    return c.version.patch != v.patch || v.compare(c.version) != 0;
}

bool greater(const Version& v, const Constraint& c) {
    if (!c.dirty || (v.major == c.version.major && !c.minor_dirty && !c.patch_dirty)) {
        return v.compare(c.version) > 0;
    }
    if (v.major != c.version.major) {
        return v.major > c.version.major;
    }
    return !c.minor_dirty && v.minor > c.version.minor;
}

bool at_most(const Version& v, const Constraint& c) {
    if (!c.dirty) {
        return v.compare(c.version) <= 0;
    }
    return v.major < c.version.major ||
           (v.major == c.version.major && (v.minor <= c.version.minor || c.minor_dirty));
}

bool caret(const Version& v, const Constraint& c) {
    const Version& wanted = c.version;
    if (v.compare(wanted) < 0) {
        return false;
    }
    if (wanted.major > 0 || c.minor_dirty) {
        return v.major == wanted.major;
    }
    if (v.major > 0) {
        return false;
    }
    if (wanted.minor > 0 || c.patch_dirty) {
        return v.minor == wanted.minor;
    }
    return v.minor == 0 && v.patch == wanted.patch;
}

bool holds(const Version& v, const Constraint& c) {
    // A prerelease fits only constraints that name one.
    const bool unasked = !v.prerelease.empty() && c.version.prerelease.empty();
    if (unasked && !(c.how == "!=" && !c.dirty)) {
        return false;
    }
    if (c.how.empty() || c.how == "=") {
        return c.dirty ? tilde(v, c) : v.compare(c.version) == 0;
    }
    if (c.how == "!=") {
        return not_equal(v, c);
    }
    if (c.how == ">") {
        return greater(v, c);
    }
    if (c.how == "<") {
        return v.compare(c.version) < 0;
    }
    if (c.how == ">=" || c.how == "=>") {
        return v.compare(c.version) >= 0;
    }
    if (c.how == "<=" || c.how == "=<") {
        return at_most(v, c);
    }
    return c.how == "^" ? caret(v, c) : tilde(v, c);
}

std::vector<std::string> split_at(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + separator.size());
    }
}

}  // namespace

Result<bool> fits(Context& context, std::string_view constraint, const Version& version) {
    STEP_TRY(context.spend(100 + constraint.size()));
    const std::string range = fmt::format(R"(\s*({0})\s+-\s+({0})\s*)", kVersion);
    const std::string valid = fmt::format(
        R"(^(\s*({0})\s*({1})\s*)((?:\s+|,\s*)({0})\s*({1})\s*)*$)", kOperator, kVersion);
    const std::string one = fmt::format(R"(({})\s*({}))", kOperator, kVersion);
    STEP_ASSIGN(const Regex find_range, Regex::compile(range));
    STEP_ASSIGN(const Regex is_valid, Regex::compile(valid));
    STEP_ASSIGN(const Regex find_one, Regex::compile(one));
    // "1.2 - 3" is ">= 1.2, <= 3".
    STEP_ASSIGN(const std::string rewritten,
                find_range.replace_all(context, constraint, ">= ${1}, <= ${6} ", false));
    bool any = false;
    for (const std::string& part : split_at(rewritten, "||")) {
        STEP_TRY(is_valid.spend(context, part));
        if (is_valid.find(std::string_view(part), 0).empty()) {
            return failure("improper constraint: " + part);
        }
        STEP_ASSIGN(const auto matches, find_one.find_all(context, std::string_view(part), -1));
        bool all = true;
        for (const Regex::Match& match : matches) {
            STEP_ASSIGN(const Constraint parsed, read_one(match, part));
            all = all && holds(version, parsed);
        }
        any = any || all;
    }
    return any;
}

}  // namespace step::tmpl
