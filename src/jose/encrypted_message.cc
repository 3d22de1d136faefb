#include "jose/encrypted_message.h"

#include <array>

#include "jose/strict.h"

namespace step::jose {
namespace {

constexpr std::size_t kMaxText = std::size_t{8} << 20U;

Status read_protected(EncryptedMessage& message, std::string_view text) {
    STEP_ASSIGN(message.protected_text, parse_base64url(text));
    if (!message.protected_text.empty()) {
        STEP_ASSIGN(message.protected_header, parse_object(message.protected_text, "a JWE header"));
    }
    return ok();
}

Result<EncryptedMessage> parse_compact(std::string_view text) {
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t dot = text.find('.');
        if ((dot == text.npos) != (i + 1 == parts.size())) {
            return invalid("compact JWE format must have five parts");
        }
        parts[i] = text.substr(0, dot);
        text.remove_prefix(dot == text.npos ? text.size() : dot + 1);
    }
    EncryptedMessage message;
    STEP_TRY(read_protected(message, parts[0]));
    STEP_ASSIGN(message.encrypted_key, parse_base64url(parts[1]));
    STEP_ASSIGN(message.iv, parse_base64url(parts[2]));
    STEP_ASSIGN(message.ciphertext, parse_base64url(parts[3]));
    STEP_ASSIGN(message.tag, parse_base64url(parts[4]));
    return message;
}

Result<Bytes> get_octets(const json::Value& object, std::string_view name) {
    std::string text;
    STEP_TRY(get_string(object, name, text));
    return parse_base64url(text);
}

Status read_header(const json::Value& object, std::string_view name, json::Value& header) {
    const json::Value* found = object.find_exact(name);
    if (found == nullptr || found->is_null()) {
        return ok();
    }
    if (found->as_object() == nullptr) {
        return invalid(fmt::format("JWE member {} is no object", name));
    }
    header = *found;
    return ok();
}

/// RFC 7516 7.2: flattened, or general with one recipient.
Result<EncryptedMessage> parse_json_form(std::string_view text) {
    STEP_ASSIGN(const json::Value value, parse_object(text, "a JWE"));
    EncryptedMessage message;
    std::string header;
    STEP_TRY(get_string(value, "protected", header));
    STEP_TRY(read_protected(message, header));
    STEP_TRY(read_header(value, "unprotected", message.shared_header));
    const json::Value* recipient = &value;
    if (const json::Value* list = value.find_exact("recipients"); list && !list->is_null()) {
        if (list->as_array() == nullptr || list->as_array()->size() != 1) {
            return invalid("too many recipients in payload; expecting only one");
        }
        recipient = list->as_array()->data();
    }
    STEP_TRY(read_header(*recipient, "header", message.own_header));
    STEP_ASSIGN(message.encrypted_key, get_octets(*recipient, "encrypted_key"));
    STEP_ASSIGN(message.iv, get_octets(value, "iv"));
    STEP_ASSIGN(message.ciphertext, get_octets(value, "ciphertext"));
    STEP_ASSIGN(message.tag, get_octets(value, "tag"));
    if (value.find_exact("aad") != nullptr) {
        STEP_ASSIGN(message.additional, get_octets(value, "aad"));
    }
    return message;
}

/// RFC 7516 4: the names of the three headers must be disjoint.
Status check_disjoint(const EncryptedMessage& message) {
    const json::Value* const headers[] = {&message.protected_header, &message.shared_header,
                                          &message.own_header};
    for (std::size_t i = 1; i < std::size(headers); ++i) {
        const json::Object* members = headers[i]->as_object();
        if (members == nullptr) {
            continue;
        }
        for (const json::Member& member : *members) {
            for (std::size_t j = 0; j < i; ++j) {
                if (headers[j]->find_exact(member.name) != nullptr) {
                    return invalid(fmt::format("header {} is in two places", member.name));
                }
            }
        }
    }
    return ok();
}

}  // namespace

const json::Value* EncryptedMessage::find(std::string_view name) const {
    for (const json::Value* header : {&protected_header, &shared_header, &own_header}) {
        if (const json::Value* value = header->find_exact(name)) {
            return value;
        }
    }
    return nullptr;
}

std::string EncryptedMessage::text(std::string_view name) const {
    const json::Value* value = find(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

std::string EncryptedMessage::authenticated() const {
    // Encoded anew, as the original does: stray bits and padding in the text change nothing.
    std::string out = encode_base64url(protected_text);
    return additional ? out + '.' + encode_base64url(*additional) : out;
}

Result<EncryptedMessage> parse_encrypted(std::string_view text) {
    if (text.size() > kMaxText) {
        return invalid("JWE is too large");
    }
    const std::string stripped = strip_space(text);
    STEP_ASSIGN(EncryptedMessage message,
                stripped.starts_with('{') ? parse_json_form(stripped) : parse_compact(stripped));
    STEP_TRY(check_disjoint(message));
    if (message.text("alg").empty() || message.text("enc").empty()) {
        return invalid("message is missing alg/enc headers");
    }
    return message;
}

Result<std::string> encode_compact(const EncryptedMessage& message) {
    if (message.protected_text.empty() || !message.shared_header.is_null() ||
        !message.own_header.is_null() || message.additional) {
        return invalid("compact serialization not supported for object");
    }
    return fmt::format("{}.{}.{}.{}.{}", encode_base64url(message.protected_text),
                       encode_base64url(message.encrypted_key), encode_base64url(message.iv),
                       encode_base64url(message.ciphertext), encode_base64url(message.tag));
}

json::Value to_json(const EncryptedMessage& message) {
    json::Object out;
    const auto octets = [&](std::string_view name, ByteView bytes) {
        if (!bytes.empty()) {
            out.push_back({.name = std::string(name), .value = encode_base64url(bytes)});
        }
    };
    const auto header = [&](std::string_view name, const json::Value& value) {
        if (!value.is_null()) {
            out.push_back({.name = std::string(name), .value = value});
        }
    };
    octets("protected", message.protected_text);
    header("unprotected", message.shared_header);
    header("header", message.own_header);
    octets("aad", message.additional.value_or(""));
    octets("encrypted_key", message.encrypted_key);
    octets("iv", message.iv);
    octets("ciphertext", message.ciphertext);
    octets("tag", message.tag);
    return out;
}

}  // namespace step::jose
