#include <cstdint>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"
#include "crypto/bcrypt.h"
#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "crypto/password_hash.h"
#include "tmpl/families_impl.h"

namespace step::tmpl {
namespace {

template <crypto::Hash kHash>
Result<Value> sum(Call& call) {
    STEP_TRY(call.context().spend(call.text(0).size() / 512));
    return Value(encode_hex(crypto::digest(kHash, call.text(0))));
}

/// RFC 1950 8.2.
Result<Value> adler32(Call& call) {
    constexpr std::uint32_t kModulus = 65521;
    std::uint32_t a = 1, b = 0;
    for (const char c : call.text(0)) {
        a = (a + static_cast<unsigned char>(c)) % kModulus;
        b = (b + a) % kModulus;
    }
    return Value(std::to_string(b << 16U | a));
}

/// What a call that takes 50 ms costs, so that a template cannot make thousands of them.
constexpr std::uint64_t kSlow = 250'000;

Result<std::string> bcrypt_of(Call& call, std::string_view password) {
    STEP_TRY(call.context().spend(kSlow));
    if (password.size() > crypto::kMaxBcryptPassword) {
        return std::string(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes");
    }
    return crypto::hash_password(crypto::PasswordHash::kBcrypt, password, call.context().random());
}

Result<Value> bcrypt(Call& call) {
    STEP_ASSIGN(std::string hash, bcrypt_of(call, call.text(0)));
    return Value(std::move(hash));
}

Result<Value> htpasswd(Call& call) {
    const std::string user(call.text(0));
    if (user.find(':') != std::string::npos) {
        return Value("invalid username: " + user);
    }
    STEP_ASSIGN(const std::string hash, bcrypt_of(call, call.text(1)));
    return Value(user + ":" + hash);
}

// The Master Password algorithm, version 0 of its templates.

struct Kind {
    std::string_view name{};
    std::string_view templates{};  ///< Divided by spaces.
};

constexpr Kind kKinds[] = {
    {"maximum", "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno"},
    {"long",
     "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno "
     "CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno "
     "CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno "
     "CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"},
    {"medium", "CvcnoCvc CvcCvcno"},
    {"short", "Cvcn"},
    {"basic", "aaanaaan aannaaan aaannaaa"},
    {"pin", "nnnn"},
};

std::string_view characters(char letter) {
    switch (letter) {
        case 'V':
            return "AEIOU";
        case 'C':
            return "BCDFGHJKLMNPQRSTVWXYZ";
        case 'v':
            return "aeiou";
        case 'c':
            return "bcdfghjklmnpqrstvwxyz";
        case 'a':
            return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
        case 'n':
            return "0123456789";
        case 'o':
            return "@&%?,=[]_:-+*$#!'^~;()/.";
        default:
            return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";
    }
}

std::string with_length(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    std::string out;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        out += static_cast<char>(size >> shift & 0xffU);
    }
    return out.append(text);
}

Result<Value> derive_password(Call& call) {
    const auto counter = static_cast<std::uint32_t>(call[0].as_uint());
    const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                    [&](const Kind& known) { return known.name == call.text(1); });
    if (kind == std::end(kKinds)) {
        return Value(fmt::format("cannot find password template {}", call.text(1)));
    }
    STEP_TRY(call.context().spend(kSlow * 2));
    const std::string scope = "com.lyndir.masterpassword";
    STEP_ASSIGN(const Secret key,
                crypto::scrypt(call.text(2), scope + with_length(call.text(3)), 15, 8, 2, 64));
    std::string message = scope + with_length(call.text(4));
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        message += static_cast<char>(counter >> shift & 0xffU);
    }
    const Bytes seed = crypto::hmac(crypto::Hash::kSha256, key.view(), message);
    const auto octet = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(seed[i]));
    };
    const auto templates = split(kind->templates, ' ');
    std::string password;
    for (const char letter : templates[octet(0) % templates.size()]) {
        const std::string_view set = characters(letter);
        password += set[octet(password.size() + 1) % set.size()];
    }
    return Value(std::move(password));
}

/// sprig's key: the password itself, cut or filled with zeros.
Bytes aes_key(std::string_view password) {
    Bytes key(password.substr(0, 32));
    key.resize(32, '\0');
    return key;
}

Result<Value> encrypt_aes(Call& call) {
    if (call.text(1).empty()) {
        return Value("");
    }
    const Bytes iv = call.context().random().bytes(16);
    STEP_ASSIGN(const Bytes sealed, crypto::encrypt_cbc(crypto::CbcCipher::kAes256,
                                                        aes_key(call.text(0)), iv, call.text(1)));
    return Value(encode_base64(iv + sealed));
}

Result<Value> decrypt_aes(Call& call) {
    if (call.text(1).empty()) {
        return Value("");
    }
    STEP_ASSIGN(const Bytes sealed, parse_base64(call.text(1)));
    constexpr std::size_t kBlock = 16;
    if (sealed.size() < kBlock) {
        return failure(
            fmt::format("runtime error: slice bounds out of range [:16] with capacity {}",
                        call.text(1).size() / 4 * 3));  // What Go sets aside before it decodes.
    }
    const ByteView view = sealed;
    STEP_ASSIGN(const Secret text,
                crypto::decrypt_cbc(crypto::CbcCipher::kAes256, aes_key(call.text(0)),
                                    view.substr(0, kBlock), view.substr(kBlock)));
    return Value(std::string(text.view()));
}

constexpr Entry kFamily[] = {
    {"sha1sum", "string", sum<crypto::Hash::kSha1>},
    {"sha256sum", "string", sum<crypto::Hash::kSha256>},
    {"sha512sum", "string", sum<crypto::Hash::kSha512>},
    {"adler32sum", "string", adler32},
    {"bcrypt", "string", bcrypt},
    {"htpasswd", "string string", htpasswd},
    {"derivePassword", "uint32 string string string string", derive_password},
    {"encryptAES", "string string", encrypt_aes},
    {"decryptAES", "string string", decrypt_aes},
};

}  // namespace

std::span<const Entry> crypto_family() {
    return kFamily;
}

}  // namespace step::tmpl
