#include "commands/ca/new_context.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/files.h"

namespace step::commands {

Flags new_context_flags() {
    return {{.name = "context", .value = "name", .help = "context to make and use"},
            {.name = "profile", .value = "name", .help = "its profile"},
            {.name = "authority", .value = "name", .help = "its authority"}};
}

bool wants_context(const cli::Context& context, const setup::StepPath& path) {
    return !path.contexts.empty() ||
           std::ranges::any_of(std::array{"context", "profile", "authority"},
                               [&](const char* flag) { return context.args.is_set(flag); });
}

Status enter_new_context(const cli::Context& context, setup::StepPath& path,
                         const std::string& fallback) {
    const auto or_else = [&](const char* flag, const std::string& otherwise) {
        const std::string value = context.args.get(flag);
        return value.empty() ? otherwise : value;
    };
    setup::ContextEntry entry{.name = or_else("context", fallback)};
    entry.profile = or_else("profile", entry.name);
    entry.authority = or_else("authority", entry.name);
    if (Status status = entry.check(); !status) {
        Error error = status.error();
        error.detail = "error adding context: " + error.detail;
        return error;
    }
    path.current = std::move(entry);
    return ok();
}

void warn_of_another(const cli::Context& context, const setup::StepPath& path) {
    if (wants_context(context, path) || kind_of(path.config_file()) == Kind::kNothing) {
        return;
    }
    context.console.err(
        fmt::format("⚠️  It looks like step is already configured to connect to an authority.\n"
                    "Its files in {} will be replaced, each after a question. To keep it, stop\n"
                    "here and use the flag --context, or set STEPPATH to another folder.\n\n",
                    path.base));
}

}  // namespace step::commands
