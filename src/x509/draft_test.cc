#include "x509/draft.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "crypto/keygen.h"

namespace step::x509 {
namespace {

using crypto::SignatureScheme;

TEST_CASE("algorithm identifiers are those Go writes") {
    CHECK(encode_hex(encode_algorithm(SignatureScheme::kEcdsaSha256)) ==
          "300a06082a8648ce3d040302");
    CHECK(encode_hex(encode_algorithm(SignatureScheme::kEd25519)) == "300506032b6570");
    CHECK(encode_hex(encode_algorithm(SignatureScheme::kRsaSha256)) ==
          "300d06092a864886f70d01010b0500");
    // Go's pssParametersSHA256, RFC 4055 3.1.
    CHECK(encode_hex(encode_algorithm(SignatureScheme::kRsaPssSha256)) ==
          "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d"
          "010108300d06096086480165030402010500a203020120");
}

TEST_CASE("an extra extension replaces the generated one, and comes last") {
    Draft draft{.subject_der = encode_name({}),
                .spki = Bytes("\x30\x00", 2),
                .key_usage = key_usage::kCertSign,
                .names = {.dns = {"a.test"}},
                .extra = {{.id = oid::kKeyUsage, .value = "\x03\x02\x07\x80"}}};
    const std::string hex =
        encode_hex(encode_tbs(draft, "\x80", encode_name({}), SignatureScheme::kEcdsaSha256));
    CHECK(hex.find("0603551d11"
                   "0101ff") != std::string::npos);  // Critical: no subject.
    CHECK(hex.find("0603551d0f") > hex.find("0603551d11"));
    CHECK(hex.find("0603551d0f"
                   "0101ff") == std::string::npos);
    CHECK(hex.find("02020080") != std::string::npos);  // A positive serial number.
}

TEST_CASE("without extensions there is no empty list") {
    const Draft draft{.subject_der = encode_name({}), .spki = Bytes("\x30\x00", 2)};
    CHECK(
        encode_hex(encode_tbs(draft, "\x01", encode_name({}), SignatureScheme::kEd25519)) ==
        "3035a003020102020101300506032b65703000301e170d3730303130313030303030305a170d37303031303130"
        "30303030305a30003000");
}

TEST_CASE("key identifiers are SHA-1 of the key's bits, in ready extensions too") {
    const auto key = crypto::generate_key(crypto::KeyKind::kEd25519);
    CHECK(key_id(key->public_key()) == crypto::sha1(key->public_key().spki().substr(12)));
    CHECK(encode_hex(encode_authority_key_id("abc")) == "30058003616263");
    CHECK(encode_hex(encode_subject_key_id("abc")) == "0403616263");
}

}  // namespace
}  // namespace step::x509
