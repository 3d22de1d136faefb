#include <array>

#include "crypto/cipher.h"
#include "crypto/exchange.h"
#include "crypto/keygen.h"
#include "jose/key_management_impl.h"
#include "jose/strict.h"
#include "json/decode.h"

namespace step::jose {
namespace {

constexpr unsigned kRounds = 600'000;
constexpr std::size_t kSaltBytes = 16, kNonceBytes = 12, kTagBytes = 16;
/// A salt is hashed once a round at most; this only bounds what we copy.
constexpr std::size_t kMaxSalt = 1024;

constexpr std::array<KeyAlgorithm, 17> kKeyAlgorithms = {{
    {"RSA1_5", Family::kRsa},
    {"RSA-OAEP", Family::kRsa},
    {"RSA-OAEP-256", Family::kRsa},
    {"A128KW", Family::kAesWrap, 16},
    {"A192KW", Family::kAesWrap, 24},
    {"A256KW", Family::kAesWrap, 32},
    {"dir", Family::kDirect},
    {"ECDH-ES", Family::kAgree},
    {"ECDH-ES+A128KW", Family::kAgree, 16},
    {"ECDH-ES+A192KW", Family::kAgree, 24},
    {"ECDH-ES+A256KW", Family::kAgree, 32},
    {"A128GCMKW", Family::kGcmWrap, 16},
    {"A192GCMKW", Family::kGcmWrap, 24},
    {"A256GCMKW", Family::kGcmWrap, 32},
    {"PBES2-HS256+A128KW", Family::kPassword, 16},
    {"PBES2-HS384+A192KW", Family::kPassword, 24},
    {"PBES2-HS512+A256KW", Family::kPassword, 32},
}};

Error unfit(const KeyAlgorithm& algorithm) {
    return invalid(fmt::format("alg '{}' is not compatible with the key", algorithm.name));
}

crypto::RsaPadding padding_of(const KeyAlgorithm& algorithm) {
    return algorithm.name == "RSA1_5"     ? crypto::RsaPadding::kPkcs1
           : algorithm.name == "RSA-OAEP" ? crypto::RsaPadding::kOaepSha1
                                          : crypto::RsaPadding::kOaepSha256;
}

Bytes big_endian(std::size_t value) {
    Bytes out;
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        out += static_cast<char>(value >> (shift - 8) & 0xffU);
    }
    return out;
}

/// RFC 7518 4.6.2: the Concat KDF of SP 800-56A with SHA-256.
Secret derive(ByteView shared, std::string_view algorithm, ByteView apu, ByteView apv,
              std::size_t bytes) {
    Bytes info;
    for (const ByteView part : {ByteView(algorithm), apu, apv}) {
        info += big_endian(part.size());
        info += part;
    }
    info += big_endian(bytes * 8);
    Bytes key;
    for (std::size_t counter = 1; key.size() < bytes; ++counter) {
        Bytes round = big_endian(counter);
        round += shared;
        round += info;
        key += crypto::sha256(round);
        wipe(round);
    }
    Secret out(key.substr(0, bytes));
    wipe(key);
    return out;
}

/// The agreed key: the content key itself, or what wraps it.
Secret agreed_key(const KeyAlgorithm& algorithm, const ContentAlgorithm& content, ByteView shared,
                  ByteView apu, ByteView apv) {
    return algorithm.wrap_bytes == 0
               ? derive(shared, content.name, apu, apv, content.key_bytes)
               : derive(shared, algorithm.name, apu, apv, algorithm.wrap_bytes);
}

Result<ContentKey> agree_on_key(const KeyAlgorithm& algorithm, const ContentAlgorithm& content,
                                const Jwk& key, Secret fresh, json::Value& header) {
    if (!key.public_key) {
        return unfit(algorithm);
    }
    STEP_ASSIGN(const crypto::PrivateKey own, crypto::generate_key(key.public_key->kind()));
    const auto shared = crypto::agree(own, *key.public_key);
    if (!shared) {
        return unfit(algorithm);
    }
    Jwk ephemeral;
    ephemeral.public_key = own.public_key();
    header.set("epk", public_jwk(ephemeral));
    Secret agreed = agreed_key(algorithm, content, shared->view(), "", "");
    if (algorithm.wrap_bytes == 0) {
        return ContentKey{.key = std::move(agreed)};
    }
    STEP_ASSIGN(Bytes wrapped, crypto::wrap_key(agreed.view(), fresh.view()));
    return ContentKey{.key = std::move(fresh), .encrypted_key = std::move(wrapped)};
}

Result<Bytes> header_octets(const EncryptedMessage& message, std::string_view name) {
    const json::Value* value = message.find(name);
    if (value == nullptr || value->is_null()) {
        return Bytes();
    }
    if (value->as_string() == nullptr) {
        return invalid(fmt::format("header {} is no string", name));
    }
    return parse_base64url(*value->as_string());
}

Result<Secret> find_agreed_key(const EncryptedMessage& message, const KeyAlgorithm& algorithm,
                               const ContentAlgorithm& content, const Jwk& key) {
    const json::Value* header = message.find("epk");
    if (header == nullptr) {
        return invalid("missing epk header");
    }
    STEP_ASSIGN(const Jwk ephemeral, parse_jwk(*header));
    if (!ephemeral.is_public()) {
        return invalid("invalid epk header");
    }
    STEP_ASSIGN(const Bytes apu, header_octets(message, "apu"));
    STEP_ASSIGN(const Bytes apv, header_octets(message, "apv"));
    const auto shared = crypto::agree(*key.private_key, *ephemeral.public_key);
    if (!shared) {
        return cannot_open();
    }
    Secret agreed = agreed_key(algorithm, content, shared->view(), apu, apv);
    if (algorithm.wrap_bytes == 0) {
        return message.encrypted_key.empty() ? Result<Secret>(std::move(agreed)) : cannot_open();
    }
    return crypto::unwrap_key(agreed.view(), message.encrypted_key);
}

/// Random octets where the padding is wrong, so that the failure shows in the content only.
Result<Secret> find_rsa_key(const EncryptedMessage& message, const KeyAlgorithm& algorithm,
                            const ContentAlgorithm& content, const Jwk& key, Random& random) {
    Secret substitute(random.bytes(content.key_bytes));
    auto opened =
        crypto::decrypt_rsa(*key.private_key, padding_of(algorithm), message.encrypted_key);
    return opened && opened->view().size() == content.key_bytes
               ? std::move(opened)
               : Result<Secret>(std::move(substitute));
}

Result<Secret> find_gcm_key(const EncryptedMessage& message, const Jwk& key) {
    STEP_ASSIGN(const Bytes iv, header_octets(message, "iv"));
    STEP_ASSIGN(const Bytes tag, header_octets(message, "tag"));
    if (iv.size() != kNonceBytes || tag.size() != kTagBytes) {
        return cannot_open();
    }
    return crypto::open_gcm(key.symmetric.view(), iv, {message.encrypted_key, tag}, "");
}

bool fits(const KeyAlgorithm& algorithm, const Jwk& key) {
    switch (algorithm.family) {
        case Family::kRsa:
            return key.public_key && key.public_key->kind() == crypto::KeyKind::kRsa;
        case Family::kAgree:
            return key.public_key && key.public_key->kind() != crypto::KeyKind::kRsa &&
                   key.public_key->kind() != crypto::KeyKind::kEd25519;
        case Family::kDirect:
            return !key.public_key;
        case Family::kAesWrap:
        case Family::kGcmWrap:
            return !key.public_key && key.symmetric.view().size() == algorithm.wrap_bytes;
        case Family::kPassword:
            break;
    }
    return false;
}

Bytes password_salt(std::string_view algorithm, ByteView p2s) {
    Bytes salt(algorithm);
    salt += '\0';
    salt += p2s;
    return salt;
}

crypto::Hash password_hash(const KeyAlgorithm& algorithm) {
    return algorithm.wrap_bytes == 16   ? crypto::Hash::kSha256
           : algorithm.wrap_bytes == 24 ? crypto::Hash::kSha384
                                        : crypto::Hash::kSha512;
}

}  // namespace

const KeyAlgorithm* find_key_algorithm(std::string_view name) {
    const auto found = std::ranges::find(kKeyAlgorithms, name, &KeyAlgorithm::name);
    return found == kKeyAlgorithms.end() ? nullptr : &*found;
}

Result<ContentKey> make_content_key(const KeyAlgorithm& algorithm, const ContentAlgorithm& content,
                                    const Jwk& key, Random& random, json::Value& header) {
    if (!fits(algorithm, key)) {
        return unfit(algorithm);
    }
    Secret fresh(random.bytes(content.key_bytes));
    Bytes encrypted;
    switch (algorithm.family) {
        case Family::kRsa: {
            STEP_ASSIGN(encrypted,
                        crypto::encrypt_rsa(*key.public_key, padding_of(algorithm), fresh.view()));
            break;
        }
        case Family::kAesWrap: {
            STEP_ASSIGN(encrypted, crypto::wrap_key(key.symmetric.view(), fresh.view()));
            break;
        }
        case Family::kGcmWrap: {
            const Bytes iv = random.bytes(kNonceBytes);
            STEP_ASSIGN(auto sealed, crypto::seal_gcm(key.symmetric.view(), iv, fresh.view(), ""));
            header.set("iv", encode_base64url(iv));
            header.set("tag", encode_base64url(sealed.tag));
            encrypted = std::move(sealed.ciphertext);
            break;
        }
        case Family::kAgree:
            return agree_on_key(algorithm, content, key, std::move(fresh), header);
        default:
            if (key.symmetric.view().size() != content.key_bytes) {
                return invalid(fmt::format("enc '{}' needs a key of {} bytes, not {}", content.name,
                                           content.key_bytes, key.symmetric.view().size()));
            }
            return ContentKey{.key = key.symmetric.clone()};
    }
    return ContentKey{.key = std::move(fresh), .encrypted_key = std::move(encrypted)};
}

Result<ContentKey> make_content_key(const KeyAlgorithm& algorithm, const ContentAlgorithm& content,
                                    ByteView password, Random& random, json::Value& header) {
    if (algorithm.family != Family::kPassword) {
        return unfit(algorithm);
    }
    const Bytes p2s = random.bytes(kSaltBytes);
    header.set("p2c", static_cast<int>(kRounds));
    header.set("p2s", encode_base64url(p2s));
    Secret fresh(random.bytes(content.key_bytes));
    const Secret wrapping =
        crypto::pbkdf2(password_hash(algorithm), password, password_salt(algorithm.name, p2s),
                       kRounds, algorithm.wrap_bytes);
    STEP_ASSIGN(Bytes wrapped, crypto::wrap_key(wrapping.view(), fresh.view()));
    return ContentKey{.key = std::move(fresh), .encrypted_key = std::move(wrapped)};
}

Result<Secret> find_content_key(const EncryptedMessage& message, const KeyAlgorithm& algorithm,
                                const ContentAlgorithm& content, const Jwk& key, Random& random) {
    if (!fits(algorithm, key) || key.is_public()) {
        return cannot_open();
    }
    Result<Secret> found = cannot_open();
    switch (algorithm.family) {
        case Family::kRsa:
            return find_rsa_key(message, algorithm, content, key, random);
        case Family::kAesWrap:
            found = crypto::unwrap_key(key.symmetric.view(), message.encrypted_key);
            break;
        case Family::kGcmWrap:
            found = find_gcm_key(message, key);
            break;
        case Family::kAgree:
            found = find_agreed_key(message, algorithm, content, key);
            break;
        default:
            if (message.encrypted_key.empty()) {
                found = key.symmetric.clone();
            }
    }
    return found ? std::move(found) : Result<Secret>(cannot_open());
}

Result<PasswordPlan> make_password_plan(const EncryptedMessage& message, unsigned max_rounds) {
    const KeyAlgorithm* algorithm = find_key_algorithm(message.text("alg"));
    if (algorithm == nullptr || algorithm->family != Family::kPassword) {
        return invalid("unknown or unsupported algorithm");
    }
    const json::Value* p2c = message.find("p2c");
    const auto rounds = p2c && p2c->as_number() ? json::to_int64(*p2c->as_number()) : std::nullopt;
    if (!rounds || *rounds <= 0) {
        return invalid("invalid P2C: must be a positive integer");
    }
    if (*rounds > max_rounds) {
        return invalid("invalid P2C: too high");
    }
    STEP_ASSIGN(const Bytes salt, header_octets(message, "p2s"));
    if (salt.empty() || salt.size() > kMaxSalt) {
        return invalid("invalid P2S: must be present");
    }
    return PasswordPlan{.hash = password_hash(*algorithm),
                        .wrap_bytes = algorithm->wrap_bytes,
                        .rounds = static_cast<unsigned>(*rounds),
                        .salt = password_salt(algorithm->name, salt)};
}

Result<Secret> find_content_key(const EncryptedMessage& message, const PasswordPlan& plan,
                                ByteView password) {
    const Secret wrapping =
        crypto::pbkdf2(plan.hash, password, plan.salt, plan.rounds, plan.wrap_bytes);
    auto found = crypto::unwrap_key(wrapping.view(), message.encrypted_key);
    return found ? std::move(found) : Result<Secret>(cannot_open());
}

}  // namespace step::jose
