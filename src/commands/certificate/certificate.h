#pragma once

#include "cli/command.h"

namespace step::commands {

// step certificate …
cli::Command certificate_bundle();
cli::Command certificate_create();
cli::Command certificate_fingerprint();
cli::Command certificate_format();
cli::Command certificate_inspect();
cli::Command certificate_key();
cli::Command certificate_lint();
cli::Command certificate_needs_renewal();
cli::Command certificate_p12();
cli::Command certificate_sign();
cli::Command certificate_install();
cli::Command certificate_uninstall();
cli::Command certificate_verify();

}  // namespace step::commands
