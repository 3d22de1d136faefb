// PKCS#8 (RFC 5958), SEC 1 (RFC 5915), PKCS#1 (RFC 8017): private keys as DER.
#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/check.h"
#include "crypto/key_impl.h"

namespace step::crypto {
namespace {

using asn1::Reader;
using asn1::Tag;
using asn1::Writer;

/// Enough for the DER of a key whose numbers have `octets` octets, so that it is written once.
std::size_t room_for(const PublicKey& key, std::size_t octets) {
    return octets + key.spki().size() + 256;
}

void write_sec1(Writer& writer, const PublicKey& key, ByteView d, bool with_curve) {
    const auto sequence = writer.begin(Tag::kSequence);
    writer.integer(1);
    writer.octets(d);
    if (with_curve) {
        const auto curve = writer.begin(asn1::context_constructed(0));
        writer.element(Tag::kOid, key_oid::of_curve(key.kind()));
        writer.end(curve);
    }
    const auto point = writer.begin(asn1::context_constructed(1));
    writer.bits(key.key_bits());
    writer.end(point);
    writer.end(sequence);
}

void write_pkcs1(Writer& writer, const PublicKey& key, const PrivateKey::Numbers& own) {
    const PublicKey::Numbers shown = key.numbers();
    const auto sequence = writer.begin(Tag::kSequence);
    writer.integer(0);
    for (const ByteView number :
         {ByteView(shown.modulus), ByteView(shown.exponent), own.d.view(), own.p.view(),
          own.q.view(), own.dp.view(), own.dq.view(), own.qi.view()}) {
        writer.unsigned_integer(number);
    }
    writer.end(sequence);
}

/// ECPrivateKey. `outer` is the curve that PKCS#8 names, and then it counts, as in Go. The public
/// key inside is not looked at: it follows from the private one.
Result<PrivateKey> parse_sec1(ByteView der, std::optional<KeyKind> outer) {
    Reader file(der);
    STEP_ASSIGN(Reader key, file.enter());
    STEP_TRY(file.finish());
    STEP_ASSIGN(const std::int64_t version, key.read_small_integer());
    if (version != 1) {
        return bad_key("x509: unknown EC private key version");
    }
    STEP_ASSIGN(const ByteView d, key.read(Tag::kOctetString));
    if (key.next_is(asn1::context_constructed(0))) {
        STEP_ASSIGN(Reader parameters, key.enter(asn1::context_constructed(0)));
        if (!outer) {
            const auto oid = parameters.read(Tag::kOid);
            if (!oid) {
                return unsupported_key("x509: unknown elliptic curve");
            }
            STEP_ASSIGN(outer, key_oid::to_curve(*oid));
        }
    }
    STEP_TRY(key.read_optional(asn1::context_constructed(1)));
    STEP_TRY(key.finish());
    if (!outer) {
        return bad_key("x509: unknown elliptic curve");
    }
    return PrivateKey::from_ec(*outer, d);
}

}  // namespace

Result<PrivateKey> PrivateKey::from_sec1(ByteView der) {
    return parse_sec1(der, std::nullopt);
}

Result<PrivateKey> PrivateKey::from_pkcs1(ByteView der) {
    Reader file(der);
    STEP_ASSIGN(Reader key, file.enter());
    STEP_TRY(file.finish());
    STEP_ASSIGN(const std::int64_t version, key.read_small_integer());
    if (version != 0) {
        return unsupported_key("x509: unsupported private key version");  // Several primes.
    }
    std::array<ByteView, 8> numbers;
    for (ByteView& number : numbers) {
        STEP_ASSIGN(number, key.read_integer());
        if ((static_cast<unsigned char>(number.front()) & 0x80U) != 0) {
            return bad_key("x509: private key contains zero or negative value");
        }
    }
    STEP_TRY(key.finish());
    Numbers own;
    own.d = Secret(Bytes(numbers[2]));
    own.p = Secret(Bytes(numbers[3]));
    own.q = Secret(Bytes(numbers[4]));
    return from_rsa(numbers[0], numbers[1], own);
}

Result<PrivateKey> PrivateKey::from_pkcs8(ByteView der) {
    Reader file(der);
    STEP_ASSIGN(Reader info, file.enter());
    STEP_TRY(file.finish());
    STEP_ASSIGN(const std::int64_t version, info.read_small_integer());
    if (version != 0 && version != 1) {
        return unsupported_key("x509: unsupported private key version");
    }
    STEP_ASSIGN(Reader algorithm, info.enter());
    STEP_ASSIGN(const ByteView oid, algorithm.read(Tag::kOid));
    STEP_ASSIGN(const ByteView inner, info.read(Tag::kOctetString));
    while (!info.at_end()) {
        STEP_TRY(info.read_any());  // Attributes, and the public key of RFC 5958.
    }

    if (oid == key_oid::kRsa) {
        return from_pkcs1(inner);
    }
    if (oid == key_oid::kEc) {
        const auto curve = algorithm.read(Tag::kOid);
        if (!curve) {
            return parse_sec1(inner, std::nullopt);
        }
        STEP_ASSIGN(const KeyKind kind, key_oid::to_curve(*curve));
        return parse_sec1(inner, kind);
    }
    if (oid == key_oid::kEd25519) {
        if (!algorithm.finish()) {
            return bad_key("x509: invalid Ed25519 private key parameters");
        }
        Reader seed(inner);
        STEP_ASSIGN(const ByteView octets, seed.read(Tag::kOctetString));
        STEP_TRY(seed.finish());
        return from_ed25519(octets);
    }
    const auto named = asn1::Oid::from_der(oid);
    return unsupported_key(
        fmt::format("x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                    named ? named->text() : ""));
}

Secret PrivateKey::sec1() const {
    STEP_CHECK(field_bytes(kind()) != 0);
    const ByteView d = impl_->numbers.d.view();
    Writer writer(room_for(public_key(), d.size()));
    write_sec1(writer, public_key(), d, /*with_curve=*/true);
    return Secret(std::move(writer).take());
}

Secret PrivateKey::pkcs1() const {
    STEP_CHECK(kind() == KeyKind::kRsa);
    Writer writer(room_for(public_key(), 6 * public_key().bits() / 8));
    write_pkcs1(writer, public_key(), impl_->numbers);
    return Secret(std::move(writer).take());
}

Secret PrivateKey::pkcs8() const {
    Writer writer(room_for(public_key(), 6 * public_key().bits() / 8));
    const auto info = writer.begin(Tag::kSequence);
    writer.integer(0);
    const auto algorithm = writer.begin(Tag::kSequence);
    if (kind() == KeyKind::kRsa) {
        writer.element(Tag::kOid, key_oid::kRsa);
        writer.null();
    } else if (kind() == KeyKind::kEd25519) {
        writer.element(Tag::kOid, key_oid::kEd25519);
    } else {
        writer.element(Tag::kOid, key_oid::kEc);
        writer.element(Tag::kOid, key_oid::of_curve(kind()));
    }
    writer.end(algorithm);
    const auto inner = writer.begin(Tag::kOctetString);
    if (kind() == KeyKind::kRsa) {
        write_pkcs1(writer, public_key(), impl_->numbers);
    } else if (kind() == KeyKind::kEd25519) {
        writer.octets(impl_->numbers.d.view());
    } else {
        write_sec1(writer, public_key(), impl_->numbers.d.view(), /*with_curve=*/false);
    }
    writer.end(inner);
    writer.end(info);
    return Secret(std::move(writer).take());
}

}  // namespace step::crypto
