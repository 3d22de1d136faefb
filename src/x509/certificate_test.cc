#include "x509/certificate.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <openssl/x509v3.h>

#include "asn1/reader.h"
#include "base/hex.h"
#include "base/pem.h"
#include "tests/support/data.h"
#include "x509/draft.h"
#include "x509/step_extension.h"

namespace step::x509 {
namespace {

/// Every certificate of these folders of tests/data/x509, by file name.
std::vector<std::pair<std::string, Certificate>> samples(const std::vector<std::string>& folders) {
    std::vector<std::pair<std::string, Certificate>> found;
    for (const std::string& folder : folders) {
        const std::string path = std::string(STEP_TEST_DATA) + "/x509/" + folder;
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            if (entry.path().extension() == ".pem") {
                names.push_back(entry.path().filename());
            }
        }
        std::ranges::sort(names);
        for (const std::string& name : names) {
            auto certificates = parse_certificates_pem(test::data("x509/" + folder + "/" + name));
            CAPTURE(name);
            REQUIRE(static_cast<bool>(certificates));
            for (Certificate& certificate : *certificates) {
                found.emplace_back(name, std::move(certificate));
            }
        }
    }
    return found;
}

Certificate sample(const std::string& name) {
    auto certificates = parse_certificates_pem(test::data("x509/" + name));
    REQUIRE(certificates);
    return (*certificates)[0];
}

/// The draft that this certificate was made from: members for the extensions that Draft knows,
/// as long as they stand in its order, `extra` for the rest.
Draft draft_of(const Certificate& certificate) {
    Draft draft{.subject_der = encode_name(certificate.subject),
                .not_before = certificate.not_before,
                .not_after = certificate.not_after,
                .spki = certificate.spki};
    const asn1::Oid* const kOrder[] = {&oid::kKeyUsage,         &oid::kExtendedKeyUsage,
                                       &oid::kBasicConstraints, &oid::kSubjectKeyId,
                                       &oid::kAuthorityKeyId,   &oid::kSubjectAltName,
                                       &oid::kNameConstraints};
    const auto* next = std::begin(kOrder);
    for (const Extension& extension : certificate.extensions) {
        const auto* at = std::find_if(next, std::end(kOrder),
                                      [&](const asn1::Oid* id) { return *id == extension.id; });
        const bool mixed_names =
            extension.id == oid::kSubjectAltName && !certificate.other_names.empty();
        if (at == std::end(kOrder) || !draft.extra.empty() || mixed_names) {
            draft.extra.push_back(extension);
            continue;
        }
        next = at + 1;
        if (extension.id == oid::kKeyUsage) {
            draft.key_usage = *certificate.key_usage;
        } else if (extension.id == oid::kExtendedKeyUsage) {
            draft.extended_key_usage = *certificate.extended_key_usage;
        } else if (extension.id == oid::kBasicConstraints) {
            draft.basic_constraints = certificate.basic_constraints;
        } else if (extension.id == oid::kSubjectKeyId) {
            draft.subject_key_id = *certificate.subject_key_id;
        } else if (extension.id == oid::kAuthorityKeyId) {
            draft.authority_key_id = *certificate.authority_key_id;
        } else if (extension.id == oid::kSubjectAltName) {
            draft.names = certificate.names;
        } else {
            draft.name_constraints = certificate.name_constraints;
        }
    }
    return draft;
}

TEST_CASE("every certificate the original and Go made is rebuilt octet for octet") {
    int rebuilt = 0;
    int without_extra = 0;
    for (const auto& [name, certificate] : samples({"golden", "go"})) {
        CAPTURE(name);
        Draft draft = draft_of(certificate);
        if (name == "sign-template-cr.pem") {
            draft.subject_der = certificate.subject_der;  // Copied from OpenSSL's request.
        }
        const Bytes tbs = encode_tbs(draft, certificate.serial, certificate.issuer_der,
                                     *certificate.algorithm.scheme);
        CHECK(encode_hex(tbs) == encode_hex(certificate.tbs));
        CHECK(assemble(tbs, *certificate.algorithm.scheme, certificate.signature) ==
              certificate.der);
        rebuilt += 1;
        const bool plain = std::ranges::all_of(
            draft.extra, [](const Extension& e) { return e.id == oid::kStepProvisioner; });
        without_extra += plain ? 1 : 0;
    }
    CHECK(rebuilt >= 66);
    CHECK(without_extra >= 58);
}

TEST_CASE("OpenSSL reads the same fields") {
    for (const auto& [name, certificate] : samples({"golden", "inspect", "go"})) {
        CAPTURE(name);
        const auto* data = reinterpret_cast<const unsigned char*>(certificate.der.data());
        X509* peer = d2i_X509(nullptr, &data, static_cast<long>(certificate.der.size()));
        REQUIRE(peer != nullptr);
        CHECK(X509_get_version(peer) + 1 == certificate.version);
        CHECK(X509_get_ext_count(peer) == static_cast<int>(certificate.extensions.size()));
        const long not_after = [&] {
            tm fields{};
            ASN1_TIME_to_tm(X509_get0_notAfter(peer), &fields);
            return timegm(&fields);
        }();
        CHECK(not_after == certificate.not_after.time_since_epoch().count());
        BIGNUM* serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(peer), nullptr);
        char* decimal = BN_bn2dec(serial);
        CHECK(certificate.serial_text() == decimal);
        OPENSSL_free(decimal);
        BN_free(serial);
        if (certificate.key_usage) {
            const std::uint32_t usage = X509_get_key_usage(peer);
            // OpenSSL keeps the octets as they are: bit 0 of the standard is 0x80.
            std::uint32_t ours = 0;
            for (unsigned i = 0; i < 8; ++i) {
                ours |= (*certificate.key_usage >> i & 1U) << (7 - i);
            }
            ours |= (*certificate.key_usage >> 8U & 1U) << 15U;
            CHECK(usage == ours);
        }
        CHECK((X509_check_ca(peer) == 1) == certificate.is_ca());
        X509_free(peer);
    }
}

TEST_CASE("the fields of a leaf are decoded") {
    const Certificate leaf = sample("golden/sign-jwk-all-san-types.pem");
    CHECK(leaf.version == 3);
    CHECK(leaf.subject.common_name() == "leaf.test");
    CHECK(leaf.names.dns == std::vector<std::string>{"b.test", "a.test"});
    CHECK(leaf.names.emails == std::vector<std::string>{"x@y.test"});
    CHECK(leaf.names.ips.size() == 2);
    CHECK(leaf.key_usage == key_usage::kDigitalSignature);
    CHECK(leaf.extended_key_usage == std::vector{oid::kServerAuth, oid::kClientAuth});
    CHECK(!leaf.is_ca());
    CHECK(!leaf.unhandled_critical);
    CHECK(leaf.not_after - leaf.not_before == std::chrono::seconds(86'460));
    CHECK(leaf.algorithm.scheme == crypto::SignatureScheme::kEcdsaSha256);
    const auto provisioner = step_provisioner_of(leaf);
    REQUIRE(provisioner);
    CHECK(provisioner->type == 1);
    CHECK(provisioner->name == "admin@test");
    CHECK(provisioner->credential_id.size() == 43);
    CHECK(provisioner_type_name(1) == "JWK");
    CHECK(provisioner_type_name(11) == "Nebula");
    CHECK(provisioner_type_name(0).empty());
    CHECK(provisioner_type_name(12).empty());
}

TEST_CASE("the provisioner extension is written as it was recorded") {
    const Certificate leaf = sample("golden/acme-leaf-cn.pem");
    CHECK(encode_step_provisioner({.type = 6, .name = "acme"}).value ==
          leaf.find(oid::kStepProvisioner)->value);
    const StepProvisioner cloud{
        .type = 3, .name = "gcp", .credential_id = "sub", .key_values = {"InstanceID", "*@"}};
    Certificate certificate;
    certificate.extensions.push_back(encode_step_provisioner(cloud));
    CHECK(step_provisioner_of(certificate) == cloud);
    certificate.extensions[0].value = "\x30\x03\x02\x01\x01";
    CHECK(!step_provisioner_of(certificate));
    CHECK(!step_provisioner_of(Certificate{}));
}

TEST_CASE("schemes are recognised, unknown ones are no error") {
    // A salt as long as the key allows: Go knows it no more than we do.
    CHECK(!sample("inspect/rsa-pss-sha384.pem").algorithm.scheme);
    CHECK(sample("inspect/rsa-sha1.pem").algorithm.scheme == crypto::SignatureScheme::kRsaSha1);
    CHECK(sample("inspect/ed25519-serial-1.pem").algorithm.scheme ==
          crypto::SignatureScheme::kEd25519);
    CHECK(sample("inspect/x509-v1.pem").version == 1);
}

TEST_CASE("name constraints are decoded") {
    const Certificate ca = sample("golden/sign-template-ca.pem");
    REQUIRE(ca.name_constraints);
    CHECK(ca.name_constraints->critical);
    CHECK(ca.name_constraints->permitted.dns == std::vector<std::string>{"a.test"});
    CHECK(ca.name_constraints->permitted.ips ==
          std::vector<Bytes>{Bytes("\x0a\0\0\0\xff\0\0\0", 8)});
    CHECK(!ca.name_constraints->excluded.empty());
}

TEST_CASE("whatever is cut, appended or flipped is refused or read without harm") {
    const Certificate leaf = sample("golden/sign-jwk-all-san-types.pem");
    for (std::size_t size = 0; size < leaf.der.size(); ++size) {
        CHECK(!parse_certificate(ByteView(leaf.der).substr(0, size)));
    }
    CHECK(!parse_certificate(leaf.der + '\0'));
    int accepted = 0;
    for (std::size_t i = 0; i < leaf.der.size(); ++i) {
        for (const unsigned bit : {0x01U, 0x20U, 0x80U}) {
            Bytes changed = leaf.der;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ bit);
            if (const auto parsed = parse_certificate(changed)) {
                CHECK(parsed->der == changed);
                accepted += 1;
            }
        }
    }
    CHECK(accepted > 0);
}

/// `der` with the first occurrence of one hexadecimal string replaced by another as long.
Bytes replaced(const Certificate& certificate, std::string_view from, std::string_view to) {
    std::string hex = encode_hex(certificate.der);
    std::size_t at = hex.find(from);
    while (at != std::string::npos && at % 2 != 0) {
        at = hex.find(from, at + 1);
    }
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    return *parse_hex(hex.replace(at, from.size(), to));
}

TEST_CASE("the mask of an address range is ones, then zeros") {
    const Certificate ca = sample("golden/sign-template-ca.pem");
    for (const char* mask : {"ff00ff00", "ff000001", "fd000000", "7f000000"}) {
        const auto parsed =
            parse_certificate(replaced(ca, "0a000000ff000000", std::string("0a000000") + mask));
        REQUIRE(!parsed);
        CHECK(parsed.error().detail == "x509: IP constraint contained invalid mask");
    }
}

TEST_CASE("single faults are named in Go's words") {
    const Certificate leaf = sample("golden/sign-jwk-ec256.pem");
    const auto error = [&](std::string_view from, std::string_view to) {
        const auto parsed = parse_certificate(replaced(leaf, from, to));
        return parsed ? std::string("accepted") : parsed.error().detail;
    };
    CHECK(error("a003020102", "a003020103") == "x509: invalid version");
    CHECK(error("a003020102", "a0030201ff") == "x509: malformed version");
    CHECK(error("a003020102", "a003020101") == "x509: malformed tbs certificate");  // v2
    CHECK(error("300a06082a8648ce3d040302", "300a06082a8648ce3d040303") ==
          "x509: inner and outer signature algorithm identifiers don't match");
    // Key usage becomes a second extended key usage.
    CHECK(error("0603551d0f", "0603551d25") ==
          "x509: certificate contains duplicate extension with OID \"2.5.29.37\"");
    CHECK(error("0603551d0f0101ff", "0603551d0f010101") ==
          "x509: malformed extension critical field");
    CHECK(error("03020780", "03020781") == "x509: invalid key usage");
    CHECK(error("03020780", "03020880") == "x509: invalid key usage");
    CHECK(error("04160414", "04160314") == "x509: invalid subject key identifier");
    CHECK(error("30168014", "31168014") == "x509: invalid authority key identifier");
    CHECK(error("82096c656166", "82096c65ff66") == "x509: SAN dNSName is malformed");
    CHECK(error("06082a8648ce3d030107", "06082a8648ce3d030101") ==
          "x509: unsupported elliptic curve");
    const Certificate one = sample("inspect/ed25519-serial-1.pem");
    CHECK(parse_certificate(replaced(one, "a003020102020101", "a0030201020201ff")).error().detail ==
          "x509: negative serial number");
}

TEST_CASE("a bundle needs a certificate, and other blocks are skipped") {
    CHECK(!parse_certificates_pem(""));
    CHECK(!parse_certificates_pem("text"));
    const std::string leaf = test::data("x509/golden/sign-jwk-ec256.pem");
    const auto one = parse_certificates_pem(encode_pem("EC PARAMETERS", "x") + leaf + "\ntext\n");
    REQUIRE(one);
    CHECK(one->size() == 1);
    CHECK(encode_certificate_pem((*one)[0].der) == leaf);
    CHECK(!parse_certificates_pem(leaf + encode_pem("CERTIFICATE", "x")));
    CHECK(parse_certificates_pem(test::data("x509/inspect/bundle-leaf-intermediate-root.pem"))
              ->size() == 3);
}

}  // namespace
}  // namespace step::x509
