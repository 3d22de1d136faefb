#include "x509/csr.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <openssl/x509.h>

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/hex.h"
#include "base/pem.h"
#include "crypto/keygen.h"
#include "tests/support/data.h"
#include "x509/draft.h"

namespace step::x509 {
namespace {

using crypto::KeyKind;

const crypto::PrivateKey& key() {
    static const crypto::PrivateKey kKey = *crypto::generate_key(KeyKind::kEcP256);
    return kKey;
}

/// A request with this CertificationRequestInfo, signed by key().
Bytes signed_request(ByteView info) {
    const auto scheme = crypto::SignatureScheme::kEcdsaSha256;
    return assemble(info, scheme, *key().sign(scheme, info));
}

/// CertificationRequestInfo with these attributes.
Bytes info_with(ByteView attributes, ByteView spki) {
    asn1::Writer out;
    const auto sequence = out.begin(asn1::Tag::kSequence);
    out.integer(0);
    out.raw(std::string_view("\x30\x00", 2));
    out.raw(spki);
    out.element(asn1::context_constructed(0), attributes);
    out.end(sequence);
    return std::move(out).take();
}

std::string reason(const Result<Csr>& csr) {
    return csr ? "" : csr.error().reason;
}

/// An extensionRequest attribute with a list of Extensions.
Bytes request_for(ByteView extensions) {
    asn1::Writer out;
    const auto attribute = out.begin(asn1::Tag::kSequence);
    out.oid(oid::kExtensionRequest);
    const auto set = out.begin(asn1::Tag::kSet);
    out.element(asn1::Tag::kSequence, extensions);
    out.end(set);
    out.end(attribute);
    return std::move(out).take();
}

Bytes san_extension(const AltNames& names) {
    asn1::Writer out;
    const auto extension = out.begin(asn1::Tag::kSequence);
    out.oid(oid::kSubjectAltName);
    out.octets(encode_alt_names(names));
    out.end(extension);
    return std::move(out).take();
}

TEST_CASE("recorded requests are read, and OpenSSL finds the same subject and key") {
    int count = 0;
    const std::string folder = std::string(STEP_TEST_DATA) + "/x509/csr";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        CAPTURE(name);
        const auto csr = parse_csr_pem(test::data("x509/csr/" + name));
        REQUIRE(static_cast<bool>(csr));
        const auto* data = reinterpret_cast<const unsigned char*>(csr->der.data());
        X509_REQ* peer = d2i_X509_REQ(nullptr, &data, static_cast<long>(csr->der.size()));
        REQUIRE(peer != nullptr);
        unsigned char* spki = nullptr;
        const int size = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(peer), &spki);
        CHECK(csr->key.spki() ==
              ByteView(reinterpret_cast<const char*>(spki), static_cast<std::size_t>(size)));
        OPENSSL_free(spki);
        CHECK(X509_NAME_entry_count(X509_REQ_get_subject_name(peer)) ==
              static_cast<int>(csr->subject.rdns.size()));
        X509_REQ_free(peer);
        count += 1;
    }
    CHECK(count == 14);
    const auto sans = parse_csr_pem(test::data("x509/csr/create-csr-sans.pem"));
    CHECK(sans->names == AltNames{.dns = {"b.test"},
                                  .emails = {"x@y.test"},
                                  .ips = {Bytes("\x0a\0\0\1", 4)},
                                  .uris = {"https://u.test/p"}});
    CHECK(sans->subject.common_name() == "csr.test");
    const auto copied = parse_csr_pem(test::data("x509/csr/sign-template-cr-input.pem"));
    CHECK(copied->extensions.size() == 3);
    CHECK(copied->extensions[1].critical);
}

TEST_CASE("what make_csr writes is read back, by OpenSSL too, for every kind of key") {
    const AltNames names{.dns = {"a.test"}, .emails = {"a@b.test"}};
    for (const KeyKind kind :
         {KeyKind::kEcP256, KeyKind::kEcP384, KeyKind::kEcP521, KeyKind::kEd25519, KeyKind::kRsa}) {
        const crypto::PrivateKey owner = *crypto::generate_key(kind);
        const auto der =
            make_csr({.subject = to_name({.common_name = "a"}), .names = names}, owner);
        REQUIRE(der);
        const auto csr = parse_csr(*der);
        REQUIRE(csr);
        CHECK(csr->names == names);
        CHECK(csr->key == owner.public_key());
        const auto* data = reinterpret_cast<const unsigned char*>(der->data());
        X509_REQ* peer = d2i_X509_REQ(nullptr, &data, static_cast<long>(der->size()));
        REQUIRE(peer != nullptr);
        CHECK(X509_REQ_verify(peer, X509_REQ_get0_pubkey(peer)) == 1);
        X509_REQ_free(peer);
    }
}

TEST_CASE("a request without subject and names is the original's but for key and signature") {
    const Csr recorded = *parse_csr_pem(test::data("x509/csr/create-csr-empty-subject.pem"));
    const Csr ours = *parse_csr(*make_csr({}, key()));
    CHECK(ours.names.empty());
    CHECK(ours.subject_der == recorded.subject_der);
    /// What is signed, with one key in place of the other, and the algorithm after it.
    const auto signed_part = [](const Csr& csr) {
        asn1::Reader outer(csr.der);
        asn1::Reader parts = *outer.enter();
        Bytes info(parts.read_any()->whole);
        const std::size_t at = info.find(csr.key.spki());
        REQUIRE(at != Bytes::npos);
        info.replace(at, csr.key.spki().size(), key().public_key().spki());
        return encode_hex(info) + encode_hex(parts.read_any()->whole);
    };
    CHECK(signed_part(ours) == signed_part(recorded));
    CHECK(ours.key.spki().size() == recorded.key.spki().size());
}

TEST_CASE("a request whose signature is wrong does not exist") {
    Bytes der = *make_csr({.subject = to_name({.common_name = "leaf.test"})}, key());
    const std::size_t at = der.find("leaf.test");
    der[at] = 'b';
    const auto csr = parse_csr(der);
    CHECK(reason(csr) == kCsrBadSignature);
    CHECK(csr.error().code == Code::kInvalidArgument);
    // A key that did not sign.
    const auto other = crypto::generate_key(KeyKind::kEcP256);
    CHECK(reason(parse_csr(signed_request(info_with("", other->public_key().spki())))) ==
          kCsrBadSignature);
}

TEST_CASE("keys: an unsupported kind and a curve that Go does not know are told apart") {
    // DSA with made-up numbers: id-dsa, p, q, g; y.
    const Bytes dsa = *parse_hex(
        "301c3014"
        "06072a8648ce380401"
        "3009"
        "02010b020105020104"
        "030400020103");
    const auto of_dsa = parse_csr(signed_request(info_with("", dsa)));
    CHECK(reason(of_dsa) == kCsrUnsupportedKey);
    // secp256k1 (1.3.132.0.10), a point that is not looked at.
    Bytes koblitz = *parse_hex("3056301006072a8648ce3d020106052b8104000a03420004");
    koblitz += Bytes(64, '\x01');
    CHECK(reason(parse_csr(signed_request(info_with("", koblitz)))) == kCsrMalformed);
    // A point that is not on P-256.
    Bytes off_curve = key().public_key().spki();
    off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
    CHECK(reason(parse_csr(signed_request(info_with("", off_curve)))) == kCsrMalformed);
}

TEST_CASE("attributes: only extension requests count, their first value, each extension once") {
    const Bytes& spki = key().public_key().spki();
    const auto parse = [&](ByteView attributes) {
        return parse_csr(signed_request(info_with(attributes, spki)));
    };
    const Bytes a = san_extension({.dns = {"a.test"}});
    CHECK(parse(request_for(a))->names.dns == std::vector<std::string>{"a.test"});
    CHECK(reason(parse(request_for(a + a))) == kCsrMalformed);
    CHECK(reason(parse(request_for(a) + request_for(a))) == kCsrMalformed);
    CHECK(reason(parse(request_for("\x01"))) == kCsrMalformed);
    // challengePassword and rubbish of another type are skipped.
    const Bytes challenge = *parse_hex(
        "301206092a864886f70d0109073105"
        "0c03"
        "616263");
    const auto skipped = parse(challenge + *parse_hex("0500") + request_for(a));
    REQUIRE(skipped);
    CHECK(skipped->extensions.size() == 1);
}

TEST_CASE("1,000 names are accepted, 1,001 are not") {
    const Bytes& spki = key().public_key().spki();
    AltNames names;
    names.dns.assign(1000, "a.test");
    CHECK(parse_csr(signed_request(info_with(request_for(san_extension(names)), spki))));
    names.ips.emplace_back("\1\1\1\1");
    const auto csr = parse_csr(signed_request(info_with(request_for(san_extension(names)), spki)));
    CHECK(reason(csr) == kCsrTooManyNames);
}

TEST_CASE("PEM: both names of the type, and nothing else") {
    const Bytes der = *make_csr({}, key());
    CHECK(parse_csr_pem(encode_pem("CERTIFICATE REQUEST", der)));
    CHECK(parse_csr_pem(encode_pem("NEW CERTIFICATE REQUEST", der)));
    CHECK(reason(parse_csr_pem(encode_pem("CERTIFICATE", der))) == kCsrMalformed);
    CHECK(reason(parse_csr_pem("")) == kCsrMalformed);
    CHECK(reason(parse_csr_pem("rubbish")) == kCsrMalformed);
}

TEST_CASE("whatever is cut or appended is malformed") {
    const Bytes der = *make_csr({.names = {.dns = {"a.test"}}}, key());
    for (std::size_t size = 0; size < der.size(); ++size) {
        CHECK(reason(parse_csr(ByteView(der).substr(0, size))) == kCsrMalformed);
    }
    CHECK(reason(parse_csr(der + '\0')) == kCsrMalformed);
}

}  // namespace
}  // namespace step::x509
