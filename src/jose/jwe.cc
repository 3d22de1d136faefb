#include "jose/jwe.h"

#include "crypto/cipher.h"
#include "jose/strict.h"
#include "json/decode.h"
#include "json/write.h"

namespace step::jose {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20U;
constexpr unsigned kRounds = 600'000;
constexpr std::size_t kSaltBytes = 16, kNonceBytes = 12, kTagBytes = 16;
/// A salt is hashed once a round at most; this only bounds what we copy.
constexpr std::size_t kMaxSalt = 1024;

/// RFC 7518 4.8: the hash and the length of the key that wraps.
struct KeyManagement {
    std::string_view name{};
    crypto::Hash hash = crypto::Hash::kSha256;
    std::size_t key_bytes = 0;
};

constexpr std::array<KeyManagement, 3> kKeyManagement = {{
    {"PBES2-HS256+A128KW", crypto::Hash::kSha256, 16},
    {"PBES2-HS384+A192KW", crypto::Hash::kSha384, 24},
    {"PBES2-HS512+A256KW", crypto::Hash::kSha512, 32},
}};

/// RFC 7518 5.3: the length of the key that encrypts. 0 if we do not know the name.
std::size_t content_key_bytes(std::string_view enc) {
    if (enc == "A256GCM") {
        return 32;
    }
    if (enc == "A192GCM") {
        return 24;
    }
    return enc == "A128GCM" ? 16 : 0;
}

/// The parts of a JWE, decoded; the headers still apart.
struct Message {
    std::string protected_text{};        ///< In canonical base64url: what is authenticated.
    std::vector<json::Value> headers{};  ///< The protected one first.
    Bytes encrypted_key{}, nonce{}, ciphertext{}, tag{};
    std::optional<Bytes> additional{};

    /// The first header with this member gives it.
    const json::Value* find(std::string_view name) const {
        for (const json::Value& header : headers) {
            if (const json::Value* value = header.find_exact(name)) {
                return value;
            }
        }
        return nullptr;
    }

    Result<std::string> text(std::string_view name) const {
        const json::Value* value = find(name);
        if (value == nullptr || value->as_string() == nullptr) {
            return invalid(fmt::format("message is missing {} header", name));
        }
        return *value->as_string();
    }
};

Status add_protected(Message& message, std::string_view text) {
    STEP_ASSIGN(const Bytes header, parse_base64url(text));
    message.protected_text = encode_base64url(header);
    if (!header.empty()) {
        STEP_ASSIGN(json::Value value, parse_object(header, "a JWE header"));
        message.headers.push_back(std::move(value));
    }
    return ok();
}

Result<Message> parse_compact(std::string_view text) {
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t dot = text.find('.');
        if ((dot == text.npos) != (i + 1 == parts.size())) {
            return invalid("compact JWE format must have five parts");
        }
        parts[i] = text.substr(0, dot);
        text.remove_prefix(dot == text.npos ? text.size() : dot + 1);
    }
    Message message;
    STEP_TRY(add_protected(message, parts[0]));
    STEP_ASSIGN(message.encrypted_key, parse_base64url(parts[1]));
    STEP_ASSIGN(message.nonce, parse_base64url(parts[2]));
    STEP_ASSIGN(message.ciphertext, parse_base64url(parts[3]));
    STEP_ASSIGN(message.tag, parse_base64url(parts[4]));
    return message;
}

Result<Bytes> get_octets(const json::Value& object, std::string_view name) {
    std::string text;
    STEP_TRY(get_string(object, name, text));
    return parse_base64url(text);
}

Status add_header(Message& message, const json::Value& object, std::string_view name) {
    const json::Value* header = object.find_exact(name);
    if (header == nullptr || header->is_null()) {
        return ok();
    }
    if (header->as_object() == nullptr) {
        return invalid(fmt::format("JWE member {} is no object", name));
    }
    message.headers.push_back(*header);
    return ok();
}

/// RFC 7516 7.2, flattened, or general with one recipient.
Result<Message> parse_json_form(std::string_view text) {
    STEP_ASSIGN(const json::Value value, parse_object(text, "a JWE"));
    Message message;
    std::string header;
    STEP_TRY(get_string(value, "protected", header));
    STEP_TRY(add_protected(message, header));
    STEP_TRY(add_header(message, value, "unprotected"));
    const json::Value* recipient = &value;
    if (const json::Value* list = value.find_exact("recipients"); list && !list->is_null()) {
        if (list->as_array() == nullptr || list->as_array()->size() != 1) {
            return invalid("too many recipients in payload; expecting only one");
        }
        recipient = list->as_array()->data();
    }
    STEP_TRY(add_header(message, *recipient, "header"));
    STEP_ASSIGN(message.encrypted_key, get_octets(*recipient, "encrypted_key"));
    STEP_ASSIGN(message.nonce, get_octets(value, "iv"));
    STEP_ASSIGN(message.ciphertext, get_octets(value, "ciphertext"));
    STEP_ASSIGN(message.tag, get_octets(value, "tag"));
    if (value.find_exact("aad") != nullptr) {
        STEP_ASSIGN(message.additional, get_octets(value, "aad"));
    }
    return message;
}

Result<Message> parse_message(std::string_view jwe) {
    if (jwe.size() > kMaxText) {
        return invalid("JWE is too large");
    }
    const std::string text = strip_space(jwe);
    return text.starts_with('{') ? parse_json_form(text) : parse_compact(text);
}

/// What the headers ask for, checked.
struct Plan {
    const KeyManagement* wrap = nullptr;
    unsigned rounds = 0;
    Bytes salt{};  ///< RFC 7518 4.8.1.1: algorithm, zero octet, p2s.
};

Result<Plan> make_plan(const Message& message, unsigned max_rounds) {
    STEP_ASSIGN(const std::string alg, message.text("alg"));
    STEP_ASSIGN(const std::string enc, message.text("enc"));
    STEP_ASSIGN(const std::string p2s, message.text("p2s"));
    Plan plan;
    for (const KeyManagement& known : kKeyManagement) {
        plan.wrap = known.name == alg ? &known : plan.wrap;
    }
    const std::size_t content_key = content_key_bytes(enc);
    if (plan.wrap == nullptr || content_key == 0 || message.find("zip") != nullptr) {
        return invalid("unknown or unsupported algorithm");
    }
    if (message.find("crit") != nullptr) {
        return invalid("unsupported critical header");
    }
    const json::Value* p2c = message.find("p2c");
    const auto rounds = p2c && p2c->as_number() ? json::to_int64(*p2c->as_number()) : std::nullopt;
    if (!rounds || *rounds <= 0) {
        return invalid("invalid P2C: must be a positive integer");
    }
    if (*rounds > max_rounds) {
        return invalid("invalid P2C: too high");
    }
    STEP_ASSIGN(const Bytes salt, parse_base64url(p2s));
    if (salt.empty() || salt.size() > kMaxSalt) {
        return invalid("invalid P2S: must be present");
    }
    if (message.encrypted_key.size() != content_key + 8 || message.nonce.size() != kNonceBytes ||
        message.tag.size() != kTagBytes) {
        return invalid("JWE part has the wrong length");
    }
    plan.rounds = static_cast<unsigned>(*rounds);
    plan.salt = alg + '\0' + salt;
    return plan;
}

Error wrong_password() {
    return {.code = Code::kUnauthenticated, .detail = "failed to decrypt JWE: invalid password"};
}

}  // namespace

Result<std::string> encrypt_with_password(ByteView plaintext, ByteView password,
                                          std::string_view content_type, Random& random) {
    const KeyManagement& wrap = kKeyManagement[0];
    const Bytes salt = random.bytes(kSaltBytes);
    json::Value header;
    header.set("alg", wrap.name);
    if (!content_type.empty()) {
        header.set("cty", content_type);
    }
    header.set("enc", "A256GCM");
    header.set("p2c", static_cast<int>(kRounds));
    header.set("p2s", encode_base64url(salt));
    const std::string first = encode_base64url(json::encode(header));

    const Secret content_key(random.bytes(content_key_bytes("A256GCM")));
    const Bytes nonce = random.bytes(kNonceBytes);
    const Bytes full_salt = std::string(wrap.name) + '\0' + salt;
    const Secret key = crypto::pbkdf2(wrap.hash, password, full_salt, kRounds, wrap.key_bytes);
    STEP_ASSIGN(const Bytes wrapped, crypto::wrap_key(key.view(), content_key.view()));
    STEP_ASSIGN(const auto sealed, crypto::seal_gcm(content_key.view(), nonce, plaintext, first));
    return fmt::format("{}.{}.{}.{}.{}", first, encode_base64url(wrapped), encode_base64url(nonce),
                       encode_base64url(sealed.ciphertext), encode_base64url(sealed.tag));
}

Status check_password_jwe(std::string_view jwe, unsigned max_rounds) {
    STEP_ASSIGN(const Message message, parse_message(jwe));
    STEP_TRY(make_plan(message, max_rounds));
    return ok();
}

Result<Secret> decrypt_with_password(std::string_view jwe, ByteView password, unsigned max_rounds) {
    STEP_ASSIGN(const Message message, parse_message(jwe));
    STEP_ASSIGN(const Plan plan, make_plan(message, max_rounds));

    const Secret key =
        crypto::pbkdf2(plan.wrap->hash, password, plan.salt, plan.rounds, plan.wrap->key_bytes);
    const auto content_key = crypto::unwrap_key(key.view(), message.encrypted_key);
    if (!content_key) {
        return wrong_password();
    }
    const std::string additional =
        message.additional ? message.protected_text + '.' + encode_base64url(*message.additional)
                           : message.protected_text;
    auto opened = crypto::open_gcm(content_key->view(), message.nonce,
                                   {message.ciphertext, message.tag}, additional);
    if (!opened) {
        return wrong_password();
    }
    return opened;
}

}  // namespace step::jose
