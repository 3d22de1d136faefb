#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/system.h"

namespace step::ca {

enum class Action : unsigned char { kServe, kHelp, kVersion };

/// What the command line asks for.
struct Options {
    Action action = Action::kServe;
    std::string config_file{};    ///< Empty: the default of $STEPPATH.
    std::string password_file{};  ///< Empty: none.
    std::string pid_file{};       ///< Empty: none.
    std::string context{};        ///< Empty: the one in use, if any.
    bool quiet = false;
    // How names are validated (ACME).
    std::string resolver{};  ///< "host:port"; empty: the system's.
    std::uint16_t acme_http_port = 80, acme_tls_port = 443;
    bool acme_strict_fqdn = false;
};

/// Reads the words after the program's name, STEP_CA_QUIET and STEP_CA_CONTEXT. Fails with the
/// original's texts; with reason cli::kUsageError if the help text should follow. What belongs to a
/// capability that this program does not have is refused by name, on the command line and in
/// STEP_CA_TOKEN.
Result<Options> parse_options(const std::vector<std::string>& words,
                              const Environment& environment);

/// Markdown.
std::string_view manual();

}  // namespace step::ca
