#include <sstream>

#include <doctest/doctest.h>

#include "tests/support/data.h"
#include "x509/draft.h"
#include "x509/verify.h"

namespace step::x509 {
namespace {

TEST_CASE("host names are matched as Go matches them, with its words") {
    Certificate certificate;
    certificate.names = {
        .dns = {"a.test", "*.w.test", "B.test", "under_score.test", "bad name", "x.y."},
        .ips = {Bytes("\x0a\0\0\1", 4), Bytes(15, '\0') + '\1'}};
    certificate.extensions.push_back(
        {.id = oid::kSubjectAltName, .value = encode_alt_names(certificate.names)});
    std::istringstream lines(test::data("x509/go/host.vec"));
    int rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) {
            continue;
        }
        const std::size_t bar = line.find('|');
        const Status status = check_host(certificate, line.substr(0, bar));
        CAPTURE(line);
        CHECK((status ? "<nil>" : status.error().detail) == line.substr(bar + 1));
        rows += 1;
    }
    CHECK(rows == 22);
}

TEST_CASE("a common name alone is not a host name") {
    Certificate certificate;
    certificate.subject = to_name({.common_name = "a.test"});
    CHECK(check_host(certificate, "a.test").error().detail ==
          "x509: certificate relies on legacy Common Name field, use SANs instead");
    CHECK(check_host(certificate, "b.test").error().detail ==
          "x509: certificate is not valid for any names, but wanted to match b.test");
    CHECK(check_host(certificate, "10.0.0.1").error().detail ==
          "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs");
    certificate.names.dns.assign(100, "x.test");
    CHECK(check_host(certificate, "b.test").error().detail ==
          "x509: certificate is valid for 100 names, but none matched b.test");
}

}  // namespace
}  // namespace step::x509
