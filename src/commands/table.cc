#include "commands/table.h"

#include "commands/ca/commands.h"
#include "commands/certificate/certificate.h"
#include "commands/commands.h"
#include "commands/context/context.h"
#include "commands/crl/crl.h"
#include "commands/crypto/crypto.h"

namespace step::commands {
namespace {

constexpr cli::Entry kCommands[] = {
    {"base64", base64},
    {"ca bootstrap", ca_bootstrap},
    {"ca certificate", ca_certificate},
    {"ca federation", ca_federation},
    {"ca health", ca_health},
    {"ca init", ca_init},
    {"ca provisioner add", ca_provisioner_add},
    {"ca provisioner jwe-key", ca_provisioner_jwe_key},
    {"ca provisioner list", ca_provisioner_list},
    {"ca provisioner remove", ca_provisioner_remove},
    {"ca provisioner update", ca_provisioner_update},
    {"ca provisioner webhook add", ca_provisioner_webhook_add},
    {"ca provisioner webhook remove", ca_provisioner_webhook_remove},
    {"ca provisioner webhook update", ca_provisioner_webhook_update},
    {"ca rekey", ca_rekey},
    {"ca renew", ca_renew},
    {"ca revoke", ca_revoke},
    {"ca root", ca_root},
    {"ca roots", ca_roots},
    {"ca sign", ca_sign},
    {"ca template render", ca_template_render},
    {"ca token", ca_token},
    {"certificate bundle", certificate_bundle},
    {"certificate create", certificate_create},
    {"certificate fingerprint", certificate_fingerprint},
    {"certificate format", certificate_format},
    {"certificate inspect", certificate_inspect},
    {"certificate key", certificate_key},
    {"certificate lint", certificate_lint},
    {"certificate needs-renewal", certificate_needs_renewal},
    {"certificate p12", certificate_p12},
    {"certificate sign", certificate_sign},
    {"certificate install", certificate_install},
    {"certificate uninstall", certificate_uninstall},
    {"certificate verify", certificate_verify},
    {"completion", completion},
    {"context current", context_current},
    {"context list", context_list},
    {"context remove", context_remove},
    {"context select", context_select},
    {"crl inspect", crl_inspect},
    {"crypto change-pass", crypto_change_pass},
    {"crypto hash compare", crypto_hash_compare},
    {"crypto hash digest", crypto_hash_digest},
    {"crypto jose format", crypto_jose_format},
    {"crypto jwe decrypt", crypto_jwe_decrypt},
    {"crypto jwe encrypt", crypto_jwe_encrypt},
    {"crypto jwk create", crypto_jwk_create},
    {"crypto jwk keyset add", crypto_jwk_keyset_add},
    {"crypto jwk keyset find", crypto_jwk_keyset_find},
    {"crypto jwk keyset list", crypto_jwk_keyset_list},
    {"crypto jwk keyset remove", crypto_jwk_keyset_remove},
    {"crypto jwk public", crypto_jwk_public},
    {"crypto jwk thumbprint", crypto_jwk_thumbprint},
    {"crypto jws inspect", crypto_jws_inspect},
    {"crypto jws sign", crypto_jws_sign},
    {"crypto jws verify", crypto_jws_verify},
    {"crypto jwt inspect", crypto_jwt_inspect},
    {"crypto jwt sign", crypto_jwt_sign},
    {"crypto jwt verify", crypto_jwt_verify},
    {"crypto kdf compare", crypto_kdf_compare},
    {"crypto kdf hash", crypto_kdf_hash},
    {"crypto key fingerprint", crypto_key_fingerprint},
    {"crypto key format", crypto_key_format},
    {"crypto key inspect", crypto_key_inspect},
    {"crypto key public", crypto_key_public},
    {"crypto key sign", crypto_key_sign},
    {"crypto key verify", crypto_key_verify},
    {"crypto keypair", crypto_keypair},
    {"crypto nacl auth digest", crypto_nacl_auth_digest},
    {"crypto nacl auth verify", crypto_nacl_auth_verify},
    {"crypto nacl box keypair", crypto_nacl_box_keypair},
    {"crypto nacl box open", crypto_nacl_box_open},
    {"crypto nacl box seal", crypto_nacl_box_seal},
    {"crypto nacl secretbox open", crypto_nacl_secretbox_open},
    {"crypto nacl secretbox seal", crypto_nacl_secretbox_seal},
    {"crypto nacl sign keypair", crypto_nacl_sign_keypair},
    {"crypto nacl sign open", crypto_nacl_sign_open},
    {"crypto nacl sign sign", crypto_nacl_sign_sign},
    {"crypto otp generate", crypto_otp_generate},
    {"crypto otp verify", crypto_otp_verify},
    {"crypto rand", crypto_rand},
    {"crypto winpe extract", crypto_winpe_extract},
    {"fileserver", fileserver},
    {"path", path},
    {"version", version},
};

constexpr cli::Group kGroups[] = {
    {"ca", "run, reach and use a certificate authority", ""},
    {"ca provisioner", "see and change who may hand out certificates", ""},
    {"ca provisioner webhook", "have other servers asked about certificates",
     "A webhook is a server that `step-ca` calls when it is asked for a certificate: before the "
     "template, whose `.Webhooks.NAME` gets what it says (ENRICHING); before the certificate is "
     "signed (AUTHORIZING); or after it is on record (NOTIFYING). Requests are signed with a key "
     "of the webhook's own: HMAC-SHA256 over the exact body in `X-Smallstep-Signature`."},
    {"ca template", "try certificate templates", ""},
    {"certificate", "make, read and check certificates", ""},
    {"context", "switch between certificate authorities",
     "A context is a pair of folders: an authority (`$STEPPATH/authorities/NAME`: its root "
     "certificate, `defaults.json`, and for `step ca init` the whole CA) and a profile "
     "(`$STEPPATH/profiles/NAME`: settings of a person, which win). `step ca bootstrap` and `step "
     "ca init` make contexts with their flag **--context**; **--context** or `STEP_CONTEXT` choose "
     "one for a single command."},
    {"crl", "read certificate revocation lists", ""},
    {"crypto", "keys and other primitives", ""},
    {"crypto hash", "digests of files and folders", ""},
    {"crypto jose", "both serialisations of JWS and JWE", ""},
    {"crypto jwe", "encrypted messages (JWE)", ""},
    {"crypto jwk", "JSON Web Keys", ""},
    {"crypto jwk keyset", "sets of JSON Web Keys in a file", ""},
    {"crypto jws", "signed messages of any kind (JWS)", ""},
    {"crypto jwt", "JSON Web Tokens: sign, check, look inside", ""},
    {"crypto kdf", "hashes of passwords", ""},
    {"crypto key", "keys in every form: look inside, convert, sign", ""},
    {"crypto nacl", "NaCl's boxes, signatures and authenticators",
     "The constructions of NaCl, as libsodium and others have them. Keys are files of plain "
     "octets, made by "
     "**keypair** or, for what two sides share, of 32 random ones: `step crypto rand --format raw "
     "32 > key`. A nonce has "
     "24 octets and must never serve twice with one key."},
    {"crypto nacl auth", "authenticators: one key makes and checks them", ""},
    {"crypto nacl box", "messages from one key pair to another", ""},
    {"crypto nacl secretbox", "messages under one shared key", ""},
    {"crypto nacl sign", "signatures", ""},
    {"crypto otp", "one-time passwords that follow the clock", ""},
    {"crypto winpe", "signatures of Windows executables", ""},
};

constexpr cli::Table kTable{.program = "step",
                            .brief = "work with a certificate authority and what it issues",
                            .about = "",
                            .commands = kCommands,
                            .groups = kGroups};

}  // namespace

const cli::Table& step_table() {
    return kTable;
}

}  // namespace step::commands
