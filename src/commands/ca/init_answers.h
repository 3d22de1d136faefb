#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"
#include "setup/init.h"
#include "setup/steppath.h"

namespace step::commands {

/// What `ca init` wants to know, from flags and questions.
struct InitAnswers {
    std::string name{};
    setup::InitOptions options{};  ///< All but the issuer chain.
    Secret password{};
    std::optional<Secret> provisioner_password{};
};

enum class Deployment : unsigned char { kStandalone, kLinked, kHosted };

/// --deployment-type, else standalone if the flags leave nothing else to ask, else the answer to
/// a question.
Result<Deployment> choose_deployment(cli::Context& context);

/// Asks what the flags leave open, in the original's order. `path` is moved into the new context
/// if there is to be one.
Result<InitAnswers> ask_init(cli::Context& context, setup::StepPath& path);

}  // namespace step::commands
