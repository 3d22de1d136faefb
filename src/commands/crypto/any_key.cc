#include "commands/crypto/any_key.h"

#include <fmt/format.h>

#include "base/pem.h"
#include "cli/files.h"
#include "commands/crypto/jose_key.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "crypto/pem_key.h"
#include "crypto/ssh_key.h"
#include "jose/jwe.h"
#include "json/write.h"

namespace step::commands {
namespace {

Result<FoundKey> parse_jwk(cli::Context& context, const Secret& text,
                           const std::string& password_file) {
    STEP_ASSIGN(const Secret plain, decrypt_text(context, text.clone(), "the key", password_file));
    auto jwk = jose::parse_jwk(plain.view());
    if (!jwk) {
        return invalid("error unmarshaling key: " + jwk.error().detail);
    }
    return FoundKey{.form = KeyForm::kJwk,
                    .key = {.public_key = std::move(jwk->public_key),
                            .private_key = std::move(jwk->private_key)}};
}

Result<FoundKey> parse_ssh(std::string_view text) {
    auto key = crypto::parse_authorized_key(text);
    if (!key) {
        return invalid("error parsing OpenSSH key: " + key.error().detail);
    }
    return FoundKey{.form = KeyForm::kSsh, .key = {.public_key = *std::move(key)}};
}

Result<FoundKey> parse_der(ByteView der) {
    FoundKey found{.form = KeyForm::kDer};
    if (auto key = crypto::parse_private_key_der(der)) {
        found.key.public_key = key->public_key();
        found.key.private_key = *std::move(key);
        return found;
    }
    auto key = crypto::parse_public_key_der(der);
    if (!key) {
        return invalid("error decoding DER; bad format");
    }
    found.key.public_key = *std::move(key);
    return found;
}

}  // namespace

Result<FoundKey> parse_any_key(cli::Context& context, const Secret& text, const std::string& name,
                               const std::string& password_file, PemBlocks blocks) {
    const ByteView bytes = text.view();
    if (bytes.starts_with("-----BEGIN ")) {
        FoundKey found{.form = KeyForm::kPem};
        STEP_ASSIGN(found.key, read_pem_key(context, bytes, name, password_file, blocks));
        const auto block = next_pem(bytes);
        found.from_request = block && block->block.type.ends_with("CERTIFICATE REQUEST");
        return found;
    }
    if (crypto::is_authorized_key(bytes)) {
        return parse_ssh(bytes);
    }
    if (bytes.starts_with('{') || jose::is_encrypted(bytes)) {
        return parse_jwk(context, text, password_file);
    }
    return parse_der(bytes);
}

Result<Secret> read_key_input(cli::Context& context, const std::string& name) {
    if (name == "-") {
        STEP_ASSIGN(Bytes bytes, read_input_file(context, name));
        return Secret(std::move(bytes));
    }
    auto text = read_key_text(name);
    if (!text && text.error().code != Code::kUnsupported) {
        Error error = std::move(text).error();
        error.detail = fmt::format("unexpected error on {}: : {}", name, reason_of(error));
        return error;
    }
    return text;
}

Result<FoundKey> read_any_key(cli::Context& context, const std::string& name,
                              const std::string& password_file, PemBlocks blocks) {
    if (name != "-") {
        STEP_ASSIGN(const Secret text, read_key_text(name));
        return parse_any_key(context, text, name, password_file, blocks);
    }
    STEP_ASSIGN(Bytes bytes, cli::read_input(context, name));
    const Secret text(std::move(bytes));
    return parse_any_key(context, text, name, password_file, blocks);
}

Result<std::optional<Secret>> output_password(cli::Context& context, const std::string& file,
                                              std::string_view label) {
    if (context.args.flag("no-password")) {
        return std::optional<Secret>();
    }
    if (file.empty()) {
        STEP_ASSIGN(Secret typed, context.console.ask_password(label, [](std::string_view text) {
            return text.empty() ? Status(invalid("value cannot be empty")) : ok();
        }));
        return std::optional<Secret>(std::move(typed));
    }
    STEP_ASSIGN(Secret password, read_password_flag(context, file));
    if (password.empty()) {
        return invalid(fmt::format(
            "the password file {} is empty; use '--no-password --insecure' to write the key in "
            "clear",
            file));
    }
    return std::optional<Secret>(std::move(password));
}

Result<std::string> seal_jwk(cli::Context& context, ByteView jwk, const Secret& password,
                             std::string_view content_type) {
    const jose::Encryption how{.alg = "PBES2-HS256+A128KW", .cty = std::string(content_type)};
    STEP_ASSIGN(const jose::EncryptedMessage sealed,
                jose::encrypt(jwk, how, password.view(), context.random));
    return json::encode(jose::to_json(sealed));
}

}  // namespace step::commands
