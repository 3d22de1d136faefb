#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/files.h"
#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "crypto/key.h"
#include "jose/jwk.h"
#include "json/value.h"

namespace step::setup {

/// A new certificate authority: its certificate and the key that goes with it.
struct NewAuthority {
    Bytes certificate{};  ///< DER
    crypto::PrivateKey key;
};

/// A self-signed root as `step ca init` makes it: EC P-256, O=NAME, CN=NAME Root CA, ten years
/// from `now`, path length 1.
Result<NewAuthority> make_root(const std::string& name, SysTime now, Random& random);
/// The intermediate below it: CN=NAME Intermediate CA, ten years, path length 0. Whether `root`
/// may sign one is for check_issuer().
Result<NewAuthority> make_intermediate(const std::string& name, const NewAuthority& root,
                                       SysTime now, Random& random);

/// Whether `chain` (DER, its first member signed `intermediate`, the last one is the trust anchor)
/// leads from the anchor to `intermediate` now: signatures, validity, CA flags, path lengths, key
/// usage. kInvalidArgument with the reason if not.
Status check_issuer(const std::vector<Bytes>& chain, const NewAuthority& intermediate, SysTime now);

/// The answers of `step ca init` for a standalone CA.
struct InitOptions {
    std::vector<std::string> dns{};  ///< From split_dns(); at least one.
    std::string address{};           ///< "host:port" or ":port".
    std::string provisioner{};       ///< Name of the first JWK provisioner.
    std::string ca_url{};            ///< --with-ca-url; empty: made of the first name and the port.
    bool database = true;            ///< False: --no-db.
    bool acme = false;               ///< A provisioner of type ACME, too; see acme_provisioner().
    bool configure = true;           ///< False: --pki, certificates and keys only.
    bool helm = false;               ///< For helm_values(): as its chart has it, nothing to write.
    std::string folder{};            ///< StepPath::authority().
    std::string profile_defaults{};  ///< StepPath::profile_defaults_file(); empty without contexts.
    /// --root: what certifies the intermediate, signer first, trust anchor last, DER. Empty: the
    /// root is new.
    std::vector<Bytes> issuer_chain{};
};

/// What init writes, before anything is written. Paths are absolute or as `folder` was.
struct InitPlan {
    struct File {
        std::string path{};
        Secret content{};
        unsigned mode = 0600;
        Mode treat = Mode::kKeep;  ///< kExact for private keys.
    };
    std::vector<std::string> folders{};  ///< All made with 0700; every folder of `files` is here.
    std::vector<File> files{};           ///< In the order they are written; ca.json last.

    std::string root_certificate{}, root_key{}, root_fingerprint{};
    std::string intermediate_certificate{}, intermediate_key{};
    std::string database{};                   ///< Empty without one.
    std::string defaults{}, configuration{};  ///< Empty with --pki.
    std::string ca_url{};                     ///< Empty with --pki.
    json::Value provisioner{};                ///< Null with --pki.
};

/// A JWK provisioner as it stands in ca.json, with a fresh EC P-256 key that `password` opens.
Result<json::Value> make_provisioner(const std::string& name, const Secret& password,
                                     Random& random);
/// The same for a key that there is: members type, name, key and, if there is a private key,
/// encryptedKey. A key id and an algorithm that are missing are filled in.
Result<json::Value> make_provisioner(const std::string& name, jose::Jwk key, const Secret& password,
                                     Random& random);

/// The entry of type ACME that --acme adds: "acme", or "acme-1" if the first provisioner has that
/// name.
json::Value acme_provisioner(const std::string& first);

/// Encrypts the keys and the provisioner's with the passwords given (`provisioner_password`
/// none: `password` too) and lays out the tree. The key of a root that existed is not part of it.
/// profile_defaults is one of the files unless it is there already. Fails with kInvalidArgument on
/// an address that is not host:port, without a port or no DNS name. Touches no file; about half a
/// second of PBKDF2.
Result<InitPlan> plan_init(const InitOptions& options, const NewAuthority& root,
                           const NewAuthority& intermediate, const Secret& password,
                           const Secret* provisioner_password, Random& random);

/// Makes the folders and writes the files, each at once, replacing what is there (asking first
/// is the caller's business). If one fails, those that did not exist before are removed again,
/// so that a second try meets no half-made tree.
Status write_init(const InitPlan& plan);

/// The names in one answer or in several --dns flags: split at commas and spaces, brackets of
/// IPv6 taken off, empty parts dropped. kInvalidArgument, "dns must not be empty", if none is left.
Result<std::vector<std::string>> split_dns(const std::vector<std::string>& answers);

}  // namespace step::setup
