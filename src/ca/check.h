#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ca/daemon.h"
#include "setup/finding.h"

namespace step::ca {

/// `step-ca check`: `words` follow "check". 0 if a server would start, 1 if not (with --strict
/// also if there is a warning), 2 for a wrong command line.
int run_check(std::span<const std::string> words, Services services);

/// "FILE:LINE:COLUMN: error: WHAT; ADVICE" and a line end; control characters as \xNN.
std::string format_finding(const std::string& file, const setup::Finding& finding);

/// Markdown.
std::string_view check_manual();

}  // namespace step::ca
