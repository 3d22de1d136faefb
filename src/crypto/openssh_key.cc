// The private half of ssh_key.h.
#include <algorithm>

#include <openssl/evp.h>

#include "base/check.h"
#include "crypto/bcrypt.h"
#include "crypto/key_impl.h"
#include "crypto/ssh_key.h"
#include "crypto/ssh_wire_impl.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;

constexpr ByteView kMagic = "openssh-key-v1\0"sv;
constexpr std::size_t kIvBytes = 16, kSaltBytes = 16, kClearBlock = 8;
constexpr unsigned kRounds = 16;
constexpr std::size_t kMaxContents = std::size_t{1} << 20U;

struct Cipher {
    std::string_view name{};
    const EVP_CIPHER* (*get)() = nullptr;
    std::size_t key_bytes = 0;
};
constexpr std::array kCiphers{
    Cipher{"aes256-ctr", EVP_aes_256_ctr, 32}, Cipher{"aes192-ctr", EVP_aes_192_ctr, 24},
    Cipher{"aes128-ctr", EVP_aes_128_ctr, 16}, Cipher{"aes256-cbc", EVP_aes_256_cbc, 32},
    Cipher{"aes192-cbc", EVP_aes_192_cbc, 24}, Cipher{"aes128-cbc", EVP_aes_128_cbc, 16},
};
constexpr const Cipher& kOurCipher = kCiphers[0];

Error bad_openssh_key(const char* detail) {
    return bad_key(detail);
}

/// Whole blocks, no padding of its own. `key` is the cipher's key, then its initialisation vector.
Result<Secret> apply(const Cipher& cipher, const Secret& key, ByteView input, bool seal) {
    const auto* const octets = reinterpret_cast<const unsigned char*>(key.view().data());
    const ossl::CipherCtxPtr context(EVP_CIPHER_CTX_new());
    Bytes out(input.size() + kIvBytes, '\0');
    int first = 0;
    int last = 0;
    auto* const to = reinterpret_cast<unsigned char*>(out.data());
    if (!context ||
        EVP_CipherInit_ex2(context.get(), cipher.get(), octets, octets + cipher.key_bytes,
                           seal ? 1 : 0, nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
        EVP_CipherUpdate(context.get(), to, &first,
                         reinterpret_cast<const unsigned char*>(input.data()),
                         static_cast<int>(input.size())) != 1 ||
        EVP_CipherFinal_ex(context.get(), to + first, &last) != 1) {
        wipe(out);
        return ossl::take_error(Code::kInternal, "cannot run a cipher");
    }
    out.resize(input.size());
    return Secret(std::move(out));
}

/// The outside of a key: how it is encrypted, the public key, the private part.
struct Envelope {
    ByteView cipher{}, kdf{}, options{}, public_key{}, private_part{}, rest{};
};
Result<Envelope> parse_envelope(ByteView contents) {
    if (!contents.starts_with(kMagic) || contents.size() > kMaxContents) {
        return bad_openssh_key("invalid openssh private key format");
    }
    SshReader wire(contents.substr(kMagic.size()));
    Envelope out;
    STEP_ASSIGN(out.cipher, wire.read_string());
    STEP_ASSIGN(out.kdf, wire.read_string());
    STEP_ASSIGN(out.options, wire.read_string());
    STEP_ASSIGN(const std::uint32_t count, wire.read_uint32());
    if (count != 1) {
        return bad_openssh_key("ssh: multi-key files are not supported");
    }
    STEP_ASSIGN(out.public_key, wire.read_string());
    STEP_ASSIGN(out.private_part, wire.read_string());
    out.rest = wire.rest();  // Ciphers that we lack have a tag here.
    return out;
}

Result<Secret> decrypt(const Envelope& envelope, ByteView password) {
    const auto* const cipher =
        std::find_if(kCiphers.begin(), kCiphers.end(),
                     [&](const Cipher& known) { return known.name == envelope.cipher; });
    if (cipher == kCiphers.end()) {
        return bad_openssh_key("ssh: unknown cipher of a private key");
    }
    if (envelope.kdf != "bcrypt") {
        return bad_openssh_key("ssh: unknown KDF of a private key");
    }
    STEP_TRY(SshReader(envelope.rest).finish());
    SshReader options(envelope.options);
    STEP_ASSIGN(const ByteView salt, options.read_string());
    STEP_ASSIGN(const std::uint32_t rounds, options.read_uint32());
    STEP_TRY(options.finish());
    if (envelope.private_part.empty() || envelope.private_part.size() % kIvBytes != 0) {
        return bad_openssh_key("ssh: private key is not a multiple of the block size");
    }
    if (password.empty()) {
        return bad_openssh_key("x509: decryption password incorrect");
    }
    STEP_ASSIGN(const Secret key,
                bcrypt_pbkdf(password, salt, rounds, cipher->key_bytes + kIvBytes));
    return apply(*cipher, key, envelope.private_part, /*seal=*/false);
}

/// 1, 2, 3, … up to the end.
Status check_padding(SshReader wire) {
    char expected = 0;
    for (const char octet : wire.rest()) {
        if (octet != ++expected) {
            return bad_openssh_key("ssh: padding not as expected");
        }
    }
    return ok();
}

Result<PrivateKey> parse_rsa(SshReader& wire) {
    STEP_ASSIGN(const ByteView modulus, wire.read_number());
    STEP_ASSIGN(const ByteView exponent, wire.read_number());
    STEP_ASSIGN(const ByteView d, wire.read_number());
    STEP_TRY(wire.read_number());  // The coefficient, which is worked out anew.
    STEP_ASSIGN(const ByteView p, wire.read_number());
    STEP_ASSIGN(const ByteView q, wire.read_number());
    PrivateKey::Numbers numbers;
    numbers.d = Secret(Bytes(d));
    numbers.p = Secret(Bytes(p));
    numbers.q = Secret(Bytes(q));
    return PrivateKey::from_rsa(modulus, exponent, numbers);
}

Result<PrivateKey> parse_ed25519(SshReader& wire) {
    constexpr std::size_t kSeed = 32;
    STEP_ASSIGN(const ByteView shown, wire.read_string());
    STEP_ASSIGN(const ByteView pair, wire.read_string());
    if (pair.size() != 2 * kSeed || pair.substr(kSeed) != shown) {
        return bad_openssh_key("ssh: private key unexpected length");
    }
    return PrivateKey::from_ed25519(pair.substr(0, kSeed));
}

Result<PrivateKey> parse_ec(KeyKind kind, SshReader& wire) {
    STEP_TRY(wire.read_string());  // Curve and point: compared with the public key's later on.
    STEP_TRY(wire.read_string());
    STEP_ASSIGN(const ByteView d, wire.read_number());
    return PrivateKey::from_ec(kind, d);
}

/// The private part in clear.
Result<PrivateKey> parse_private_part(ByteView part, const PublicKey& shown, bool encrypted) {
    SshReader wire(part);
    STEP_ASSIGN(const std::uint32_t check, wire.read_uint32());
    STEP_ASSIGN(const std::uint32_t again, wire.read_uint32());
    if (check != again) {
        return bad_openssh_key(encrypted ? "x509: decryption password incorrect"
                                         : "ssh: malformed OpenSSH key");
    }
    STEP_ASSIGN(const ByteView name, wire.read_string());
    if (name != ssh_key_type(shown)) {
        return bad_openssh_key("ssh: private key does not match public key");
    }
    auto key = shown.kind() == KeyKind::kRsa       ? parse_rsa(wire)
               : shown.kind() == KeyKind::kEd25519 ? parse_ed25519(wire)
                                                   : parse_ec(shown.kind(), wire);
    if (!key) {
        return key;
    }
    STEP_TRY(wire.read_string());  // Comment.
    STEP_TRY(check_padding(wire));
    if (key->public_key() != shown) {
        return bad_openssh_key("ssh: private key does not match public key");
    }
    return key;
}

void append_private_fields(Bytes& out, const PrivateKey& key) {
    const PublicKey::Numbers shown = key.public_key().numbers();
    const PrivateKey::Numbers own = key.numbers();
    append_string(out, ssh_key_type(key.public_key()));
    if (key.kind() == KeyKind::kRsa) {
        for (const ByteView number : {ByteView(shown.modulus), ByteView(shown.exponent),
                                      own.d.view(), own.qi.view(), own.p.view(), own.q.view()}) {
            append_number(out, number);
        }
    } else if (key.kind() == KeyKind::kEd25519) {
        append_string(out, shown.x);
        append_uint32(out, static_cast<std::uint32_t>(own.d.view().size() + shown.x.size()));
        out.append(own.d.view()).append(shown.x);
    } else {
        const ByteView name = ssh_key_type(key.public_key());
        append_string(out, name.substr(name.find("nistp")));
        append_string(out, key.public_key().key_bits());
        append_number(out, own.d.view());
    }
}

}  // namespace

bool is_encrypted_openssh_key(ByteView contents) {
    const auto envelope = parse_envelope(contents);
    return envelope && (envelope->cipher != "none" || envelope->kdf != "none");
}

Result<PrivateKey> open_openssh_key(ByteView contents, ByteView password) {
    STEP_ASSIGN(const Envelope envelope, parse_envelope(contents));
    STEP_ASSIGN(const PublicKey shown, parse_ssh_key(envelope.public_key));
    if (!is_encrypted_openssh_key(contents)) {
        STEP_TRY(SshReader(envelope.rest).finish());
        return parse_private_part(envelope.private_part, shown, /*encrypted=*/false);
    }
    STEP_ASSIGN(const Secret part, decrypt(envelope, password));
    return parse_private_part(part.view(), shown, /*encrypted=*/true);
}

PemBlock seal_openssh_key(const PrivateKey& key, const Secret* password, Random& random) {
    Bytes part;
    part.reserve(key.pkcs8().view().size() + 512);  // So that no copies are left behind.
    const Bytes check = random.bytes(4);
    part.append(check).append(check);
    append_private_fields(part, key);
    append_string(part, "");  // Comment.
    const std::size_t block = password == nullptr ? kClearBlock : kIvBytes;
    for (char i = 1; part.size() % block != 0; ++i) {
        part.push_back(i);
    }
    Secret sealed(std::move(part));
    Bytes options;
    if (password != nullptr) {
        const Bytes salt = random.bytes(kSaltBytes);
        append_string(options, salt);
        append_uint32(options, kRounds);
        // Sizes are right by construction; an empty password is the caller's bug.
        auto derived =
            bcrypt_pbkdf(password->view(), salt, kRounds, kOurCipher.key_bytes + kIvBytes);
        STEP_CHECK(static_cast<bool>(derived));
        auto encrypted = apply(kOurCipher, *derived, sealed.view(), /*seal=*/true);
        STEP_CHECK(static_cast<bool>(encrypted));
        sealed = *std::move(encrypted);
    }
    PemBlock out;
    out.type = kOpensshKeyType;
    out.bytes.reserve(sealed.view().size() + key.public_key().spki().size() + 512);
    out.bytes.append(kMagic);
    append_string(out.bytes, password == nullptr ? "none"sv : kOurCipher.name);
    append_string(out.bytes, password == nullptr ? "none"sv : "bcrypt"sv);
    append_string(out.bytes, options);
    append_uint32(out.bytes, 1);
    append_string(out.bytes, encode_ssh_key(key.public_key()));
    append_string(out.bytes, sealed.view());
    return out;
}

}  // namespace step::crypto
