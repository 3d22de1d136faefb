#include "setup/steppath.h"

#include "base/files.h"
#include "base/text.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::setup {
namespace {

/// Go reports the error of its decoder; ours carries the place beside it.
Error parse_error(const std::string& what, const Error& error) {
    return Error{Code::kInvalidArgument, what + ": " + error.detail, error.cause};
}

/// The bytes of a file that may be missing; none if it is.
Result<std::optional<Bytes>> read_optional(const std::string& path) {
    Result<Bytes> text = read_file(path);
    if (text) {
        return std::optional<Bytes>(*std::move(text));
    }
    if (text.error().code == Code::kNotFound) {
        return std::optional<Bytes>();
    }
    return std::move(text).error();
}

Error in_context(const std::string& name, Error error) {
    error.detail = "error in context '" + name + "': " + error.detail +
                   "; check your $STEPPATH/contexts.json file";
    return error;
}

/// Whether `name`, joined to a folder, lies below that folder.
bool stays_below(const std::string& name) {
    return clean_path("/" + name) != "/" &&
           std::ranges::none_of(split(name, '/'),
                                [](std::string_view part) { return part == ".."; });
}

Result<ContextEntry> read_context(const std::string& name, const json::Value& value) {
    if (value.is_null()) {
        return in_context(name, Error{Code::kInvalidArgument, "context cannot be nil"});
    }
    ContextEntry entry{.name = name};
    if (value.as_object() == nullptr) {
        return Error{Code::kInvalidArgument, "error unmarshaling context map: cannot unmarshal " +
                                                 std::string(value.kind()) + " into a context"};
    }
    json::Fields fields(value, name);
    fields.get("profile", entry.profile).get("authority", entry.authority);
    if (Status status = fields.status(); !status) {
        return parse_error("error unmarshaling context map", status.error());
    }
    if (Status status = entry.check(); !status) {
        return in_context(name, status.error());
    }
    return entry;
}

Status read_contexts(StepPath& path) {
    STEP_ASSIGN(const std::optional<Bytes> text, read_optional(path.contexts_file()));
    if (!text) {
        return ok();
    }
    const auto value = json::parse(*text);
    if (!value) {
        return parse_error("error unmarshaling context map", value.error());
    }
    if (value->is_null()) {
        return ok();
    }
    if (value->as_object() == nullptr) {
        return Error{Code::kInvalidArgument, "error unmarshaling context map: cannot unmarshal " +
                                                 std::string(value->kind()) + " into a map"};
    }
    for (const json::Member& member : *value->as_object()) {
        STEP_ASSIGN(ContextEntry entry, read_context(member.name, member.value));
        path.contexts[member.name] = std::move(entry);
    }
    return ok();
}

Status read_current(StepPath& path) {
    STEP_ASSIGN(const std::optional<Bytes> text, read_optional(path.current_context_file()));
    if (!text) {
        return ok();
    }
    const auto value = json::parse(*text);
    if (!value) {
        return parse_error("error unmarshaling current context", value.error());
    }
    std::string name;
    json::Fields fields(*value, "");
    fields.get("context", name);
    if (Status status = fields.status(); !status) {
        return parse_error("error unmarshaling current context", status.error());
    }
    return path.select(name);
}

std::string base_of(const Environment& environment, const std::string& home) {
    const std::string base = environment.get("STEPPATH").value_or("");
    return base.empty() ? join_path(home, ".step") : clean_path(base);
}

}  // namespace

Status ContextEntry::check() const {
    const auto bad = [](std::string text) {
        return Error{Code::kInvalidArgument, "context cannot have " + std::move(text)};
    };
    if (authority.empty()) {
        return bad("an empty authority value");
    }
    if (profile.empty()) {
        return bad("an empty profile value");
    }
    for (const std::string& folder : {authority, profile}) {
        if (!stays_below(folder)) {
            return bad("the folder '" + folder + "'");
        }
    }
    return ok();
}

std::string StepPath::authority_of(const ContextEntry& entry) const {
    return join_path(join_path(base, "authorities"), entry.authority);
}

std::string StepPath::profile_of(const ContextEntry& entry) const {
    return join_path(join_path(base, "profiles"), entry.profile);
}

std::string StepPath::authority() const {
    return current ? authority_of(*current) : base;
}

std::string StepPath::profile() const {
    return current ? profile_of(*current) : base;
}

std::string StepPath::config_file() const {
    return join_path(authority(), "config/ca.json");
}
std::string StepPath::defaults_file() const {
    return join_path(authority(), "config/defaults.json");
}
std::string StepPath::profile_defaults_file() const {
    return join_path(profile(), "config/defaults.json");
}
std::string StepPath::root_certificate() const {
    return join_path(authority(), "certs/root_ca.crt");
}
std::string StepPath::contexts_file() const {
    return join_path(base, "contexts.json");
}
std::string StepPath::current_context_file() const {
    return join_path(base, "current-context.json");
}

std::string StepPath::resolve(const std::string& path) const {
    if (base.empty() || path.starts_with("/") || path.starts_with("./") ||
        path.starts_with("../")) {
        return path;
    }
    if (path.starts_with("~/")) {
        return join_path(home, path.substr(2));
    }
    return join_path(authority(), path);
}

Status StepPath::select(const std::string& name) {
    const auto found = contexts.find(name);
    if (found == contexts.end()) {
        return Error{Code::kNotFound, "could not load context '" + name + "'"};
    }
    current = found->second;
    return ok();
}

Result<StepPath> load_steppath(const Environment& environment) {
    StepPath path;
    path.home = environment.get("HOME").value_or("");
    if (path.home.empty()) {
        path.home = environment.user_home().value_or("");
    }
    if (path.home.empty()) {
        return Error{Code::kInvalidArgument,
                     "error obtaining home directory, please define environment variable HOME"};
    }
    path.home = clean_path(path.home);
    path.base = base_of(environment, path.home);
    STEP_TRY(read_contexts(path));
    STEP_TRY(read_current(path));
    return path;
}

Result<Defaults> load_defaults_file(const std::string& file) {
    Defaults defaults;
    STEP_ASSIGN(const std::optional<Bytes> text, read_optional(file));
    if (!text) {
        return defaults;
    }
    auto value = json::parse(*text);
    if (!value) {
        return parse_error("error parsing " + file, value.error());
    }
    if (value->is_null()) {
        return defaults;
    }
    if (value->as_object() == nullptr) {
        return Error{Code::kInvalidArgument, "error parsing " + file + ": json: cannot unmarshal " +
                                                 std::string(value->kind()) +
                                                 " into Go value of type map[string]interface {}"};
    }
    defaults.values = *std::move(value);
    return defaults;
}

Result<Defaults> load_defaults(const StepPath& path) {
    STEP_ASSIGN(Defaults defaults, load_defaults_file(path.defaults_file()));
    if (!path.current) {
        return defaults;
    }
    STEP_ASSIGN(Defaults profile, load_defaults_file(path.profile_defaults_file()));
    for (json::Member& member : *profile.values.as_object()) {
        defaults.values.set(member.name, std::move(member.value));
    }
    for (const char* name : {"context", "profile", "authority"}) {
        if (defaults.values.find_exact(name) != nullptr) {
            defaults.notices.push_back("cannot set '" + std::string(name) +
                                       "' attribute in config files");
            defaults.values.remove(name);
        }
    }
    return defaults;
}

}  // namespace step::setup
