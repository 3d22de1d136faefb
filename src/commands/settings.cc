#include "commands/settings.h"

#include <fmt/format.h>

#include "setup/contexts.h"

namespace step::commands {
namespace {

/// What the context that `path` is in says, or config/defaults.json without contexts.
Status fill(cli::Settings& settings, const setup::StepPath& path, const std::string& config_file) {
    settings.base = path.base;
    settings.steppath = path.authority();
    settings.profile = path.profile();
    if (!path.contexts.empty() && !path.current) {
        return ok();
    }
    auto defaults = config_file.empty() || path.current ? setup::load_defaults(path)
                                                        : setup::load_defaults_file(config_file);
    if (!defaults) {
        Error error = std::move(defaults).error();
        error.detail = fmt::format("failed loading context configuration: {}", error.detail);
        return error;
    }
    settings.defaults = std::move(defaults->values);
    settings.notices = std::move(defaults->notices);
    return ok();
}

Status choose_context(cli::Settings& settings, cli::Console& console, setup::StepPath path,
                      const std::optional<std::string>& name) {
    if (name) {
        STEP_TRY(path.select(*name));
        return fill(settings, path, "");
    }
    if (path.contexts.empty() || path.current) {
        return ok();
    }
    const std::vector<std::string> names = setup::context_names(path);
    std::size_t index = 0;
    if (names.size() > 1) {
        STEP_ASSIGN(index,
                    console.choose("Select a context for 'step' (run 'step context select NAME' "
                                   "to change it later)",
                                   names));
    }
    console.selected("Context", names[index]);
    STEP_TRY(setup::save_current(path, names[index]));
    return fill(settings, path, "");
}

}  // namespace

Result<cli::Settings> load_settings(const Environment& environment,
                                    const std::string& config_file) {
    STEP_ASSIGN(const setup::StepPath path, setup::load_steppath(environment));
    cli::Settings settings;
    settings.choose = [path](cli::Settings& chosen, cli::Console& console,
                             const std::optional<std::string>& name) -> Status {
        if (path.contexts.empty() && name && name->empty()) {
            return ok();  // STEP_CONTEXT= in the environment of somebody without contexts.
        }
        return choose_context(chosen, console, path, name);
    };
    STEP_TRY(fill(settings, path, config_file));
    return settings;
}

}  // namespace step::commands
