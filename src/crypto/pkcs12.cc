#define OPENSSL_SUPPRESS_DEPRECATED  // RC2 is in no provider that a static program has.
#include "crypto/pkcs12.h"

#include <algorithm>

#include <openssl/rc2.h>

#include "asn1/writer.h"
#include "base/text.h"
#include "crypto/cipher.h"
#include "crypto/key_impl.h"
#include "crypto/pem_encryption.h"

namespace step::crypto {
namespace {

using namespace std::string_view_literals;
using asn1::Tag;
using asn1::Writer;

constexpr unsigned kKdfRounds = 2048;
constexpr ByteView kData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"sv;
constexpr ByteView kEncryptedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"sv;
constexpr ByteView kFriendlyName = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14"sv;
constexpr ByteView kLocalKeyId = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x15"sv;
constexpr ByteView kX509Certificate = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01"sv;
constexpr ByteView kShroudedKeyBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"sv;
constexpr ByteView kCertBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03"sv;
constexpr ByteView kSha1With3Des = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03"sv;
constexpr ByteView kSha1WithRc2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06"sv;
constexpr ByteView kSha1 = "\x2b\x0e\x03\x02\x1a"sv;
constexpr ByteView kSha256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv;
constexpr ByteView kAnyExtendedKeyUsage = "\x55\x1d\x25\x00"sv;
/// Oracle's: what a certificate is trusted for (2.16.840.1.113894.746875.1.1).
constexpr ByteView kJavaTrusted = "\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01"sv;

/// UTF-16, big-endian, of a text that needs no surrogates.
Result<Bytes> to_bmp(std::string_view text) {
    if (!is_utf8(text)) {
        return bad_key("pkcs12: string is not UTF-8");
    }
    Bytes out;
    out.reserve(2 * text.size() + 2);
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (size == 4) {
            wipe(out);
            return bad_key("pkcs12: string contains characters that cannot be encoded in UCS-2");
        }
        unsigned code = size == 1 ? first : first & (0xffU >> (size + 1));
        for (std::size_t k = 1; k < size; ++k) {
            code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        }
        out.push_back(static_cast<char>(code >> 8U));
        out.push_back(static_cast<char>(code & 0xffU));
        i += size;
    }
    return out;
}

/// A password in both of its forms.
struct Password {
    ByteView utf8{};
    Secret bmp{};  ///< With a zero at the end.
};
Result<Password> to_password(ByteView utf8) {
    STEP_ASSIGN(Bytes bmp, to_bmp(utf8));
    bmp.append(2, '\0');
    return Password{.utf8 = utf8, .bmp = Secret(std::move(bmp))};
}

/// `text` again and again, to a multiple of the hash's block.
Bytes repeat(ByteView text, std::size_t block) {
    Bytes out;
    const std::size_t size = (text.size() + block - 1) / block * block;
    out.reserve(size);
    while (out.size() < size) {
        out.append(text.substr(0, size - out.size()));
    }
    return out;
}

enum class Purpose : char { kKey = 1, kIv = 2, kMac = 3 };

/// RFC 7292 B.2.
Secret derive(Hash hash, Purpose purpose, ByteView password, ByteView salt, std::size_t length) {
    constexpr std::size_t kBlock = 64;  // Of SHA-1 and SHA-256.
    const Bytes diversifier(kBlock, static_cast<char>(purpose));
    Bytes input = repeat(salt, kBlock) + repeat(password, kBlock);
    Bytes out;
    out.reserve(length + 64);
    while (out.size() < length) {
        const Secret message(diversifier + input);
        Bytes piece = digest(hash, message.view());
        for (unsigned round = 1; round < kKdfRounds; ++round) {
            piece = digest(hash, piece);
        }
        out.append(piece);
        const Bytes addend = repeat(piece, kBlock).substr(0, kBlock);
        for (std::size_t at = 0; at < input.size(); at += kBlock) {
            unsigned carry = 1;
            for (std::size_t i = kBlock; i-- > 0;) {
                carry += static_cast<unsigned char>(input[at + i]) +
                         static_cast<unsigned char>(addend[i]);
                input[at + i] = static_cast<char>(carry & 0xffU);
                carry >>= 8U;
            }
        }
    }
    wipe(input);
    Secret key(out.substr(0, length));
    wipe(out);
    return key;
}

/// RC2 with a key of 40 bits, in CBC mode with the padding of PKCS#7.
Bytes encrypt_rc2(const Secret& key, const Secret& iv, ByteView plain) {
    constexpr std::size_t kBlock = 8;
    const std::size_t pad = kBlock - plain.size() % kBlock;
    const Bytes input = Bytes(plain).append(pad, static_cast<char>(pad));
    Bytes chain(iv.view());
    Bytes out(input.size(), '\0');
    RC2_KEY schedule;
    RC2_set_key(&schedule, static_cast<int>(key.view().size()),
                reinterpret_cast<const unsigned char*>(key.view().data()), 40);
    RC2_cbc_encrypt(reinterpret_cast<const unsigned char*>(input.data()),
                    reinterpret_cast<unsigned char*>(out.data()), static_cast<long>(out.size()),
                    &schedule, reinterpret_cast<unsigned char*>(chain.data()), RC2_ENCRYPT);
    return out;
}

/// A legacy algorithm of RFC 7292 C.
EncryptedOctets encrypt_legacy(ByteView oid, ByteView plain, const Password& password,
                               Random& random) {
    constexpr std::size_t kSalt = 8, kIv = 8, kRc2Key = 5, kDesKey = 24;
    const Bytes salt = random.bytes(kSalt);
    const bool rc2 = oid == kSha1WithRc2;
    const Secret key =
        derive(Hash::kSha1, Purpose::kKey, password.bmp.view(), salt, rc2 ? kRc2Key : kDesKey);
    const Secret iv = derive(Hash::kSha1, Purpose::kIv, password.bmp.view(), salt, kIv);
    Writer algorithm;
    const auto outer = algorithm.begin(Tag::kSequence);
    algorithm.element(Tag::kOid, oid);
    const auto parameters = algorithm.begin(Tag::kSequence);
    algorithm.octets(salt);
    algorithm.integer(kKdfRounds);
    algorithm.end(parameters);
    algorithm.end(outer);
    return {.algorithm = std::move(algorithm).take(),
            .data = rc2 ? encrypt_rc2(key, iv, plain)
                        : *encrypt_cbc(CbcCipher::kDes3, key.view(), iv.view(), plain)};
}

/// One element as DER.
template <class Contents>
Bytes wrap(Tag tag, const Contents& contents) {
    Writer writer;
    const auto mark = writer.begin(tag);
    contents(writer);
    writer.end(mark);
    return std::move(writer).take();
}

Bytes attribute(ByteView oid, ByteView value) {
    return wrap(Tag::kSequence, [&](Writer& w) {
        w.element(Tag::kOid, oid);
        w.element(Tag::kSet, value);
    });
}

Bytes bag(ByteView oid, ByteView value, std::vector<Bytes> attributes) {
    std::sort(attributes.begin(), attributes.end());  // DER's order of a SET OF.
    return wrap(Tag::kSequence, [&](Writer& w) {
        w.element(Tag::kOid, oid);
        w.element(asn1::context_constructed(0), value);
        if (!attributes.empty()) {
            w.element(Tag::kSet, join(attributes, ""));
        }
    });
}

Bytes certificate_bag(ByteView der, std::vector<Bytes> attributes) {
    const Bytes value = wrap(Tag::kSequence, [&](Writer& w) {
        w.element(Tag::kOid, kX509Certificate);
        const auto explicit_tag = w.begin(asn1::context_constructed(0));
        w.octets(der);
        w.end(explicit_tag);
    });
    return bag(kCertBag, value, std::move(attributes));
}

Bytes data_content(ByteView contents) {
    return wrap(Tag::kSequence, [&](Writer& w) {
        w.element(Tag::kOid, kData);
        const auto explicit_tag = w.begin(asn1::context_constructed(0));
        w.octets(contents);
        w.end(explicit_tag);
    });
}

EncryptedOctets encrypt(ByteView legacy_oid, ByteView plain, const Password& password,
                        Pkcs12Form form, Random& random) {
    return form == Pkcs12Form::kModern ? seal_pbes2(plain, password.utf8, kKdfRounds, random)
                                       : encrypt_legacy(legacy_oid, plain, password, random);
}

/// EncryptedData (RFC 5652 8) of a SafeContents with these bags.
Bytes encrypted_content(const std::vector<Bytes>& bags, const Password& password, Pkcs12Form form,
                        Random& random) {
    const Bytes safe = wrap(Tag::kSequence, [&](Writer& w) { w.raw(join(bags, "")); });
    const EncryptedOctets sealed = encrypt(kSha1WithRc2, safe, password, form, random);
    return wrap(Tag::kSequence, [&](Writer& w) {
        w.element(Tag::kOid, kEncryptedData);
        const auto explicit_tag = w.begin(asn1::context_constructed(0));
        const auto data = w.begin(Tag::kSequence);
        w.integer(0);
        const auto info = w.begin(Tag::kSequence);
        w.element(Tag::kOid, kData);
        w.raw(sealed.algorithm);
        w.element(asn1::context(0), sealed.data);
        w.end(info);
        w.end(data);
        w.end(explicit_tag);
    });
}

/// The whole file (RFC 7292 4), with its MAC.
Bytes encode_pfx(const std::vector<Bytes>& contents, const Password& password, Pkcs12Form form,
                 Random& random) {
    const bool modern = form == Pkcs12Form::kModern;
    const Hash hash = modern ? Hash::kSha256 : Hash::kSha1;
    const Bytes safe = wrap(Tag::kSequence, [&](Writer& w) { w.raw(join(contents, "")); });
    const Bytes salt = random.bytes(modern ? 16 : 8);
    const Secret key = derive(hash, Purpose::kMac, password.bmp.view(), salt, modern ? 32 : 20);
    return wrap(Tag::kSequence, [&](Writer& w) {
        w.integer(3);
        w.raw(data_content(safe));
        const auto mac = w.begin(Tag::kSequence);
        const auto info = w.begin(Tag::kSequence);
        const auto algorithm = w.begin(Tag::kSequence);
        w.element(Tag::kOid, modern ? kSha256 : kSha1);
        w.null();
        w.end(algorithm);
        w.octets(hmac(hash, key.view(), safe));
        w.end(info);
        w.octets(salt);
        w.integer(kKdfRounds);
        w.end(mac);
    });
}

}  // namespace

Result<Bytes> encode_pkcs12(const PrivateKey& key, const std::vector<Bytes>& chain,
                            ByteView password, Pkcs12Form form, Random& random) {
    STEP_ASSIGN(const Password both, to_password(password));
    if (chain.empty()) {
        return bad_key("pkcs12: no certificate");
    }
    Writer identifier;
    identifier.octets(sha1(chain.front()));
    const Bytes local_key_id = attribute(kLocalKeyId, identifier.view());

    std::vector<Bytes> bags;
    bags.reserve(chain.size());
    for (const Bytes& certificate : chain) {
        bags.push_back(certificate_bag(
            certificate, bags.empty() ? std::vector{local_key_id} : std::vector<Bytes>()));
    }
    const EncryptedOctets sealed = encrypt(kSha1With3Des, key.pkcs8().view(), both, form, random);
    const Bytes shrouded = wrap(Tag::kSequence, [&](Writer& w) {
        w.raw(sealed.algorithm);
        w.octets(sealed.data);
    });
    const Bytes key_safe = wrap(
        Tag::kSequence, [&](Writer& w) { w.raw(bag(kShroudedKeyBag, shrouded, {local_key_id})); });
    return encode_pfx({encrypted_content(bags, both, form, random), data_content(key_safe)}, both,
                      form, random);
}

Result<Bytes> encode_trust_store(const std::vector<TrustedCertificate>& certificates,
                                 ByteView password, Pkcs12Form form, Random& random) {
    STEP_ASSIGN(const Password both, to_password(password));
    Writer usage;
    usage.element(Tag::kOid, kAnyExtendedKeyUsage);
    std::vector<Bytes> bags;
    for (const TrustedCertificate& certificate : certificates) {
        STEP_ASSIGN(const Bytes name, to_bmp(certificate.friendly_name));
        Writer friendly;
        friendly.element(Tag::kBmpString, name);
        bags.push_back(certificate_bag(
            certificate.der,
            {attribute(kJavaTrusted, usage.view()), attribute(kFriendlyName, friendly.view())}));
    }
    return encode_pfx({encrypted_content(bags, both, form, random)}, both, form, random);
}

}  // namespace step::crypto
