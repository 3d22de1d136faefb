#include "jose/jwe.h"

#include "jose/content_impl.h"
#include "jose/key_management_impl.h"
#include "jose/strict.h"
#include "json/write.h"

namespace step::jose {
namespace {

struct Algorithms {
    const KeyAlgorithm* key = nullptr;
    const ContentAlgorithm* content = nullptr;
};

Result<Algorithms> find_algorithms(std::string_view alg, std::string_view enc) {
    const Algorithms found{.key = find_key_algorithm(alg), .content = find_content_algorithm(enc)};
    if (found.key == nullptr || found.content == nullptr) {
        return invalid("unknown or unsupported algorithm");
    }
    return found;
}

/// The algorithms that a message asks for, and nothing that we do not know.
Result<Algorithms> algorithms_of(const EncryptedMessage& message) {
    if (message.find("crit") != nullptr) {
        return invalid("unsupported critical header");
    }
    if (message.find("zip") != nullptr) {
        return invalid("unknown or unsupported algorithm");
    }
    return find_algorithms(message.text("alg"), message.text("enc"));
}

/// `KeyOrPassword` picks the way in which make_content_key hides the content key.
template <class KeyOrPassword>
Result<EncryptedMessage> seal(ByteView plaintext, const Encryption& how, const KeyOrPassword& with,
                              Random& random) {
    STEP_ASSIGN(const Algorithms algorithms, find_algorithms(how.alg, how.enc));
    json::Value header;
    STEP_ASSIGN(ContentKey key,
                make_content_key(*algorithms.key, *algorithms.content, with, random, header));
    const std::pair<std::string_view, std::string_view> members[] = {
        {"alg", how.alg}, {"cty", how.cty}, {"enc", how.enc}, {"kid", how.kid}, {"typ", how.typ}};
    for (const auto& [name, value] : members) {
        if (!value.empty()) {
            header.set(name, value);
        }
    }
    std::ranges::sort(*header.as_object(), {}, &json::Member::name);
    EncryptedMessage message{.protected_text = json::encode(header),
                             .encrypted_key = std::move(key.encrypted_key)};
    message.protected_header = std::move(header);
    STEP_ASSIGN(SealedContent sealed, seal_content(*algorithms.content, key.key.view(),
                                                   random.bytes(iv_bytes(*algorithms.content)),
                                                   plaintext, message.authenticated()));
    message.iv = std::move(sealed.iv);
    message.ciphertext = std::move(sealed.ciphertext);
    message.tag = std::move(sealed.tag);
    return message;
}

Result<Secret> open(const EncryptedMessage& message, const ContentAlgorithm& content,
                    const Secret& key) {
    return open_content(content, key.view(), {message.iv, message.ciphertext, message.tag},
                        message.authenticated());
}

}  // namespace

bool is_key_algorithm(std::string_view alg) {
    return find_key_algorithm(alg) != nullptr;
}

bool is_password_algorithm(std::string_view alg) {
    const KeyAlgorithm* found = find_key_algorithm(alg);
    return found != nullptr && found->family == Family::kPassword;
}

bool is_content_algorithm(std::string_view enc) {
    return find_content_algorithm(enc) != nullptr;
}

Result<EncryptedMessage> encrypt(ByteView plaintext, const Encryption& how, const Jwk& key,
                                 Random& random) {
    return seal(plaintext, how, key, random);
}

Result<EncryptedMessage> encrypt(ByteView plaintext, const Encryption& how, ByteView password,
                                 Random& random) {
    return seal(plaintext, how, password, random);
}

Result<Secret> decrypt(const EncryptedMessage& message, const Jwk& key, Random& random) {
    STEP_ASSIGN(const Algorithms algorithms, algorithms_of(message));
    STEP_ASSIGN(const Secret content,
                find_content_key(message, *algorithms.key, *algorithms.content, key, random));
    return open(message, *algorithms.content, content);
}

Result<Secret> decrypt(const EncryptedMessage& message, ByteView password, unsigned max_rounds) {
    STEP_ASSIGN(const Algorithms algorithms, algorithms_of(message));
    STEP_ASSIGN(const PasswordPlan plan, make_password_plan(message, max_rounds));
    STEP_ASSIGN(const Secret content, find_content_key(message, plan, password));
    return open(message, *algorithms.content, content);
}

bool is_encrypted(std::string_view text) {
    return static_cast<bool>(parse_encrypted(text));
}

Result<std::string> encrypt_with_password(ByteView plaintext, ByteView password,
                                          std::string_view content_type, Random& random) {
    STEP_ASSIGN(const EncryptedMessage message,
                encrypt(plaintext, {.alg = "PBES2-HS256+A128KW", .cty = std::string(content_type)},
                        password, random));
    return encode_compact(message);
}

Status check_password_jwe(std::string_view jwe, unsigned max_rounds) {
    STEP_ASSIGN(const EncryptedMessage message, parse_encrypted(jwe));
    STEP_ASSIGN(const Algorithms algorithms, algorithms_of(message));
    STEP_TRY(make_password_plan(message, max_rounds));
    const bool lengths = message.encrypted_key.size() == algorithms.content->key_bytes + 8 &&
                         message.iv.size() == iv_bytes(*algorithms.content);
    return lengths ? ok() : Status(invalid("JWE part has the wrong length"));
}

Result<Secret> decrypt_with_password(std::string_view jwe, ByteView password, unsigned max_rounds) {
    STEP_TRY(check_password_jwe(jwe, max_rounds));
    STEP_ASSIGN(const EncryptedMessage message, parse_encrypted(jwe));
    auto plain = decrypt(message, password, max_rounds);
    if (!plain && plain.error().code == Code::kUnauthenticated) {
        return Error{.code = Code::kUnauthenticated,
                     .detail = "failed to decrypt JWE: invalid password"};
    }
    return plain;
}

}  // namespace step::jose
