#include <fmt/format.h>

#include "commands/crypto/any_key.h"
#include "commands/crypto/crypto.h"
#include "commands/errors.h"
#include "commands/flags.h"
#include "commands/input_file.h"

namespace step::commands {
namespace {

using crypto::KeyKind;

constexpr std::string_view kManual =
#include "commands/crypto/key_inspect.md.inc"
    ;

/// "Name:", then 16 octets on each line.
std::string octets(std::string_view name, ByteView bytes) {
    std::string out(name);
    out.push_back(':');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out += fmt::format("{}{:02x}{}", i % 16 == 0 ? "\n    " : "",
                           static_cast<unsigned char>(bytes[i]), i + 1 == bytes.size() ? "" : ":");
    }
    return out + "\n";
}

Bytes padded(ByteView number, std::size_t size) {
    return Bytes(size - std::min(size, number.size()), '\0').append(number);
}

/// At most 31 bits, as every key's that we read.
std::uint32_t to_number(ByteView big_endian) {
    std::uint32_t number = 0;
    for (const char octet : big_endian) {
        number = number << 8U | static_cast<unsigned char>(octet);
    }
    return number;
}

std::string describe_rsa(const AnyKey& key) {
    const crypto::PublicKey::Numbers shown = key.public_key->numbers();
    const std::size_t size = shown.modulus.size();
    const std::uint32_t exponent = to_number(shown.exponent);
    const bool is_private = key.private_key.has_value();
    std::string out =
        fmt::format("RSA {}-Key: ({} bit)\n", is_private ? "Private" : "Public", size * 8);
    out += octets("Modulus", shown.modulus);
    out +=
        fmt::format("{}Exponent: {} (0x{:x})\n", is_private ? "Public " : "", exponent, exponent);
    if (is_private) {
        const crypto::PrivateKey::Numbers own = key.private_key->numbers();
        const Secret d(padded(own.d.view(), size));
        out += octets("Private Exponent", d.view());
        out += octets("Prime #1", own.p.view()) + octets("Prime #2", own.q.view());
        out += octets("Exponent #1", own.dp.view()) + octets("Exponent #2", own.dq.view());
        out += octets("Coefficient", own.qi.view());
    }
    return out;
}

std::string describe_ec(const AnyKey& key) {
    const crypto::PublicKey::Numbers shown = key.public_key->numbers();
    const unsigned bits = key.public_key->bits();
    // "PrivateKey-Key" is how the original has it.
    std::string out =
        fmt::format("EC {}-Key: ({} bit)\n", key.private_key ? "PrivateKey" : "Public", bits);
    out += octets("X", shown.x) + octets("Y", shown.y);
    if (key.private_key) {
        out += octets("D", key.private_key->numbers().d.view());
    }
    return out + fmt::format("Curve: P-{}\n", bits);
}

std::string describe_ed25519(const AnyKey& key) {
    std::string out =
        fmt::format("Ed25519 {}-Key: ({} bit)\n", key.private_key ? "Private" : "Public",
                    key.private_key ? 512 : 256);
    out += octets("Public", key.public_key->numbers().x);
    if (key.private_key) {
        out += octets("Private", key.private_key->numbers().d.view());
    }
    return out;
}

Result<cli::ExitCode> run(cli::Context& context) {
    const cli::Args& args = context.args;
    STEP_TRY(args.expect_positionals(0, 1));
    STEP_ASSIGN(const FoundKey found, read_any_key(context, input_name(args),
                                                   args.get("password-file"), PemBlocks::kFirst));
    if (!found.key.public_key) {
        return invalid("unsupported key type '[]uint8'");
    }
    const KeyKind kind = found.key.public_key->kind();
    const Secret text(kind == KeyKind::kRsa       ? describe_rsa(found.key)
                      : kind == KeyKind::kEd25519 ? describe_ed25519(found.key)
                                                  : describe_ec(found.key));
    context.console.out(text.view());
    return 0;
}

}  // namespace

cli::Command crypto_key_inspect() {
    return {.path = "crypto key inspect",
            .brief = "print the numbers of a key",
            .usage = "<key-file>",
            .manual = kManual,
            .flags = password_file_flag(),
            .run = run};
}

}  // namespace step::commands
