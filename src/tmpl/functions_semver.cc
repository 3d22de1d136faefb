#include "base/uri.h"
#include "json/write.h"
#include "tmpl/families_impl.h"
#include "tmpl/semver.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

extern const Type kVersionStruct;

class VersionObject final : public Object {
public:
    explicit VersionObject(Version version) : version_(std::move(version)) {}
    const Version& version() const { return version_; }

private:
    Version version_;
};

const Version& self(const Value& value) {
    return static_cast<const VersionObject&>(*value.as_object()).version();
}

Value to_value(Version version, const Type& type = types::kVersion) {
    return Value::of(
        type, std::shared_ptr<const Object>(std::make_shared<VersionObject>(std::move(version))));
}

template <auto kNumber>
Result<Value> number(Call& call) {
    return Value::of(types::kUint64, self(call[0]).*kNumber);
}
template <auto kText>
Result<Value> text(Call& call) {
    return Value(self(call[0]).*kText);
}
Result<Value> string(Call& call) {
    return Value(self(call[0]).text());
}
Result<Value> compare(Call& call) {
    return Value(self(call[0]).compare(self(call[1])));
}
Result<Value> equal(Call& call) {
    return Value(self(call[0]).compare(self(call[1])) == 0);
}
Result<Value> less_than(Call& call) {
    return Value(self(call[0]).compare(self(call[1])) < 0);
}
Result<Value> greater_than(Call& call) {
    return Value(self(call[0]).compare(self(call[1])) > 0);
}

Result<Value> less_or_equal(Call& call) {
    return Value(self(call[0]).compare(self(call[1])) <= 0);
}
Result<Value> greater_or_equal(Call& call) {
    return Value(self(call[0]).compare(self(call[1])) >= 0);
}

/// A copy whose prerelease or metadata is the argument.
template <auto kText>
Result<Value> with(Call& call) {
    Version version = self(call[0]);
    version.*kText = std::string(call.text(1));
    STEP_TRY(Version::parse(version.text()));
    version.original = (version.original.starts_with('v') ? "v" : "") + version.text();
    return to_value(std::move(version), kVersionStruct);
}

Value next(const Version& from, std::uint64_t major, std::uint64_t minor, std::uint64_t patch) {
    Version version{.major = major, .minor = minor, .patch = patch};
    version.original = (from.original.starts_with('v') ? "v" : "") + version.text();
    return to_value(std::move(version), kVersionStruct);
}
Result<Value> inc_major(Call& call) {
    return next(self(call[0]), self(call[0]).major + 1, 0, 0);
}
Result<Value> inc_minor(Call& call) {
    return next(self(call[0]), self(call[0]).major, self(call[0]).minor + 1, 0);
}
Result<Value> inc_patch(Call& call) {
    const Version& version = self(call[0]);
    return next(version, version.major, version.minor,
                version.patch + (version.prerelease.empty() ? 1 : 0));
}

std::string version_text(const Value& value) {
    return self(value).text();
}
std::string version_json(const Value& value) {
    std::string out;
    json::append_string(out, self(value).text());
    return out;
}

/// Those of a pointer first: a Version that IncMajor and its like return has only the others.
constexpr Entry kMethods[] = {
    {"Compare", "version", compare},
    {"Equal", "version", equal},
    {"GreaterThan", "version", greater_than},
    {"GreaterThanEqual", "version", greater_or_equal},
    {"LessThan", "version", less_than},
    {"LessThanEqual", "version", less_or_equal},
    {"Original", "", text<&Version::original>},
    {"IncMajor", "", inc_major},
    {"IncMinor", "", inc_minor},
    {"IncPatch", "", inc_patch},
    {"Major", "", number<&Version::major>},
    {"Metadata", "", text<&Version::metadata>},
    {"Minor", "", number<&Version::minor>},
    {"Patch", "", number<&Version::patch>},
    {"Prerelease", "", text<&Version::prerelease>},
    {"SetMetadata", "string", with<&Version::metadata>},
    {"SetPrerelease", "string", with<&Version::prerelease>},
    {"String", "", string},
};
constexpr std::size_t kOfPointer = 7;

}  // namespace

namespace types {
const Type kVersion{.kind = Kind::kPointer,
                    .name = "*semver.Version",
                    .methods = {kMethods, std::size(kMethods)},
                    .text = version_text,
                    .json = version_json};
}  // namespace types

namespace {

const Type kVersionStruct{.kind = Kind::kStruct,
                          .name = "semver.Version",
                          .methods = {kMethods + kOfPointer, std::size(kMethods) - kOfPointer},
                          .text = version_text,
                          .json = version_json};

Result<Value> semver(Call& call) {
    STEP_ASSIGN(Version version, Version::parse(call.text(0)));
    return to_value(std::move(version));
}

Result<Value> semver_compare(Call& call) {
    // Go reads the constraint first, so its error comes first.
    STEP_TRY(fits(call.context(), call.text(0), Version{}));
    STEP_ASSIGN(const Version version, Version::parse(call.text(1)));
    STEP_ASSIGN(const bool fit, fits(call.context(), call.text(0), version));
    return Value(fit);
}

constexpr Entry kFamily[] = {
    {"semver", "string", semver},
    {"semverCompare", "string string", semver_compare},
};

/// "user:password" as Go's Userinfo.String escapes it.
std::string user_text(const std::string& user) {
    const std::string text = format_uri({.scheme = "p", .user = user, .host = "h"});
    return text.substr(4, text.size() - 6);
}

Result<Value> url_parse(Call& call) {
    const auto uri = parse_uri(call.text(0));
    if (!uri) {
        return failure("unable to parse url: " + uri.error().detail);
    }
    auto map = make_map();
    map->set("scheme", Value(uri->scheme));
    map->set("host", Value(uri->host));
    map->set("hostname", Value(uri->hostname()));
    map->set("path", Value(uri->path));
    map->set("query", Value(uri->query));
    map->set("opaque", Value(uri->opaque));
    map->set("fragment", Value(uri->fragment));
    map->set("userinfo", Value(uri->user.empty() ? "" : user_text(uri->user)));
    return Value(std::move(map));
}

Result<std::string> part_of(const Call& call, std::string_view key) {
    const auto map = call.map(0);
    const Value* found = map ? map->find(key) : nullptr;
    if (found == nullptr) {
        return std::string();
    }
    if (found->is_nil()) {
        return failure("runtime error: invalid memory address or nil pointer dereference");
    }
    if (!found->is_string()) {
        return failure(fmt::format("unable to parse {} key, must be of type string, but {} found",
                                   key, kind_name(found->kind())));
    }
    return std::string(found->as_text());
}

Result<Value> url_join(Call& call) {
    Uri uri;
    STEP_ASSIGN(uri.scheme, part_of(call, "scheme"));
    STEP_ASSIGN(uri.host, part_of(call, "host"));
    STEP_ASSIGN(uri.path, part_of(call, "path"));
    STEP_ASSIGN(uri.query, part_of(call, "query"));
    STEP_ASSIGN(uri.opaque, part_of(call, "opaque"));
    STEP_ASSIGN(uri.fragment, part_of(call, "fragment"));
    STEP_ASSIGN(const std::string user, part_of(call, "userinfo"));
    if (!user.empty()) {
        const auto parsed = parse_uri("proto://" + user + "@host");
        if (!parsed) {
            return failure("unable to parse userinfo in dict: " + parsed.error().detail);
        }
        uri.user = parsed->user;
    }
    return Value(format_uri(uri));
}

constexpr Entry kUrlFamily[] = {
    {"urlParse", "string", url_parse},
    {"urlJoin", "map", url_join},
};

}  // namespace

std::span<const Entry> semver_family() {
    return kFamily;
}

std::span<const Entry> url_family() {
    return kUrlFamily;
}

}  // namespace step::tmpl
