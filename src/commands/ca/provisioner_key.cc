#include <fmt/format.h>

#include "base/text.h"
#include "cli/files.h"
#include "commands/ca/provisioner_change.h"
#include "commands/errors.h"
#include "commands/key_files.h"
#include "crypto/pem_key.h"
#include "jose/jwk.h"
#include "json/parse.h"
#include "setup/init.h"

namespace step::commands {
namespace {

Result<Secret> key_password(cli::Context& context) {
    if (const std::string file = context.args.get("password-file"); !file.empty()) {
        STEP_ASSIGN(Secret password, cli::read_password_file(file));
        return password.empty() ? Result<Secret>(invalid(fmt::format("{} is empty", file)))
                                : std::move(password);
    }
    return ask_new_password(context,
                            "Please enter a password to encrypt the provisioner private key? "
                            "[leave empty and we'll generate one]");
}

Result<jose::Jwk> parse_key(std::string_view text) {
    if (text.find("-----BEGIN ") == std::string_view::npos) {
        return jose::parse_jwk(text);
    }
    STEP_ASSIGN(crypto::PublicKey key, crypto::parse_public_key(text));
    jose::Jwk jwk;
    jwk.use = "sig";
    jwk.public_key = std::move(key);
    return jwk;
}

/// What is published of a key: never its private half.
Result<json::Value> published(cli::Context& context, const std::string& file) {
    auto text = cli::read_input(context, file);
    if (!text) {
        return reading_open(file, text.error());
    }
    const Secret kept(*std::move(text));
    auto key = parse_key(kept.view());
    if (!key) {
        return explain(std::move(key).error(), fmt::format("error reading {}: ", file));
    }
    key->private_key.reset();
    STEP_ASSIGN(const json::Value entry,
                setup::make_provisioner("", *std::move(key), Secret(), context.random));
    return *entry.find("key");
}

/// The compact form of a JWE (RFC 7516 7.1), which may be given in the flattened JSON form
/// (7.2.2); "" if the text is neither. Additional data and unprotected headers have no place in
/// the compact form, so a JWE with them counts as none.
std::string compact_jwe(std::string_view text) {
    const auto parsed = json::parse(text);
    if (!parsed) {
        return std::ranges::count(text, '.') == 4 ? std::string(text) : "";
    }
    for (const char* name : {"aad", "unprotected", "header", "recipients"}) {
        if (parsed->find_exact(name) != nullptr) {
            return {};
        }
    }
    std::vector<std::string> parts;
    for (const char* name : {"protected", "encrypted_key", "iv", "ciphertext", "tag"}) {
        parts.push_back(text_member(*parsed, name));
        if (parts.back().empty()) {
            return {};
        }
    }
    return join(parts, ".");
}

/// A JWE as it is, in compact form; a key in clear, encrypted.
Result<json::Value> encrypted(cli::Context& context, const std::string& file) {
    auto contents = cli::read_input(context, file);
    if (!contents) {
        return reading_open(file, contents.error());
    }
    const Secret text(*std::move(contents));
    if (std::string jwe = compact_jwe(trim(text.view())); !jwe.empty()) {
        return json::Value(std::move(jwe));
    }
    auto key = jose::parse_jwk(text.view());
    if (!key) {
        return explain(std::move(key).error(), fmt::format("error reading {}: ", file));
    }
    if (!key->private_key) {
        return invalid(fmt::format("error reading {}: not a private key", file));
    }
    STEP_ASSIGN(const Secret password, key_password(context));
    STEP_ASSIGN(const json::Value entry,
                setup::make_provisioner("", *std::move(key), password, context.random));
    return *entry.find("encryptedKey");
}

}  // namespace

Result<ProvisionerKey> provisioner_key_flags(cli::Context& context) {
    const cli::Args& args = context.args;
    ProvisionerKey made;
    if (args.flag("create")) {
        for (const char* other : {"public-key", "private-key"}) {
            if (args.is_set(other)) {
                return incompatible("create", other);
            }
        }
        STEP_ASSIGN(const Secret password, key_password(context));
        STEP_ASSIGN(const json::Value entry, setup::make_provisioner("", password, context.random));
        made.key = *entry.find("key");
        made.encrypted = *entry.find("encryptedKey");
        return made;
    }
    if (const std::string file = args.get("public-key"); !file.empty()) {
        STEP_ASSIGN(made.key, published(context, file));
    }
    if (args.is_set("private-key")) {
        made.encrypted = "";
        if (const std::string file = args.get("private-key"); !file.empty()) {
            STEP_ASSIGN(made.encrypted, encrypted(context, file));
        }
    }
    return made;
}

}  // namespace step::commands
