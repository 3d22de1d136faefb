// What an attacker sends as a certificate or a request. Files of tests/data/x509/hostile are
// OpenSSL's (make.sh there).
#include <doctest/doctest.h>

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "base/hex.h"
#include "base/pem.h"
#include "crypto/keygen.h"
#include "tests/support/data.h"
#include "x509/csr.h"
#include "x509/draft.h"
#include "x509/verify.h"

namespace step::x509 {
namespace {

using asn1::Tag;
using crypto::SignatureScheme;

const SysSeconds kHostileNow{std::chrono::seconds(1'735'689'600)};

const crypto::PrivateKey& hostile_key() {
    static const crypto::PrivateKey kKey = *crypto::generate_key(crypto::KeyKind::kEcP256);
    return kKey;
}

/// What a hostile certificate or request is made of; made as they come, right or wrong.
struct HostileParts {
    Bytes serial{"\x01"};  ///< INTEGER contents.
    Bytes spki = hostile_key().public_key().spki();
    Bytes name = encode_name(to_name({.common_name = "a.test"}));
    std::vector<Extension> extensions{};
};

Bytes encode_extensions(const std::vector<Extension>& extensions) {
    asn1::Writer out;
    const auto list = out.begin(Tag::kSequence);
    for (const Extension& extension : extensions) {
        const auto whole = out.begin(Tag::kSequence);
        out.oid(extension.id);
        if (extension.critical) {
            out.boolean(true);
        }
        out.octets(extension.value);
        out.end(whole);
    }
    out.end(list);
    return std::move(out).take();
}

Bytes sign(ByteView body) {
    return assemble(body, SignatureScheme::kEcdsaSha256,
                    *hostile_key().sign(SignatureScheme::kEcdsaSha256, body));
}

/// A certificate signed by hostile_key(), subject and issuer alike.
Bytes certificate_of(const HostileParts& parts) {
    asn1::Writer out;
    const auto tbs = out.begin(Tag::kSequence);
    out.raw(*parse_hex("a003020102"));
    out.element(Tag::kInteger, parts.serial);
    out.raw(encode_algorithm(SignatureScheme::kEcdsaSha256));
    out.raw(parts.name);
    const auto validity = out.begin(Tag::kSequence);
    out.time(kHostileNow - std::chrono::hours(1));
    out.time(kHostileNow + std::chrono::hours(1));
    out.end(validity);
    out.raw(parts.name);
    out.raw(parts.spki);
    const auto field = out.begin(asn1::context_constructed(3));
    out.raw(encode_extensions(parts.extensions));
    out.end(field);
    out.end(tbs);
    return sign(out.view());
}

/// A request signed by hostile_key().
Bytes request_of(const HostileParts& parts) {
    asn1::Writer out;
    const auto info = out.begin(Tag::kSequence);
    out.integer(0);
    out.raw(parts.name);
    out.raw(parts.spki);
    const auto attributes = out.begin(asn1::context_constructed(0));
    const auto attribute = out.begin(Tag::kSequence);
    out.oid(oid::kExtensionRequest);
    out.element(Tag::kSet, encode_extensions(parts.extensions));
    out.end(attribute);
    out.end(attributes);
    out.end(info);
    return sign(out.view());
}

Extension names_extension(const AltNames& names) {
    return {.id = oid::kSubjectAltName, .value = encode_alt_names(names)};
}

Certificate read(const Bytes& der) {
    auto certificate = parse_certificate(der);
    REQUIRE_MESSAGE(static_cast<bool>(certificate), certificate.error().detail);
    return *std::move(certificate);
}

Certificate hostile_certificate(const std::string& name) {
    auto read = parse_certificates_pem(test::data("x509/hostile/" + name));
    REQUIRE(read);
    return (*read)[0];
}

/// Why a certificate is refused; "" if it is not.
std::string fault(const Bytes& der) {
    const auto certificate = parse_certificate(der);
    return certificate ? "" : certificate.error().detail;
}

std::string reason_of(const Result<Csr>& csr) {
    return csr ? "" : csr.error().reason;
}

Result<Csr> hostile_request(const std::string& name) {
    return parse_csr_pem(test::data("x509/hostile/" + name));
}

std::string chain_fault(const Certificate& leaf, const Certificate& root) {
    const auto chain = verify_chain(leaf, {.roots = {&root}, .now = kHostileNow});
    return chain ? "" : chain.error().detail;
}

/// The contents of a SEQUENCE.
Bytes contents_of(const Bytes& der) {
    return Bytes(*asn1::Reader(der).read(Tag::kSequence));
}

TEST_CASE("indefinite lengths are refused") {
    const std::string_view end("\0\0", 2);
    for (const Bytes& der : {certificate_of({}), request_of({})}) {
        const Bytes changed = Bytes("\x30\x80").append(contents_of(der)).append(end);
        CHECK(!parse_certificate(changed));
        CHECK(reason_of(parse_csr(changed)) == kCsrMalformed);
    }
    const HostileParts inner{
        .extensions = {{.id = oid::kBasicConstraints, .value = *parse_hex("30800101ff0000")}}};
    CHECK(fault(certificate_of(inner)) == "x509: invalid basic constraints");
}

TEST_CASE("lengths and integers longer than they need be are refused") {
    for (const Bytes& der : {certificate_of({}), request_of({})}) {
        const Bytes contents = contents_of(der);
        Bytes changed = *parse_hex("30840000");
        changed += static_cast<char>(contents.size() >> 8U);
        changed += static_cast<char>(contents.size() & 0xffU);
        changed += contents;
        CHECK(!parse_certificate(changed));
        CHECK(reason_of(parse_csr(changed)) == kCsrMalformed);
    }
    CHECK(fault(certificate_of({.serial = Bytes("\0\1", 2)})) == "x509: malformed serial number");
    CHECK(fault(certificate_of({.serial = ""})) == "x509: malformed serial number");
    const HostileParts inner{.extensions = {{.id = oid::kBasicConstraints,
                                             .value = *parse_hex("308103"
                                                                 "0101ff")}}};
    CHECK(fault(certificate_of(inner)) == "x509: invalid basic constraints");
}

TEST_CASE("a key usage without bits and a critical key identifier are refused") {
    const auto error = [](Extension extension) {
        const auto parsed =
            parse_certificate(certificate_of({.extensions = {std::move(extension)}}));
        return parsed ? std::string("accepted") : parsed.error().detail;
    };
    // RFC 5280 4.2.1.1 and 4.2.1.2: not critical.
    const Bytes authority = *parse_hex("30048002abcd"), subject = *parse_hex("0402abcd");
    CHECK(error({.id = oid::kAuthorityKeyId, .value = authority}) == "accepted");
    CHECK(error({.id = oid::kAuthorityKeyId, .critical = true, .value = authority}) ==
          "x509: authority key identifier incorrectly marked critical");
    CHECK(error({.id = oid::kSubjectKeyId, .value = subject}) == "accepted");
    CHECK(error({.id = oid::kSubjectKeyId, .critical = true, .value = subject}) ==
          "x509: subject key identifier incorrectly marked critical");
    CHECK(error({.id = oid::kKeyUsage, .value = *parse_hex("030100")}) == "accepted");
    CHECK(error({.id = oid::kKeyUsage, .value = *parse_hex("030101")}) ==
          "x509: invalid key usage");
}

TEST_CASE("a negative serial number is refused") {
    CHECK(fault(certificate_of({.serial = "\xff"})) == "x509: negative serial number");
    CHECK(fault(certificate_of({.serial = "\x80"})) == "x509: negative serial number");
}

TEST_CASE("a serial number of 64 KB is refused, one of 1,024 octets is read") {
    CHECK(fault(certificate_of({.serial = Bytes(65'536, '\x7f')})) ==
          "x509: serial number too long");
    CHECK(fault(certificate_of({.serial = Bytes(1025, '\x7f')})) == "x509: serial number too long");
    const Certificate longest = read(certificate_of({.serial = Bytes(1024, '\x7f')}));
    CHECK(*parse_serial(longest.serial_text()) == longest.serial);
    CHECK(!parse_serial(std::string(65'536, '7')));
}

TEST_CASE("10,000 names are refused in a request and harmless in a certificate") {
    AltNames names;
    for (int i = 0; i < 10'000; ++i) {
        names.dns.push_back(fmt::format("host{}.test", i));
    }
    const HostileParts parts{.extensions = {names_extension(names)}};
    CHECK(reason_of(parse_csr(request_of(parts))) == kCsrTooManyNames);
    const Certificate certificate = read(certificate_of(parts));
    CHECK(certificate.names.dns.size() == 10'000);
    CHECK(check_host(certificate, "host9999.test"));
    CHECK(check_host(certificate, "host10000.test").error().detail ==
          "x509: certificate is valid for 10000 names, but none matched host10000.test");
}

TEST_CASE("1,001 extensions are refused in a certificate and in a request") {
    HostileParts parts;
    for (int i = 0; i <= 1000; ++i) {
        parts.extensions.push_back(
            {.id = *asn1::Oid::from_text(fmt::format("1.2.3.{}", i)), .value = "x"});
    }
    CHECK(fault(certificate_of(parts)) == "x509: too many extensions");
    CHECK(reason_of(parse_csr(request_of(parts))) == kCsrMalformed);
    parts.extensions.pop_back();
    CHECK(fault(certificate_of(parts)).empty());
    CHECK(parse_csr(request_of(parts)));
}

TEST_CASE("a name with NUL never counts as what stands before it") {
    const std::string evil("a.test\0.evil.test", 17);
    const HostileParts parts{.extensions = {names_extension({.dns = {evil}})}};
    CHECK(parse_csr(request_of(parts))->names.dns == std::vector<std::string>{evil});
    const Certificate certificate = read(certificate_of(parts));
    CHECK(!check_host(certificate, "a.test"));
    CHECK(!check_host(certificate, "b.evil.test"));
    const HostileParts mail{
        .extensions = {names_extension({.uris = {std::string("https://a\0b/", 12)}})}};
    CHECK(fault(certificate_of(mail)).starts_with("x509: cannot parse URI"));
    // In a subject: whole in a UTF8String, refused in a PrintableString.
    const std::string common_name("a.test\0b", 8);
    const Bytes name = encode_name(to_name({.common_name = common_name}));
    CHECK(read(certificate_of({.name = name})).subject.common_name() == common_name);
    Bytes printable = name;
    printable[printable.find('\x0c')] = '\x13';
    CHECK(fault(certificate_of({.name = printable})).ends_with("invalid PrintableString"));
    CHECK(reason_of(parse_csr(request_of({.name = printable}))) == kCsrMalformed);
}

TEST_CASE("a wildcard is the whole first label and stands for one label") {
    const auto matches = [](const std::string& pattern, std::string_view host) {
        const Certificate certificate{.names = {.dns = {pattern}}};
        return static_cast<bool>(check_host(certificate, host));
    };
    CHECK(matches("*.a.test", "b.a.test"));
    CHECK(!matches("*.a.test", "a.test"));
    CHECK(!matches("*.a.test", "c.b.a.test"));
    CHECK(!matches("*.a.test", ".a.test"));
    for (const char* odd : {"*", "*.", "*.*", "*.*.test", "b.*.test", "b*.a.test", "*b.a.test",
                            "**.a.test", "b.a.*", "*a.test", "b.*", ".*.test"}) {
        CAPTURE(odd);
        CHECK(!matches(odd, "b.a.test"));
        CHECK(!matches(odd, "b.a"));
        CHECK(!matches(odd, "test"));
    }
}

TEST_CASE("international names are A-labels; anything else is no name") {
    const Certificate certificate{.names = {.dns = {"xn--bcher-kva.test"}}};
    CHECK(check_host(certificate, "XN--BCHER-KVA.test"));
    CHECK(!check_host(certificate,
                      "b\xc3\xbc"
                      "cher.test"));
    // U-labels in Latin-1 and UTF-8, and a full stop of East Asia.
    for (const char* name : {"b\xfc"
                             "cher.test",
                             "b\xc3\xbc"
                             "cher.test",
                             "a\xe3\x80\x82test"}) {
        const HostileParts parts{.extensions = {names_extension({.dns = {name}})}};
        CHECK(fault(certificate_of(parts)) == "x509: SAN dNSName is malformed");
        CHECK(reason_of(parse_csr(request_of(parts))) == kCsrMalformed);
    }
}

TEST_CASE("labels of 64 and of 60,000 characters match only themselves") {
    for (const std::size_t size : {64U, 60'000U}) {
        const std::string name = std::string(size, 'a') + ".test";
        const HostileParts parts{.extensions = {names_extension({.dns = {name}})}};
        const Certificate certificate = read(certificate_of(parts));
        CHECK(check_host(certificate, name));
        CHECK(!check_host(certificate, name.substr(1)));
        CHECK(!check_host(certificate, "a" + name));
    }
}

/// SubjectPublicKeyInfo of an RSA key.
Bytes rsa_spki(ByteView modulus, ByteView exponent) {
    asn1::Writer numbers;
    const auto pair = numbers.begin(Tag::kSequence);
    numbers.unsigned_integer(modulus);
    numbers.unsigned_integer(exponent);
    numbers.end(pair);
    asn1::Writer out;
    const auto spki = out.begin(Tag::kSequence);
    out.raw(*parse_hex("300d06092a864886f70d0101010500"));
    out.bits(numbers.view());
    out.end(spki);
    return std::move(out).take();
}

TEST_CASE("RSA 16384 is read, larger is refused before anything is worked out") {
    const auto parse = [](std::size_t octets) {
        return parse_csr(request_of({.spki = rsa_spki(Bytes(octets, '\xff'), "\1\0\1")}));
    };
    const Bytes three("\x01\0\x01", 3);
    const Bytes largest = rsa_spki(Bytes(2048, '\xff'), three);
    CHECK(read(certificate_of({.spki = largest})).public_key()->bits() == 16'384);
    CHECK(reason_of(parse_csr(request_of({.spki = largest}))) == kCsrBadSignature);
    const Bytes larger = rsa_spki(Bytes(2049, '\xff'), three);
    CHECK(reason_of(parse_csr(request_of({.spki = larger}))) == kCsrMalformed);
    CHECK(!read(certificate_of({.spki = larger})).public_key());
    CHECK(reason_of(parse(8192)) == kCsrMalformed);
}

TEST_CASE("RSA exponents of 1, 0, even and beyond 31 bits are no key") {
    const Bytes modulus(256, '\xff');
    for (const std::string_view hex : {"01", "00", "02", "010000", "80000001", "0100000001"}) {
        CAPTURE(hex);
        const Bytes spki = rsa_spki(modulus, *parse_hex(hex));
        CHECK(reason_of(parse_csr(request_of({.spki = spki}))) == kCsrMalformed);
        const auto certificate = parse_certificate(certificate_of({.spki = spki}));
        CHECK((!certificate || !certificate->public_key()));
    }
    CHECK(crypto::PublicKey::from_spki(rsa_spki(modulus, "\x03")));
}

TEST_CASE("elliptic curves with explicit parameters are refused") {
    CHECK(reason_of(hostile_request("csr-ec-explicit.pem")) == kCsrMalformed);
    const auto certificate = parse_certificates_pem(test::data("x509/hostile/ec-explicit.pem"));
    REQUIRE(!certificate);
    CHECK(certificate.error().detail == "x509: invalid ECDSA parameters");
}

TEST_CASE("points that are compressed, at infinity or off the curve are refused") {
    CHECK(reason_of(hostile_request("csr-ec-compressed.pem")) == kCsrMalformed);
    const Bytes& good = hostile_key().public_key().spki();
    const Bytes start = good.substr(0, good.size() - 64);
    for (const Bytes& point : {Bytes(64, '\0'), Bytes(64, '\xff'), Bytes(63, '\0') + '\1'}) {
        CHECK(reason_of(parse_csr(request_of({.spki = start + point}))) == kCsrMalformed);
        const Certificate certificate = read(certificate_of({.spki = start + point}));
        CHECK(!certificate.public_key());
        CHECK(!verify_chain(certificate, {.intermediates = {&certificate}, .now = kHostileNow}));
    }
    const Bytes infinity = *parse_hex(
        "3019301306072a8648ce3d020106082a8648ce3d030107030200"
        "00");
    CHECK(fault(certificate_of({.spki = infinity})) == "x509: invalid ECDSA public key");
    CHECK(reason_of(parse_csr(request_of({.spki = infinity}))) == kCsrMalformed);
}

TEST_CASE("Ed448 and DSA: requests are refused as such, certificates are read but never trusted") {
    for (const std::string kind : {"ed448", "dsa"}) {
        CAPTURE(kind);
        CHECK(reason_of(hostile_request("csr-" + kind + ".pem")) == kCsrUnsupportedKey);
        const Certificate certificate = hostile_certificate(kind + ".pem");
        CHECK(certificate.public_key().error().code == Code::kUnsupported);
        CHECK(!certificate.algorithm.scheme);
        Certificate copy = certificate;
        copy.der += ' ';  // Not the same octets, so it is a link of its own.
        const auto chain =
            verify_chain(copy, {.roots = {&certificate}, .now = certificate.not_before});
        REQUIRE(!chain);
        CHECK(chain.error().code == Code::kUnauthenticated);
    }
    CHECK(reason_of(hostile_request("csr-koblitz.pem")) == kCsrMalformed);
}

TEST_CASE("a broken self-signature: no request, and no link of a chain") {
    const Bytes request = request_of({});
    const std::size_t size = parse_csr(request)->signature.size();
    for (std::size_t i = request.size() - size; i < request.size(); ++i) {
        Bytes broken = request;
        broken[i] = static_cast<char>(broken[i] ^ 1);
        CHECK(reason_of(parse_csr(broken)) == kCsrBadSignature);
    }
    const Certificate root =
        read(certificate_of({.extensions = {{.id = oid::kBasicConstraints,
                                             .critical = true,
                                             .value = *parse_hex("30030101ff")}}}));
    CHECK(check_signature(root, hostile_key().public_key()));
    Bytes der = root.der;
    der.back() = static_cast<char>(der.back() ^ 1);
    const Certificate broken = read(der);
    CHECK(!check_signature(broken, hostile_key().public_key()));
    CHECK(!chain_fault(broken, root).empty());
}

TEST_CASE("a CA flag in a request is read as an extension and gives no power") {
    const auto csr = hostile_request("csr-ca-flag.pem");
    REQUIRE(csr);
    CHECK(std::ranges::find(csr->extensions, oid::kBasicConstraints, &Extension::id) !=
          csr->extensions.end());
    const auto der =
        sign_draft({.subject_der = csr->subject_der,
                    .not_before = kHostileNow,
                    .not_after = kHostileNow,
                    .spki = csr->key.spki(),
                    .names = csr->names},
                   "\x01", csr->subject_der, hostile_key(), SignatureScheme::kEcdsaSha256);
    const Certificate leaf = read(*der);
    CHECK(!leaf.is_ca());
    CHECK(!leaf.key_usage);
}

TEST_CASE("an unknown critical extension is kept in a request and fails a chain anywhere in it") {
    const auto csr = hostile_request("csr-unknown-critical.pem");
    REQUIRE(csr);
    const asn1::Oid id = *asn1::Oid::from_text("1.3.6.1.4.1.99999.1");
    const auto found = std::ranges::find(csr->extensions, id, &Extension::id);
    REQUIRE(found != csr->extensions.end());
    CHECK(found->critical);
    const Extension ca{
        .id = oid::kBasicConstraints, .critical = true, .value = *parse_hex("30030101ff")};
    const Certificate odd = read(certificate_of({.extensions = {ca, *found}}));
    const Certificate plain = read(certificate_of({.serial = "\x02", .extensions = {ca}}));
    const Certificate leaf =
        read(certificate_of({.serial = "\x03", .extensions = {names_extension({.dns = {"a"}})}}));
    CHECK(chain_fault(leaf, plain).empty() != chain_fault(leaf, odd).empty());
    CHECK(chain_fault(odd, odd) == "x509: unhandled critical extension");
    CHECK(chain_fault(odd, plain) == "x509: unhandled critical extension");
}

}  // namespace
}  // namespace step::x509
