#include "commands/crypto/file_signature.h"

#include "base/text.h"
#include "commands/errors.h"
#include "crypto/hasher.h"
#include "crypto/rsa_signature.h"

namespace step::commands {
namespace {

using crypto::KeyKind;
using crypto::RsaSigning;

Result<std::string> hash_name(const cli::Args& args) {
    const std::string given = args.get("alg");
    const std::string name = given.empty() ? "sha256" : to_lower(given);
    if (!crypto::Hasher::make(name)) {
        return invalid("unsupported algorithm " + given);
    }
    return name;
}

RsaSigning padding(const cli::Args& args) {
    return args.flag("pss") ? RsaSigning::kPss : RsaSigning::kPkcs1;
}

}  // namespace

std::vector<cli::Flag> file_signature_flags() {
    return {
        {.name = "alg",
         .value = "algorithm",
         .help = "the digest that an RSA key signs: sha1, sha224, sha256, sha384, sha512, "
                 "sha512-224, sha512-256 or md5",
         .fallback = "sha256",
         .values = "sha1 sha224 sha256 sha384 sha512 sha512-224 sha512-256 md5"},
        {.name = "pss", .type = cli::FlagType::kBool, .help = "RSA: PSS instead of PKCS#1 v1.5"}};
}

Result<Bytes> sign_file(const cli::Args& args, const crypto::PrivateKey& key, ByteView message) {
    if (key.kind() != KeyKind::kRsa) {
        return key.sign(crypto::default_scheme(key.public_key()), message);
    }
    STEP_ASSIGN(const std::string hash, hash_name(args));
    auto signature = crypto::sign_rsa(key, padding(args), hash, message);
    return signature ? std::move(signature)
                     : Result<Bytes>(explain(signature.error(), "error signing message: "));
}

Result<bool> verify_file(const cli::Args& args, const crypto::PublicKey& key, ByteView message,
                         ByteView signature) {
    Status answer = ok();
    if (key.kind() == KeyKind::kRsa) {
        STEP_ASSIGN(const std::string hash, hash_name(args));
        answer = crypto::verify_rsa(key, padding(args), hash, message, signature);
    } else {
        answer = key.verify(crypto::default_scheme(key), message, signature);
    }
    return static_cast<bool>(answer);
}

}  // namespace step::commands
