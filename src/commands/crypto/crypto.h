#pragma once

#include "cli/command.h"

namespace step::commands {

// step crypto …
cli::Command crypto_change_pass();
cli::Command crypto_hash_compare();
cli::Command crypto_hash_digest();
cli::Command crypto_jose_format();
cli::Command crypto_jwe_decrypt();
cli::Command crypto_jwe_encrypt();
cli::Command crypto_jwk_create();
cli::Command crypto_jwk_keyset_add();
cli::Command crypto_jwk_keyset_find();
cli::Command crypto_jwk_keyset_list();
cli::Command crypto_jwk_keyset_remove();
cli::Command crypto_jwk_public();
cli::Command crypto_jwk_thumbprint();
cli::Command crypto_jws_inspect();
cli::Command crypto_jws_sign();
cli::Command crypto_jws_verify();
cli::Command crypto_jwt_inspect();
cli::Command crypto_jwt_sign();
cli::Command crypto_jwt_verify();
cli::Command crypto_kdf_compare();
cli::Command crypto_kdf_hash();
cli::Command crypto_key_fingerprint();
cli::Command crypto_key_format();
cli::Command crypto_key_inspect();
cli::Command crypto_key_public();
cli::Command crypto_key_sign();
cli::Command crypto_key_verify();
cli::Command crypto_keypair();
cli::Command crypto_nacl_auth_digest();
cli::Command crypto_nacl_auth_verify();
cli::Command crypto_nacl_box_keypair();
cli::Command crypto_nacl_box_open();
cli::Command crypto_nacl_box_seal();
cli::Command crypto_nacl_secretbox_open();
cli::Command crypto_nacl_secretbox_seal();
cli::Command crypto_nacl_sign_keypair();
cli::Command crypto_nacl_sign_open();
cli::Command crypto_nacl_sign_sign();
cli::Command crypto_otp_generate();
cli::Command crypto_otp_verify();
cli::Command crypto_rand();
cli::Command crypto_winpe_extract();

}  // namespace step::commands
