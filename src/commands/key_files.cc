#include "commands/key_files.h"

#include <fmt/format.h>

#include "base/files.h"
#include "cli/files.h"
#include "commands/errors.h"
#include "crypto/pem_key.h"

namespace step::commands {

namespace {

constexpr std::size_t kGeneratedPassword = 32;

std::string generate_password(Random& random) {
    constexpr std::string_view kLetters =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string password;
    while (password.size() < kGeneratedPassword) {
        const auto octet = static_cast<unsigned char>(random.bytes(1).front());
        if (octet < kLetters.size() * 4) {  // No letter is likelier than another.
            password += kLetters[octet % kLetters.size()];
        }
    }
    return password;
}

Status not_empty(std::string_view password) {
    return password.empty()
               ? Status(Error{.code = Code::kInvalidArgument, .detail = "value cannot be empty"})
               : ok();
}

}  // namespace

Result<crypto::PrivateKey> read_private_key(cli::Context& context, const std::string& path,
                                            const std::string& password_file) {
    STEP_ASSIGN(Bytes text, read_file(path));
    const Secret pem(std::move(text));
    bool asked = false;
    auto key = crypto::parse_private_key(pem.view(), [&]() -> Result<Secret> {
        asked = true;
        if (!password_file.empty()) {
            return cli::read_password_file(password_file);
        }
        return context.console.ask_password("Please enter the password to decrypt " + path,
                                            nullptr);
    });
    if (!key && key.error().code == Code::kInvalidArgument) {
        Error error = std::move(key).error();
        error.detail =
            fmt::format("error {} {}: {}", asked ? "decrypting" : "reading", path, error.detail);
        return error;
    }
    return key;
}

Result<Secret> read_password_flag(const std::string& file) {
    auto password = cli::read_password_file(file);
    if (!password) {
        return explain(reading_quoted(file, password.error()),
                       fmt::format("error reading {}: ", file));
    }
    return password;
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
    constexpr unsigned kMode = 0600;
    if (password) {
        return cli::write_output(context, path,
                                 crypto::encrypt_private_key(key, password->view(), context.random),
                                 kMode, Mode::kExact);
    }
    return cli::write_output(context, path, crypto::encode_private_key(key).view(), kMode,
                             Mode::kExact);
}

Result<Secret> ask_new_password(cli::Context& context, std::string_view label) {
    STEP_ASSIGN(Secret password, context.console.ask_password(label, {}));
    if (!password.empty()) {
        return password;
    }
    const auto not_empty = [](std::string_view text) {
        return text.empty() ? Status(invalid("value is empty")) : ok();
    };
    STEP_ASSIGN(std::string generated,
                context.console.ask("Password", not_empty, generate_password(context.random)));
    return Secret(std::move(generated));
}

}  // namespace step::commands
