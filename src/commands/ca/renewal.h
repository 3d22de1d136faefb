#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/command.h"
#include "commands/ca/after_renewal.h"
#include "commands/ca/ca_access.h"
#include "commands/ca/connect.h"
#include "commands/foreign_flags.h"

namespace step::commands {

// How renew and rekey begin, and how they stay.

/// What both work with.
struct Renewal {
    CaAccess access{};
    Identity identity;
    RenewalPlan plan{};
};

/// The flags that both have; `period` is "renew-period" or "rekey-period".
Flags shared_renewal_flags(std::string_view period);

/// Two positionals. Checks the flags, reads the certificate and its key, opens the CA: what is
/// wrong or missing is told now, not when the day has come.
Result<Renewal> begin_renewal(cli::Context& context, std::string_view period);

struct Repetition {
    std::string certificate_file{}, key_file{};  ///< Where the new pair goes.
    std::string done{};                          ///< For messages: "renewed".
    std::string failed{};                        ///< "error renewing certificate: "
    std::string when_expired{};  ///< If not empty, an expired certificate ends it, with this.
    /// Gets and writes the next one, asks nobody, and leaves it in its argument.
    std::function<Status(Identity&)> act{};
};

/// With --daemon stays as long as the process lives. Else says so if it is not time yet. None:
/// it is to be done now, and once.
Result<std::optional<cli::ExitCode>> stay_or_wait(cli::Context& context, Renewal& renewal,
                                                  const Repetition& again);

}  // namespace step::commands
