#include "ca/home.h"

namespace step::ca {

cli::Flag context_flag() {
    return {.name = "context",
            .value = "name",
            .help = "context whose authority is meant",
            .no_environment = true};
}

std::string context_name(const cli::Args& args, const Environment& environment) {
    return args.is_set("context") ? args.get("context")
                                  : environment.get("STEP_CA_CONTEXT").value_or("");
}

Result<setup::StepPath> find_home(const std::string& context, const Environment& environment) {
    STEP_ASSIGN(setup::StepPath path, setup::load_steppath(environment));
    if (!context.empty() && !path.select(context)) {
        return Error{Code::kNotFound, "context \"" + context + "\" not found"};
    }
    return path;
}

}  // namespace step::ca
