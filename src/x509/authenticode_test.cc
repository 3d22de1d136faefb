#include "x509/authenticode.h"

#include "tests/support/data.h"
#include "x509/certificate.h"
#include "x509/signed_data.h"

namespace step::x509 {
namespace {

ReadAt reader(const Bytes& file) {
    return [&file](std::uint64_t offset, std::size_t count) -> Result<Bytes> {
        return offset < file.size() ? file.substr(offset, count) : Bytes{};
    };
}

Bytes executable(const char* name) {
    return test::data(std::string("x509/authenticode/") + name);
}

}  // namespace

TEST_CASE("the certificates in what osslsigncode signed are those that the original extracts") {
    for (const char* name : {"signed32.exe", "signed64.exe"}) {
        CAPTURE(name);
        const Bytes file = executable(name);
        const auto signature = authenticode_signature(reader(file));
        REQUIRE(signature);
        const auto certificates = signed_data_certificates(*signature);
        REQUIRE(certificates);
        std::string pem;
        for (const Bytes& certificate : *certificates) {
            pem += encode_certificate_pem(certificate);
        }
        CHECK(pem == test::data("x509/authenticode/certificates.pem"));
    }
}

TEST_CASE("an executable without a signature and what is none are told apart") {
    const Bytes unsigned_file = executable("plain64.exe");
    const auto none = authenticode_signature(reader(unsigned_file));
    CHECK(none.error().detail == "No Certificate Table found");
    CHECK_FALSE(none.error().has_reason(kNotExecutable));
    for (const Bytes& bad : {Bytes(), Bytes("MZ"), Bytes(1000, 'M'), "MZ" + Bytes(1000, '\xff')}) {
        CHECK(authenticode_signature(reader(bad)).error().has_reason(kNotExecutable));
    }
}

TEST_CASE("a file cut off anywhere is refused") {
    const Bytes whole = executable("signed64.exe");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut = whole.substr(0, size);
        CHECK_FALSE(authenticode_signature(reader(cut)));
    }
}

TEST_CASE("an entry larger than its table, or than 16 MiB, is not read") {
    Bytes file = executable("signed64.exe");
    const std::size_t entry = executable("plain64.exe").size();
    file[entry + 3] = '\x7f';
    CHECK(authenticode_signature(reader(file)).error().detail ==
          "the certificate table's first entry has a wrong size");
    constexpr std::size_t kTableSize = 64 + 24 + 112 + 4 * 8 + 4;
    file[kTableSize + 3] = '\x7f';
    CHECK(authenticode_signature(reader(file)).error().detail ==
          "the certificate table's first entry has more than 16 MiB");
}

TEST_CASE("contents of another type are no signed data") {
    const Bytes data("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
    CHECK(signed_data_certificates(data).error().detail ==
          "contents of type 1.2.840.113549.1.7.1 are no signed data");
}

}  // namespace step::x509
