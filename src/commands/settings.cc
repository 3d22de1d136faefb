#include "commands/settings.h"

#include <fmt/format.h>

#include "base/files.h"
#include "json/write.h"
#include "setup/steppath.h"

namespace step::commands {
namespace {

Error explain(Error error) {
    error.detail = fmt::format("failed loading context configuration: {}", error.detail);
    return error;
}

Status fill(cli::Settings& settings, const setup::StepPath& path, const std::string& config_file) {
    settings.base = path.base;
    settings.steppath = path.authority();
    auto defaults = config_file.empty() || !path.contexts.empty()
                        ? setup::load_defaults(path)
                        : setup::load_defaults_file(config_file);
    if (!defaults) {
        return explain(std::move(defaults).error());
    }
    settings.defaults = std::move(defaults->values);
    settings.notices = std::move(defaults->notices);
    return ok();
}

Status choose_context(cli::Settings& settings, cli::Console& console, setup::StepPath path) {
    std::vector<std::string> names;
    names.reserve(path.contexts.size());
    for (const auto& [name, entry] : path.contexts) {
        names.push_back(name);
    }
    std::size_t index = 0;
    if (names.size() > 1) {
        STEP_ASSIGN(index, console.choose("Select a context for 'step'", names));
    }
    console.selected("Context", names[index]);
    STEP_TRY(path.select(names[index]));
    const json::Value record(json::Object{{.name = "context", .value = names[index]}});
    STEP_TRY(write_file(path.current_context_file(), json::encode(record), 0644));
    return fill(settings, path, "");
}

}  // namespace

Result<cli::Settings> load_settings(const Environment& environment,
                                    const std::string& config_file) {
    STEP_ASSIGN(const setup::StepPath path, setup::load_steppath(environment));
    cli::Settings settings;
    if (!path.contexts.empty() && !path.current) {
        settings.base = path.base;
        settings.choose = [path](cli::Settings& chosen, cli::Console& console) {
            return choose_context(chosen, console, path);
        };
        return settings;
    }
    STEP_TRY(fill(settings, path, config_file));
    return settings;
}

}  // namespace step::commands
