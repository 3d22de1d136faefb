#include "commands/key_files.h"

#include <fmt/format.h>

#include "base/pem.h"
#include "base/text.h"
#include "cli/files.h"
#include "commands/errors.h"
#include "commands/input_file.h"
#include "commands/random_text.h"
#include "crypto/pem_key.h"
#include "crypto/ssh_key.h"
#include "x509/certificate.h"
#include "x509/inspect.h"

namespace step::commands {

namespace {

constexpr std::size_t kGeneratedPassword = 32;

Status not_empty(std::string_view password) {
    return password.empty()
               ? Status(Error{.code = Code::kInvalidArgument, .detail = "value cannot be empty"})
               : ok();
}

constexpr unsigned kMode = 0600;

/// The schemes of the original's key stores.
bool is_key_store_uri(std::string_view name) {
    constexpr std::string_view kSchemes[] = {"awskms", "azurekms", "capi",       "cloudkms",
                                             "kms",    "mackms",   "pkcs11",     "softkms",
                                             "tpmkms", "yubikey",  "sshagentkms"};
    const std::string scheme = to_lower(name.substr(0, name.find(':')));
    return scheme.size() < name.size() && std::ranges::find(kSchemes, scheme) != std::end(kSchemes);
}

/// In the original's form, encrypted if there is a password.
Secret encode(cli::Context& context, const crypto::PrivateKey& key,
              const std::optional<Secret>& password) {
    return password ? Secret(crypto::encrypt_private_key(key, password->view(), context.random))
                    : crypto::encode_private_key(key);
}

constexpr std::string_view kTwoBlocks = "contains more than one PEM encoded block";

/// Whether a text holds more than one private key, so that nobody can tell which is meant.
bool holds_two_keys(std::string_view pem) {
    unsigned count = 0;
    while (auto next = next_pem(pem)) {
        const Secret wiped(std::move(next->block.bytes));
        count += next->block.type.ends_with("PRIVATE KEY") ? 1 : 0;
        pem.remove_prefix(next->rest);
    }
    return count > 1;
}

/// The password in a file that a flag names, none if it names none. It is read whether the key
/// needs it or not, so that a typing error shows.
Result<Secret> password_of_flag(cli::Context& context, const std::string& file) {
    return file.empty() ? Result<Secret>(Secret()) : read_password_flag(context, file);
}

/// Parses a private key; one is asked for if `password` is empty and the key needs one. `doing` is
/// the verb of errors that have nothing to do with passwords.
Result<crypto::PrivateKey> open_private_key(cli::Context& context, std::string_view pem,
                                            const std::string& name, Secret password,
                                            std::string_view doing) {
    bool asked = false;
    auto key = crypto::parse_private_key(pem, [&]() -> Result<Secret> {
        asked = true;
        if (!password.empty()) {
            return std::move(password);
        }
        return context.console.ask_password("Please enter the password to decrypt " + name,
                                            nullptr);
    });
    if (!key && key.error().code == Code::kInvalidArgument) {
        Error error = std::move(key).error();
        const bool ssh = pem.find(crypto::kOpensshKeyType) != std::string_view::npos;
        error.detail =
            ssh ? fmt::format("error parsing {}: error parsing private key: {}", name, error.detail)
                : fmt::format("error {} {}: {}", asked ? "decrypting" : doing, name, error.detail);
        return error;
    }
    return key;
}

}  // namespace

Result<Secret> read_key_text(const std::string& name, std::size_t max_bytes) {
    if (is_key_store_uri(name) && kind_of(name) == Kind::kNothing) {
        return Error{
            .code = Code::kUnsupported,
            .detail = fmt::format("the key '{}' is in a key store, which this version does "
                                  "not support",
                                  name)};
    }
    STEP_ASSIGN(Bytes text, read_file(name, max_bytes));
    if (text.starts_with("\xef\xbb\xbf")) {
        text.erase(0, 3);
    }
    return Secret(std::move(text));
}

Result<Secret> read_key_text_quoted(cli::Context& context, const std::string& name) {
    if (name == "-") {
        STEP_ASSIGN(Bytes text, read_file_quoted(context, name));
        return Secret(std::move(text));
    }
    auto text = read_key_text(name);
    if (!text && text.error().code != Code::kUnsupported) {
        return reading_quoted(name, text.error());
    }
    return text;
}

Result<crypto::PrivateKey> read_private_key(cli::Context& context, const std::string& path,
                                            const std::string& password_file) {
    STEP_ASSIGN(Secret password, password_of_flag(context, password_file));
    STEP_ASSIGN(const Secret pem, read_key_text_quoted(context, path));
    if (holds_two_keys(pem.view())) {
        return invalid(fmt::format("error decoding {}: {}", path, kTwoBlocks));
    }
    return open_private_key(context, pem.view(), path, std::move(password), "reading");
}

Result<AnyKey> read_pem_key(cli::Context& context, std::string_view text, const std::string& name,
                            const std::string& password_file, PemBlocks blocks) {
    const auto fails = [&](std::string_view doing, std::string_view why) {
        return invalid(fmt::format("error {} {}: {}", doing, name, why));
    };
    STEP_ASSIGN(Secret password, password_of_flag(context, password_file));
    auto found = next_pem(text);
    if (!found) {
        return fails("decoding", "not a valid PEM encoded block");
    }
    const PemBlock& block = found->block;
    const Secret whole(std::move(found->block.bytes));
    if (blocks == PemBlocks::kOne && !trim(text.substr(found->rest)).empty()) {
        return fails("decoding", kTwoBlocks);
    }
    text = text.substr(0, found->rest);
    AnyKey key;
    const auto take = [&](auto parsed) -> Status {
        if (!parsed) {
            return fails("parsing", parsed.error().detail);
        }
        key.public_key = *std::move(parsed);
        return ok();
    };
    if (block.type == "CERTIFICATE") {
        STEP_ASSIGN(const x509::Certificate certificate, x509::parse_certificate(whole.view()));
        STEP_TRY(take(certificate.public_key()));
        return key;
    }
    if (block.type == "CERTIFICATE REQUEST" || block.type == "NEW CERTIFICATE REQUEST") {
        STEP_ASSIGN(const x509::UncheckedCsr request, x509::parse_csr_unchecked(whole.view()));
        STEP_TRY(take(crypto::PublicKey::from_spki(request.spki)));
        return key;
    }
    if (block.type == "PUBLIC KEY" || block.type == "RSA PUBLIC KEY") {
        STEP_TRY(take(crypto::parse_public_key(text)));
        return key;
    }
    if (!block.type.ends_with("PRIVATE KEY") || !crypto::is_private_key_type(block.type)) {
        return fails("decoding", fmt::format("contains an unexpected header '{}'", block.type));
    }
    auto opened = open_private_key(context, text, name, std::move(password), "parsing");
    if (!opened) {
        return std::move(opened).error();
    }
    key.public_key = opened->public_key();
    key.private_key = *std::move(opened);
    return key;
}

Result<Secret> read_password_flag(cli::Context& context, const std::string& file) {
    auto text = read_file_quoted(context, file);
    if (!text) {
        return explain(std::move(text).error(), fmt::format("error reading {}: ", file));
    }
    const Secret whole(*std::move(text));
    return Secret(Bytes(trim_right(whole.view())));
}

Result<std::optional<Secret>> new_key_password(cli::Context& context) {
    if (context.args.flag("no-password")) {
        return std::optional<Secret>();
    }
    const std::string file = context.args.get("password-file");
    if (file.empty()) {
        auto password = context.console.ask_password(
            "Please enter the password to encrypt the private key", not_empty);
        if (!password) {
            Error error = std::move(password).error();
            error.detail = "error reading password: " + error.detail;
            return error;
        }
        return std::optional<Secret>(*std::move(password));
    }
    auto password = cli::read_password_file(file);
    if (!password) {
        Error error = std::move(password).error();
        error.detail = "error reading encrypting password from file: " + error.detail;
        return error;
    }
    if (password->empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("the password file {} is empty; use '--no-password "
                                           "--insecure' to write the key in clear",
                                           file)};
    }
    return std::optional<Secret>(*std::move(password));
}

Status write_private_key(cli::Context& context, const std::string& path,
                         const crypto::PrivateKey& key, const std::optional<Secret>& password) {
    return cli::write_output(context, path, encode(context, key, password).view(), kMode,
                             Mode::kExact);
}

Status write_with_key(cli::Context& context, const NewFile& file, const std::string& key_file,
                      const crypto::PrivateKey& key, const std::optional<Secret>& password) {
    const Secret hidden = encode(context, key, password);
    return replace_together(
        {{.path = key_file, .bytes = hidden.view(), .mode = kMode, .treat = Mode::kExact}, file});
}

Status write_key_pair(cli::Context& context, const std::string& public_file,
                      const std::string& private_file, const AnyKey& key,
                      const std::optional<Secret>& password) {
    const std::string shown = crypto::encode_public_key(*key.public_key);
    std::vector<NewFile> files{{.path = public_file, .bytes = shown, .mode = kMode}};
    Secret hidden;
    if (key.private_key) {
        hidden = encode(context, *key.private_key, password);
        files.push_back(
            {.path = private_file, .bytes = hidden.view(), .mode = kMode, .treat = Mode::kExact});
    }
    return replace_together(files);
}

Result<Secret> ask_new_password(cli::Context& context, std::string_view label) {
    STEP_ASSIGN(Secret password, context.console.ask_password(label, {}));
    if (!password.empty()) {
        return password;
    }
    const auto not_empty = [](std::string_view text) {
        return text.empty() ? Status(invalid("value is empty")) : ok();
    };
    STEP_ASSIGN(
        std::string generated,
        context.console.ask("Password", not_empty,
                            random_text(context.random, kAlphanumeric, kGeneratedPassword)));
    return Secret(std::move(generated));
}

}  // namespace step::commands
