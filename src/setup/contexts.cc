#include "setup/contexts.h"

#include <algorithm>

#include "base/files.h"
#include "base/text.h"
#include "json/write.h"

namespace step::setup {
namespace {

Error not_found(const std::string& name) {
    return Error{Code::kNotFound, "context '" + name + "' not found"};
}

Status write_contexts(const StepPath& path) {
    json::Object contexts;
    for (const auto& [name, entry] : path.contexts) {
        contexts.push_back(
            {name, json::Object{{"profile", entry.profile}, {"authority", entry.authority}}});
    }
    STEP_TRY(make_folders(path.base));
    return write_file(path.contexts_file(),
                      json::encode_indent(json::Value(std::move(contexts)), "    "), 0600);
}

/// `step ssh config` adds a line `Include "BASE/authorities/A/ssh/config"` for each authority.
Status forget_include(const StepPath& path, const ContextEntry& entry) {
    const std::string file = join_path(path.base, "ssh/includes");
    const Result<Bytes> text = read_file(file);
    if (!text) {
        return text.error().code == Code::kNotFound ? ok() : Status(text.error());
    }
    std::vector<std::string> lines = split(*text, '\n');
    const auto line = std::ranges::find_if(lines, [&](const std::string& candidate) {
        return candidate.find("/authorities/" + entry.authority + "/") != std::string::npos;
    });
    if (line == lines.end()) {
        return ok();
    }
    lines.erase(line);
    return write_file(file, join(lines, "\n"), 0600);
}

}  // namespace

Status add_context(StepPath& path, const ContextEntry& entry) {
    const auto bad = [](const std::string& text) {
        return Error{Code::kInvalidArgument, "error adding context: " + text};
    };
    if (entry.name.empty()) {
        return bad("context cannot have an empty name");
    }
    if (Status status = entry.check(); !status) {
        return bad(status.error().detail);
    }
    path.contexts[entry.name] = entry;
    STEP_TRY(write_contexts(path));
    return save_current(path, entry.name);
}

Status save_current(StepPath& path, const std::string& name) {
    if (!path.select(name)) {
        return not_found(name);
    }
    const json::Value record(json::Object{{"context", name}});
    return write_file(path.current_context_file(), json::encode(record), 0644);
}

std::vector<std::string> folders_only_of(const StepPath& path, const ContextEntry& entry) {
    const auto shared = [&](std::string ContextEntry::* folder) {
        return std::ranges::any_of(path.contexts, [&](const auto& other) {
            return other.first != entry.name && other.second.*folder == entry.*folder;
        });
    };
    std::vector<std::string> folders;
    if (!shared(&ContextEntry::authority)) {
        folders.push_back(path.authority_of(entry));
    }
    if (!shared(&ContextEntry::profile)) {
        folders.push_back(path.profile_of(entry));
    }
    return folders;
}

Status remove_context(StepPath& path, const std::string& name) {
    const auto found = path.contexts.find(name);
    if (found == path.contexts.end()) {
        return not_found(name);
    }
    if (path.current && path.current->name == name) {
        return Error{Code::kConflict, "cannot remove current context"};
    }
    const ContextEntry entry = found->second;
    const std::vector<std::string> folders = folders_only_of(path, entry);
    for (const std::string& folder : folders) {
        STEP_TRY(remove_tree(folder));
    }
    if (std::ranges::find(folders, path.authority_of(entry)) != folders.end()) {
        STEP_TRY(forget_include(path, entry));
    }
    path.contexts.erase(found);
    return write_contexts(path);
}

std::vector<std::string> context_names(const StepPath& path) {
    std::vector<std::string> names;
    names.reserve(path.contexts.size());
    for (const auto& [name, entry] : path.contexts) {
        names.push_back(name);
    }
    const auto is_current = [&](const std::string& name) {
        return path.current && path.current->name == name;
    };
    std::ranges::sort(names, {}, [&](const std::string& name) {
        return std::tuple(!is_current(name), to_lower(name), name);
    });
    return names;
}

}  // namespace step::setup
