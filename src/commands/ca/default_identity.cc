#include "commands/ca/default_identity.h"

#include "base/files.h"
#include "base/text.h"
#include "crypto/pem_key.h"
#include "json/decode.h"
#include "json/parse.h"

namespace step::commands {
namespace {

constexpr std::chrono::minutes kLeeway{1};  ///< The CA's clock may be behind ours.

Result<Identity> load(const std::string& file) {
    STEP_ASSIGN(const Bytes text, read_file(file));
    STEP_ASSIGN(const json::Value root, json::parse(text));
    std::string type, certificate_file, key_file;
    json::Fields fields(root, "");
    fields.get("type", type).get("crt", certificate_file).get("key", key_file);
    STEP_TRY(fields.status());
    if (!equal_fold(type, "mTLS") && !equal_fold(type, "tTLS")) {
        return Error{.code = Code::kInvalidArgument, .detail = "unknown type of identity"};
    }
    STEP_ASSIGN(const Bytes certificates, read_file(certificate_file));
    STEP_ASSIGN(std::vector<x509::Certificate> chain, x509::parse_certificates_pem(certificates));
    STEP_ASSIGN(Bytes key_text, read_file(key_file));
    const Secret pem(std::move(key_text));
    STEP_ASSIGN(crypto::PrivateKey key, crypto::parse_private_key(pem.view(), [] {
                    return Result<Secret>(Error{.code = Code::kInvalidArgument,
                                                .detail = "the key of an identity is encrypted"});
                }));
    STEP_ASSIGN(const crypto::PublicKey certified, chain.front().public_key());
    if (!(certified == key.public_key())) {
        return Error{.code = Code::kInvalidArgument, .detail = "key and certificate do not match"};
    }
    return Identity{.chain = std::move(chain), .key = std::move(key)};
}

}  // namespace

std::optional<Identity> default_identity(const cli::Context& context) {
    Result<Identity> identity = load(join_path(context.steppath, "config/identity.json"));
    if (!identity) {
        return std::nullopt;
    }
    const x509::Certificate& leaf = identity->chain.front();
    const SysTime now = context.clock.now();
    if (now + kLeeway < leaf.not_before || now > leaf.not_after) {
        return std::nullopt;
    }
    return *std::move(identity);
}

}  // namespace step::commands
