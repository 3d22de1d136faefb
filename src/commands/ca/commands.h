#pragma once

#include "cli/command.h"

namespace step::commands {

cli::Command ca_bootstrap();
cli::Command ca_certificate();
cli::Command ca_federation();
cli::Command ca_health();
cli::Command ca_init();
cli::Command ca_provisioner_add();
cli::Command ca_provisioner_jwe_key();
cli::Command ca_provisioner_list();
cli::Command ca_provisioner_remove();
cli::Command ca_provisioner_update();
cli::Command ca_provisioner_webhook_add();
cli::Command ca_provisioner_webhook_remove();
cli::Command ca_provisioner_webhook_update();
cli::Command ca_rekey();
cli::Command ca_renew();
cli::Command ca_revoke();
cli::Command ca_root();
cli::Command ca_roots();
cli::Command ca_sign();
cli::Command ca_template_render();
cli::Command ca_token();

}  // namespace step::commands
