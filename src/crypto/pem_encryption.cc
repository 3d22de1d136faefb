#include "crypto/pem_encryption.h"

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/hex.h"
#include "base/text.h"
#include "crypto/cipher.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;
using asn1::Reader;
using asn1::Tag;

constexpr std::size_t kMaxSalt = 1024;
constexpr unsigned kOurRounds = 600'000;
constexpr std::size_t kOurSalt = 16;
constexpr std::size_t kAesBlock = 16;
constexpr std::string_view kDekInfo = "DEK-Info";

struct CipherName {
    CbcCipher cipher{};
    std::string_view dek_name{};
    ByteView oid{};
    std::size_t key_bytes = 0, iv_bytes = kAesBlock;
};
constexpr std::array kCipherNames{
    CipherName{CbcCipher::kAes128, "AES-128-CBC", "\x60\x86\x48\x01\x65\x03\x04\x01\x02"sv, 16},
    CipherName{CbcCipher::kAes192, "AES-192-CBC", "\x60\x86\x48\x01\x65\x03\x04\x01\x16"sv, 24},
    CipherName{CbcCipher::kAes256, "AES-256-CBC", "\x60\x86\x48\x01\x65\x03\x04\x01\x2a"sv, 32},
    CipherName{CbcCipher::kDes3, "DES-EDE3-CBC", "\x2a\x86\x48\x86\xf7\x0d\x03\x07"sv, 24, 8},
};
constexpr const CipherName& kAes256Cbc = kCipherNames[2];

struct PrfName {
    Hash hash{};
    ByteView oid{};
};
constexpr std::array kPrfNames{
    PrfName{Hash::kSha1, "\x2a\x86\x48\x86\xf7\x0d\x02\x07"sv},
    PrfName{Hash::kSha256, "\x2a\x86\x48\x86\xf7\x0d\x02\x09"sv},
    PrfName{Hash::kSha384, "\x2a\x86\x48\x86\xf7\x0d\x02\x0a"sv},
    PrfName{Hash::kSha512, "\x2a\x86\x48\x86\xf7\x0d\x02\x0b"sv},
};
constexpr ByteView kPbes2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"sv;
constexpr ByteView kPbkdf2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"sv;

Error bad_file(const char* detail) {
    return Error{.code = Code::kInvalidArgument, .detail = detail};
}
Error wrong_password() {
    return bad_file("x509: decryption password incorrect");
}

/// What a wrong password leaves behind has right padding once in 256 times; it does not look like
/// one whole SEQUENCE too.
Result<Secret> decrypt(const CipherName& name, ByteView key, ByteView iv, ByteView data) {
    auto opened = decrypt_cbc(name.cipher, key, iv, data);
    if (!opened) {
        return wrong_password();
    }
    Reader file(opened->view());
    if (!file.read(Tag::kSequence) || !file.finish()) {
        return wrong_password();
    }
    return std::move(*opened);
}

/// OpenSSL's EVP_BytesToKey with MD5 and one round.
Secret dek_key(ByteView password, ByteView salt, std::size_t size) {
    Bytes key;
    key.reserve(size + 16);
    Bytes last;
    while (key.size() < size) {
        Bytes message = last;
        message.append(password).append(salt);
        last = digest(Hash::kMd5, message);
        key.append(last);
        wipe(message);
    }
    wipe(last);
    key.resize(size);
    return Secret(std::move(key));
}

struct Pbes2 {
    Hash prf = Hash::kSha1;  // The default of RFC 8018 A.2.
    const CipherName* cipher = nullptr;
    Bytes salt{}, iv{};
    unsigned rounds = 0;
};

Status parse_pbkdf2(Reader scheme, std::int64_t max_rounds, Pbes2& out,
                    std::optional<std::int64_t>& key_bytes) {
    STEP_ASSIGN(const ByteView oid, scheme.read(Tag::kOid));
    if (oid != kPbkdf2) {
        return bad_file("unsupported KDF");
    }
    STEP_ASSIGN(Reader parameters, scheme.enter());
    STEP_TRY(scheme.finish());
    STEP_ASSIGN(out.salt, parameters.read(Tag::kOctetString));
    STEP_ASSIGN(const std::int64_t rounds, parameters.read_small_integer());
    if (rounds < 1 || rounds > max_rounds || out.salt.size() > kMaxSalt) {
        return bad_file("unsupported PBKDF2 parameters");
    }
    out.rounds = static_cast<unsigned>(rounds);
    if (parameters.next_is(Tag::kInteger)) {
        STEP_ASSIGN(key_bytes, parameters.read_small_integer());
    }
    if (!parameters.at_end()) {
        STEP_ASSIGN(Reader prf, parameters.enter());
        STEP_ASSIGN(const ByteView prf_oid, prf.read(Tag::kOid));
        const auto* const found = std::find_if(kPrfNames.begin(), kPrfNames.end(),
                                               [&](const PrfName& p) { return p.oid == prf_oid; });
        if (found == kPrfNames.end()) {
            return bad_file("unsupported PBKDF2 pseudo-random function");
        }
        STEP_TRY(prf.read_optional(Tag::kNull));
        STEP_TRY(prf.finish());
        out.prf = found->hash;
    }
    return parameters.finish();
}

/// The AlgorithmIdentifier of PBES2.
Result<Pbes2> parse_pbes2(Reader algorithm, std::int64_t max_rounds) {
    STEP_ASSIGN(const ByteView oid, algorithm.read(Tag::kOid));
    if (oid != kPbes2) {
        return bad_file("unsupported encryption of PKCS #8");
    }
    STEP_ASSIGN(Reader parameters, algorithm.enter());
    STEP_TRY(algorithm.finish());
    STEP_ASSIGN(const Reader kdf, parameters.enter());
    STEP_ASSIGN(Reader scheme, parameters.enter());
    STEP_TRY(parameters.finish());

    Pbes2 out;
    std::optional<std::int64_t> key_bytes;
    STEP_TRY(parse_pbkdf2(kdf, max_rounds, out, key_bytes));
    STEP_ASSIGN(const ByteView cipher, scheme.read(Tag::kOid));
    const auto* const found = std::find_if(kCipherNames.begin(), kCipherNames.end(),
                                           [&](const CipherName& c) { return c.oid == cipher; });
    if (found == kCipherNames.end()) {
        return bad_file("unsupported cipher of PKCS #8");
    }
    out.cipher = found;
    STEP_ASSIGN(out.iv, scheme.read(Tag::kOctetString));
    STEP_TRY(scheme.finish());
    if (out.iv.size() != found->iv_bytes ||
        (key_bytes && *key_bytes != static_cast<std::int64_t>(found->key_bytes))) {
        return bad_file("wrong size of key or initialisation vector");
    }
    return out;
}

const std::string* find_header(const PemBlock& block, std::string_view name) {
    const auto found = std::find_if(block.headers.begin(), block.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == block.headers.end() ? nullptr : &found->second;
}

}  // namespace

bool has_dek_info(const PemBlock& block) {
    return find_header(block, kDekInfo) != nullptr;
}

Result<Secret> open_dek_info(const PemBlock& block, ByteView password) {
    const std::string* const header = find_header(block, kDekInfo);
    if (header == nullptr) {
        return bad_file("x509: no DEK-Info header in block");
    }
    const std::size_t comma = header->find(',');
    if (comma == std::string::npos) {
        return bad_file("x509: malformed DEK-Info header");
    }
    const std::string_view mode = std::string_view(*header).substr(0, comma);
    const auto* const found = std::find_if(kCipherNames.begin(), kCipherNames.end(),
                                           [&](const CipherName& c) { return c.dek_name == mode; });
    if (found == kCipherNames.end()) {
        return bad_file("x509: unknown encryption mode");
    }
    STEP_ASSIGN(const Bytes iv, parse_hex(std::string_view(*header).substr(comma + 1)));
    if (iv.size() != found->iv_bytes) {
        return bad_file("x509: incorrect IV size");
    }
    if (block.bytes.empty() || block.bytes.size() % found->iv_bytes != 0) {
        return bad_file("x509: encrypted PEM data is not a multiple of the block size");
    }
    const Secret key = dek_key(password, ByteView(iv).substr(0, 8), found->key_bytes);
    return decrypt(*found, key.view(), iv, block.bytes);
}

PemBlock seal_dek_info(std::string_view type, ByteView der, ByteView password, Random& random) {
    const Bytes iv = random.bytes(kAesBlock);
    const Secret key = dek_key(password, ByteView(iv).substr(0, 8), kAes256Cbc.key_bytes);
    PemBlock block;
    block.type = type;
    block.headers = {
        {"Proc-Type", "4,ENCRYPTED"},
        {std::string(kDekInfo), std::string(kAes256Cbc.dek_name) + "," + encode_hex(iv)}};
    // Sizes are right by construction, so that only a lack of memory could fail here.
    block.bytes = *encrypt_cbc(kAes256Cbc.cipher, key.view(), iv, der);
    return block;
}

Result<Secret> open_pkcs8(ByteView der, ByteView password, std::int64_t max_rounds) {
    Reader file(der);
    STEP_ASSIGN(Reader info, file.enter());
    STEP_TRY(file.finish());
    STEP_ASSIGN(const Reader algorithm, info.enter());
    STEP_ASSIGN(const ByteView data, info.read(Tag::kOctetString));
    STEP_TRY(info.finish());
    STEP_ASSIGN(const Pbes2 how, parse_pbes2(algorithm, max_rounds));
    const Secret key = pbkdf2(how.prf, password, how.salt, how.rounds, how.cipher->key_bytes);
    return decrypt(*how.cipher, key.view(), how.iv, data);
}

EncryptedOctets seal_pbes2(ByteView plain, ByteView password, unsigned rounds, Random& random) {
    const Bytes salt = random.bytes(kOurSalt);
    const Bytes iv = random.bytes(kAesBlock);
    const Secret key = pbkdf2(Hash::kSha256, password, salt, rounds, kAes256Cbc.key_bytes);
    EncryptedOctets out;
    out.data = *encrypt_cbc(CbcCipher::kAes256, key.view(), iv, plain);

    asn1::Writer writer;
    const auto algorithm = writer.begin(Tag::kSequence);
    writer.element(Tag::kOid, kPbes2);
    const auto parameters = writer.begin(Tag::kSequence);

    const auto kdf = writer.begin(Tag::kSequence);
    writer.element(Tag::kOid, kPbkdf2);
    const auto kdf_parameters = writer.begin(Tag::kSequence);
    writer.octets(salt);
    writer.integer(rounds);
    const auto prf = writer.begin(Tag::kSequence);
    writer.element(Tag::kOid, kPrfNames[1].oid);
    writer.null();
    writer.end(prf);
    writer.end(kdf_parameters);
    writer.end(kdf);

    const auto scheme = writer.begin(Tag::kSequence);
    writer.element(Tag::kOid, kAes256Cbc.oid);
    writer.octets(iv);
    writer.end(scheme);

    writer.end(parameters);
    writer.end(algorithm);
    out.algorithm = std::move(writer).take();
    return out;
}

Bytes seal_pkcs8(ByteView pkcs8, ByteView password, Random& random) {
    const EncryptedOctets sealed = seal_pbes2(pkcs8, password, kOurRounds, random);
    asn1::Writer writer;
    const auto info = writer.begin(Tag::kSequence);
    writer.raw(sealed.algorithm);
    writer.octets(sealed.data);
    writer.end(info);
    return std::move(writer).take();
}

}  // namespace step::crypto
