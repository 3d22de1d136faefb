#include "commands/crypto/nacl_input.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/files.h"
#include "cli/files.h"
#include "commands/errors.h"

namespace step::commands {

Result<Bytes> parse_nonce(const std::string& argument) {
    Bytes nonce = argument;
    if (argument.starts_with("string:")) {
        nonce = argument.substr(7);
    } else if (argument.starts_with("base64:")) {
        auto decoded = parse_base64(std::string_view(argument).substr(7));
        if (!decoded) {
            return invalid("error decoding base64 nonce: " + decoded.error().detail);
        }
        nonce = *std::move(decoded);
    }
    if (nonce.size() > crypto::nacl::kNonceBytes) {
        return invalid("nonce cannot be longer than 24 bytes");
    }
    nonce.resize(crypto::nacl::kNonceBytes);
    return nonce;
}

Result<Secret> read_raw_key(const std::string& file, std::string_view what, std::size_t size) {
    STEP_ASSIGN(Bytes text, read_file(file));
    Secret key(std::move(text));
    if (key.view().size() != size) {
        return invalid(fmt::format("invalid {}: key size is not {} bytes", what, size));
    }
    return key;
}

Result<BoxKeys> read_box_keys(const cli::Args& args) {
    STEP_TRY(args.expect_positionals(3));
    BoxKeys keys;
    STEP_ASSIGN(keys.nonce, parse_nonce(args.positional(0)));
    STEP_ASSIGN(keys.other,
                read_raw_key(args.positional(1), "public key", crypto::nacl::kKeyBytes));
    STEP_ASSIGN(keys.own, read_raw_key(args.positional(2), "private key", crypto::nacl::kKeyBytes));
    return keys;
}

Result<Secret> read_message(cli::Context& context, std::string_view label, Coding coding) {
    STEP_ASSIGN(Secret input, cli::read_piped_or_ask(context, label));
    if (coding == Coding::kRaw) {
        return input;
    }
    auto decoded = parse_base64(input.view(), Base64::kRawUrl);
    if (!decoded) {
        return invalid("error decoding base64 input: " + decoded.error().detail);
    }
    return Secret(*std::move(decoded));
}

void print_sealed(cli::Context& context, ByteView sealed) {
    context.console.out(context.args.flag("raw") ? std::string(sealed)
                                                 : encode_base64(sealed, Base64::kRawUrl) + "\n");
}

std::vector<cli::Flag> raw_flag() {
    return {{.name = "raw",
             .type = cli::FlagType::kBool,
             .help = "octets as they are instead of base64url"}};
}

Result<cli::ExitCode> write_raw_keys(cli::Context& context,
                                     crypto::nacl::KeyPair (*make)(Random&)) {
    constexpr unsigned kMode = 0600;
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(2));
    const std::string public_file = args.positional(0), private_file = args.positional(1);
    if (public_file == private_file) {
        return equal_positionals("<pub-file>", "<priv-file>", args.usage());
    }
    STEP_TRY(cli::confirm_overwrite(context, public_file));
    STEP_TRY(cli::confirm_overwrite(context, private_file));
    const crypto::nacl::KeyPair keys = make(context.random);
    STEP_TRY(replace_together({{.path = public_file, .bytes = keys.public_key, .mode = kMode},
                               {.path = private_file,
                                .bytes = keys.private_key.view(),
                                .mode = kMode,
                                .treat = Mode::kExact}}));
    context.console.err(fmt::format("Your public key has been saved in {}.\n", public_file));
    context.console.err(fmt::format("Your private key has been saved in {}.\n", private_file));
    return 0;
}

}  // namespace step::commands
