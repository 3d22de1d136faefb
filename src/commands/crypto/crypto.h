#pragma once

#include "cli/command.h"

namespace step::commands {

// step crypto …
cli::Command crypto_jose_format();
cli::Command crypto_jwe_decrypt();
cli::Command crypto_jwe_encrypt();
cli::Command crypto_jwk_create();
cli::Command crypto_jws_inspect();
cli::Command crypto_jws_sign();
cli::Command crypto_jws_verify();
cli::Command crypto_jwt_inspect();
cli::Command crypto_jwt_sign();
cli::Command crypto_jwt_verify();
cli::Command crypto_keypair();

}  // namespace step::commands
