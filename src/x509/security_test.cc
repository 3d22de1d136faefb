// The security fixes of the original that are about certificates and requests, each by its
// reference there, so that none of those mistakes is made again here. What issuance or a
// provisioner does about them has its test in that module.
#include <doctest/doctest.h>

#include "asn1/writer.h"
#include "base/hex.h"
#include "crypto/keygen.h"
#include "tests/support/data.h"
#include "x509/constraints.h"
#include "x509/csr.h"
#include "x509/draft.h"
#include "x509/serial_key.h"
#include "x509/step_extension.h"
#include "x509/verify.h"

namespace step::x509 {
namespace {

using crypto::SignatureScheme;
using Strings = std::vector<std::string>;

const crypto::PrivateKey& authority_key() {
    static const crypto::PrivateKey kKey = *crypto::generate_key(crypto::KeyKind::kEcP256);
    return kKey;
}

Certificate certificate_of(const Draft& draft) {
    const auto der =
        sign_draft(draft, "\x01", encode_name({}), authority_key(), SignatureScheme::kEcdsaSha256);
    REQUIRE(der);
    auto certificate = parse_certificate(*der);
    REQUIRE(certificate);
    return *std::move(certificate);
}

Draft empty_draft() {
    return {.subject_der = encode_name({}), .spki = authority_key().public_key().spki()};
}

TEST_CASE("2b41faa9: the size of an RSA key is told truly, so that 1024 bits can be refused") {
    const auto csr = parse_csr_pem(test::data("x509/hostile/csr-rsa-1024.pem"));
    REQUIRE(csr);
    CHECK(csr->key.kind() == crypto::KeyKind::kRsa);
    CHECK(csr->key.bits() == 1024);
    // A modulus filled up with zeros to 2048 bits is not minimal DER and so no key at all.
    Bytes padded = csr->key.spki();
    const std::size_t modulus = padded.find(std::string_view("\x02\x81\x81\0", 4));
    REQUIRE(modulus != Bytes::npos);
    padded.replace(modulus, 4, std::string_view("\x02\x82\x01\x01", 4));
    padded.insert(modulus + 4, Bytes(129, '\0'));
    CHECK(!crypto::PublicKey::from_spki(padded));
}

TEST_CASE("7e434025: a common name is not an alternative name") {
    const auto der = make_csr({.subject = to_name({.common_name = "a.test"})}, authority_key());
    const auto csr = parse_csr(*der);
    REQUIRE(csr);
    CHECK(csr->names.empty());
    Draft draft = empty_draft();
    draft.subject_der = csr->subject_der;
    const Certificate leaf = certificate_of(draft);
    CHECK(leaf.names.empty());
    CHECK(!check_host(leaf, "a.test"));
}

TEST_CASE("bc0875bd: names of every kind are told, also those that we do not issue") {
    const AltNames names{.dns = {"a.test"},
                         .emails = {"a@b.test"},
                         .ips = {Bytes("\x0a\0\0\1", 4)},
                         .uris = {"spiffe://a/b"}};
    Bytes value = encode_alt_names(names);
    value += *parse_hex("88012a");  // A registered identifier.
    value[1] = static_cast<char>(value[1] + 3);
    const auto parsed = parse_alt_names(value);
    REQUIRE(parsed);
    CHECK(parsed->names == names);
    CHECK(parsed->others.size() == 1);
}

TEST_CASE("a0e92f8e: an address has 4 or 16 octets, and text that is none becomes none") {
    for (const std::size_t size : {0U, 1U, 3U, 5U, 8U, 15U, 17U, 32U}) {
        CHECK(!parse_alt_names(encode_alt_names({.ips = {Bytes(size, '\x01')}})));
    }
    CHECK(classify_names({"10.0.0.256"})->ips.empty());
    CHECK(classify_names({"10.0.0.01"})->ips.empty());
    CHECK(classify_names({"10.0.0.1"})->ips.size() == 1);
}

TEST_CASE("95a4f61a: names of no or one character harm nobody") {
    const Strings odd{"", "*", ".", "a", "*.", "..", "@", "a@", "@a", ":", "/"};
    for (const std::string& name : odd) {
        for (const std::string& constraint : odd) {
            CAPTURE(name);
            CAPTURE(constraint);
            // What is excluded by its own text is refused; nothing else is asked but an answer.
            (void)check_constraints({.emails = {name}, .uris = {name}},
                                    {{.permitted = {.emails = {constraint}, .uris = {constraint}},
                                      .excluded = {.emails = {constraint}, .uris = {constraint}}}});
            const bool excluded =
                !check_constraints({.dns = {name}}, {{.excluded = {.dns = {constraint}}}});
            CHECK((excluded || name != constraint));
        }
        const Certificate certificate{.names = {.dns = {name}}};
        CHECK(!check_host(certificate, "a.test"));
        CHECK(!check_host(certificate, ""));
        CHECK(!check_host(certificate, "."));
        CHECK(static_cast<bool>(check_host(certificate, "a")) == (name == "a"));
        (void)classify_names({name});
    }
}

TEST_CASE("679e2945: an asterisk in a name constraint is no wildcard") {
    const std::vector<NameConstraints> chain{{.permitted = {.dns = {"*.a.test"}}}};
    CHECK(!check_constraints({.dns = {"b.a.test"}}, chain));
    CHECK(!check_constraints({.dns = {"a.test"}}, chain));
    CHECK(!check_constraints({.uris = {"https://b.a.test/"}},
                             {{.permitted = {.uris = {"*.a.test"}}}}));
}

TEST_CASE("debe565e: name constraints bind every kind of name") {
    const std::vector<NameConstraints> chain{
        {.permitted = {.dns = {"ok.test"},
                       .emails = {"ok.test"},
                       .ips = {Bytes("\x0a\0\0\0\xff\0\0\0", 8)},
                       .uris = {"ok.test"}}}};
    const AltNames good{.dns = {"a.ok.test"},
                        .emails = {"a@ok.test"},
                        .ips = {Bytes("\x0a\1\1\1", 4)},
                        .uris = {"https://ok.test/"}};
    CHECK(check_constraints(good, chain));
    AltNames bad = good;
    bad.dns.emplace_back("bad.test");
    CHECK(!check_constraints(bad, chain));
    bad = good;
    bad.emails.emplace_back("a@bad.test");
    CHECK(!check_constraints(bad, chain));
    bad = good;
    bad.ips.emplace_back("\x0b\1\1\1");
    CHECK(!check_constraints(bad, chain));
    bad = good;
    bad.ips.emplace_back(Bytes(15, '\0') + '\1');  // Another family is not in the range either.
    CHECK(!check_constraints(bad, chain));
    bad = good;
    bad.uris.emplace_back("https://bad.test/ok.test");
    CHECK(!check_constraints(bad, chain));
}

TEST_CASE("7052a32c: a serial number has one key however it is spelled, and rubbish has none") {
    const Bytes wanted = serial_key(*parse_serial("255"));
    for (const char* spelling : {"0xff", "0XFF", "0b11111111", "0o377", "0377", "2_55", "+255"}) {
        CAPTURE(spelling);
        const auto serial = parse_serial(spelling);
        REQUIRE(serial);
        CHECK(serial_key(*serial) == wanted);
    }
    CHECK(serial_key(Bytes("\0\0\xff", 3)) == wanted);
    CHECK(serial_key(*parse_serial("-255")) != wanted);
    for (const char* rubbish : {"", " 255", "255 ", "ff", "0x", "0xfg", "2__55", "255\n", "1e3",
                                "-", "255.0", "0b2", "08"}) {
        CAPTURE(rubbish);
        CHECK(!parse_serial(rubbish));
    }
}

TEST_CASE("0.22.1: the issuer's key decides about the signature, whatever the subject's key is") {
    const auto rsa = crypto::generate_key(crypto::KeyKind::kRsa);
    Draft draft = empty_draft();
    draft.spki = rsa->public_key().spki();
    const Certificate under_ec = certificate_of(draft);
    CHECK(under_ec.algorithm.scheme == SignatureScheme::kEcdsaSha256);
    CHECK(check_signature(under_ec, authority_key().public_key()));
    CHECK(!check_signature(under_ec, rsa->public_key()));
    // A scheme that does not fit the issuer's key signs nothing.
    CHECK(
        !sign_draft(draft, "\x01", encode_name({}), authority_key(), SignatureScheme::kRsaSha256));
    CHECK(!sign_draft(draft, "\x01", encode_name({}), *rsa, SignatureScheme::kEcdsaSha256));
}

TEST_CASE("0.22.0: RSA-PSS issuers sign, and OpenSSL's own are verified") {
    const auto rsa = crypto::generate_key(crypto::KeyKind::kRsa);
    const std::pair<SignatureScheme, std::string> schemes[] = {
        {SignatureScheme::kRsaPssSha256, "256"},
        {SignatureScheme::kRsaPssSha384, "384"},
        {SignatureScheme::kRsaPssSha512, "512"}};
    for (const auto& [scheme, name] : schemes) {
        CAPTURE(name);
        const auto der = sign_draft(empty_draft(), "\x01", encode_name({}), *rsa, scheme);
        REQUIRE(der);
        const auto ours = parse_certificate(*der);
        REQUIRE(ours);
        CHECK(ours->algorithm.scheme == scheme);
        CHECK(check_signature(*ours, rsa->public_key()));

        const std::string folder = "x509/hostile/";
        const auto theirs =
            parse_certificates_pem(test::data(folder + "rsa-pss-sha" + name + ".pem"));
        REQUIRE(theirs);
        Certificate root = (*theirs)[0];
        CHECK(root.algorithm.scheme == scheme);
        CHECK(root.algorithm.der == encode_algorithm(scheme));
        CHECK(check_signature(root, *root.public_key()));
        root.tbs.back() = static_cast<char>(root.tbs.back() ^ 1);
        CHECK(!check_signature(root, *root.public_key()));
        CHECK(parse_csr_pem(test::data(folder + "csr-rsa-pss-sha" + name + ".pem")));
    }
}

TEST_CASE("10.1 (4): names of a raw extension are the certificate's only names") {
    Draft draft = empty_draft();
    draft.names.dns = {"asked.test"};
    draft.extra.push_back(
        {.id = oid::kSubjectAltName, .value = encode_alt_names({.dns = {"raw.test"}})});
    const Certificate leaf = certificate_of(draft);
    CHECK(leaf.names.dns == Strings{"raw.test"});
    CHECK(leaf.extensions.size() == 1);
    CHECK(!check_constraints(leaf.names, {{.permitted = {.dns = {"asked.test"}}}}));
}

TEST_CASE("10.1 (14): a malformed provisioner extension names no provisioner") {
    const Bytes good = encode_step_provisioner({.type = 1, .name = "a"}).value;
    for (std::size_t size = 0; size <= good.size() + 1; ++size) {
        Bytes value = good.substr(0, size);
        value.resize(size, '\0');
        Certificate certificate;
        certificate.extensions.push_back({.id = oid::kStepProvisioner, .value = value});
        CHECK(step_provisioner_of(certificate).has_value() == (size == good.size()));
    }
}

}  // namespace
}  // namespace step::x509
