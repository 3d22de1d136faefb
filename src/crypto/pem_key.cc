#include "crypto/pem_key.h"

#include "asn1/reader.h"
#include "crypto/pem_encryption.h"
#include "crypto/ssh_key.h"

namespace step::crypto {
namespace {

using asn1::Reader;
using asn1::Tag;

constexpr std::string_view kEc = "EC PRIVATE KEY";
constexpr std::string_view kRsa = "RSA PRIVATE KEY";
constexpr std::string_view kPkcs8 = "PRIVATE KEY";
constexpr std::string_view kEncryptedPkcs8 = "ENCRYPTED PRIVATE KEY";
constexpr std::string_view kPublic = "PUBLIC KEY";
constexpr std::string_view kRsaPublic = "RSA PUBLIC KEY";
constexpr std::string_view kCertificate = "CERTIFICATE";

/// The first block of one of these types.
std::optional<PemBlock> find_block(std::string_view pem,
                                   std::initializer_list<std::string_view> types) {
    while (auto step = next_pem(pem)) {
        if (std::find(types.begin(), types.end(), step->block.type) != types.end()) {
            return std::move(step->block);
        }
        wipe(step->block.bytes);
        pem.remove_prefix(step->rest);
    }
    return std::nullopt;
}

std::optional<PemBlock> find_private_key(std::string_view pem) {
    return find_block(pem, {kEc, kRsa, kPkcs8, kEncryptedPkcs8, kOpensshKeyType});
}

bool is_encrypted(const PemBlock& block) {
    return block.type == kEncryptedPkcs8 || has_dek_info(block) ||
           (block.type == kOpensshKeyType && is_encrypted_openssh_key(block.bytes));
}

Error unsupported_format() {
    return Error{.code = Code::kInvalidArgument, .detail = "unsupported format"};
}

Result<PrivateKey> parse_der(std::string_view type, ByteView der) {
    if (type == kEc) {
        return PrivateKey::from_sec1(der);
    }
    if (type == kRsa) {
        return PrivateKey::from_pkcs1(der);
    }
    if (type == kOpensshKeyType) {
        return open_openssh_key(der, {});
    }
    return PrivateKey::from_pkcs8(der);
}

/// SubjectPublicKeyInfo of a certificate (RFC 5280 4.1), the rest unread.
Result<ByteView> spki_of(ByteView certificate) {
    Reader file(certificate);
    STEP_ASSIGN(Reader outer, file.enter());
    STEP_TRY(file.finish());
    STEP_ASSIGN(Reader tbs, outer.enter());
    STEP_TRY(tbs.read_optional(asn1::context_constructed(0)));
    STEP_TRY(tbs.read_integer());
    for (int skipped = 0; skipped < 4; ++skipped) {
        STEP_TRY(tbs.read(Tag::kSequence));  // Algorithm, issuer, validity, subject.
    }
    STEP_ASSIGN(const Reader::Element spki, tbs.read_any());
    return spki.whole;
}

}  // namespace

Result<PrivateKey> parse_private_key(std::string_view pem, const AskPassword& ask) {
    auto block = find_private_key(pem);
    if (!block) {
        return unsupported_format();
    }
    if (!is_encrypted(*block)) {
        const Secret der(std::move(block->bytes));
        return parse_der(block->type, der.view());
    }
    STEP_ASSIGN(const Secret password, ask());
    if (block->type == kOpensshKeyType) {
        return open_openssh_key(block->bytes, password.view());
    }
    const bool legacy = has_dek_info(*block);
    STEP_ASSIGN(const Secret der, legacy ? open_dek_info(*block, password.view())
                                         : open_pkcs8(block->bytes, password.view()));
    return parse_der(block->type, der.view());
}

bool is_private_key_type(std::string_view type) {
    return type == kEc || type == kRsa || type == kPkcs8 || type == kEncryptedPkcs8 ||
           type == kOpensshKeyType;
}

bool is_encrypted_key(std::string_view pem) {
    auto block = find_private_key(pem);
    if (!block) {
        return false;
    }
    const bool encrypted = is_encrypted(*block);
    wipe(block->bytes);
    return encrypted;
}

Result<PublicKey> parse_public_key(std::string_view pem) {
    const auto block = find_block(pem, {kPublic, kRsaPublic, kCertificate});
    if (!block) {
        return unsupported_format();
    }
    if (block->type == kRsaPublic) {
        return PublicKey::from_pkcs1(block->bytes);
    }
    if (block->type == kCertificate) {
        STEP_ASSIGN(const ByteView spki, spki_of(block->bytes));
        return PublicKey::from_spki(spki);
    }
    return PublicKey::from_spki(block->bytes);
}

Result<PrivateKey> parse_private_key_der(ByteView der) {
    for (const auto& parse :
         {PrivateKey::from_pkcs8, PrivateKey::from_sec1, PrivateKey::from_pkcs1}) {
        if (auto key = parse(der)) {
            return key;
        }
    }
    return unsupported_format();
}

Result<PublicKey> parse_public_key_der(ByteView der) {
    auto key = PublicKey::from_spki(der);
    if (!key) {
        key = PublicKey::from_pkcs1(der);
    }
    return key ? std::move(key) : Result<PublicKey>(unsupported_format());
}

Secret encode_private_key_der(const PrivateKey& key) {
    switch (key.kind()) {
        case KeyKind::kRsa:
            return key.pkcs1();
        case KeyKind::kEd25519:
            return key.pkcs8();
        default:
            return key.sec1();
    }
}

Secret encode_private_key(const PrivateKey& key) {
    switch (key.kind()) {
        case KeyKind::kRsa:
            return Secret(encode_pem(kRsa, key.pkcs1().view()));
        case KeyKind::kEd25519:
            return Secret(encode_pem(kPkcs8, key.pkcs8().view()));
        default:
            return Secret(encode_pem(kEc, key.sec1().view()));
    }
}

std::string encrypt_private_key(const PrivateKey& key, ByteView password, Random& random) {
    switch (key.kind()) {
        case KeyKind::kRsa:
            return encode_pem(seal_dek_info(kRsa, key.pkcs1().view(), password, random));
        case KeyKind::kEd25519:
            return encode_pem(kEncryptedPkcs8, seal_pkcs8(key.pkcs8().view(), password, random));
        default:
            return encode_pem(seal_dek_info(kEc, key.sec1().view(), password, random));
    }
}

Secret encode_pkcs8_key(const PrivateKey& key) {
    return Secret(encode_pem(kPkcs8, key.pkcs8().view()));
}

std::string encrypt_pkcs8_key(const PrivateKey& key, ByteView password, Random& random) {
    return encode_pem(kEncryptedPkcs8, seal_pkcs8(key.pkcs8().view(), password, random));
}

std::string encode_public_key(const PublicKey& key) {
    return encode_pem(kPublic, key.spki());
}

}  // namespace step::crypto
