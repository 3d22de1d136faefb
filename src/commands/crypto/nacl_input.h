#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "cli/command.h"
#include "crypto/nacl.h"

namespace step::commands {

// What the leaves of `crypto nacl` share.

/// 24 octets: the text after "string:", the base64 after "base64:", or the argument as it is,
/// filled up with zeros.
Result<Bytes> parse_nonce(const std::string& argument);
/// A key file of exactly `size` octets; `what` is "public key", "private key", "key", "key file".
Result<Secret> read_raw_key(const std::string& file, std::string_view what, std::size_t size);
/// What `box open` and `box seal` are given: nonce, the other's public key, the own private key.
struct BoxKeys {
    Bytes nonce{};
    Secret other{}, own{};
};
Result<BoxKeys> read_box_keys(const cli::Args& args);
/// Standard input, or an answer to `label`; in base64url without padding if `encoded`.
enum class Coding : unsigned char { kRaw, kBase64 };
Result<Secret> read_message(cli::Context& context, std::string_view label, Coding coding);
/// Prints octets: as they are with --raw, else in base64url without padding and a newline.
void print_sealed(cli::Context& context, ByteView sealed);
/// "--raw"
std::vector<cli::Flag> raw_flag();
/// Writes both keys to the files of the arguments, mode 0600.
Result<cli::ExitCode> write_raw_keys(cli::Context& context, crypto::nacl::KeyPair (*make)(Random&));

}  // namespace step::commands
