// The words are those of smallstep/cli v0.30, utils/cautils/acmeutils.go.
#include "commands/ca/acme_flow.h"

#include <doctest/doctest.h>

namespace step::commands {
namespace {

using client::acme::Identifier;

x509::AltNames names(const std::vector<std::string>& texts) {
    return *x509::classify_names(texts);
}

std::vector<Identifier> order(const std::vector<std::string>& texts, const std::string& subject) {
    const auto made = acme_names(names(texts), subject);
    REQUIRE_MESSAGE(made, made.error().detail);
    CHECK(made->names.dns.size() + made->names.ips.size() == made->identifiers.size());
    return made->identifiers;
}

std::string failure(const std::vector<std::string>& texts, const std::string& subject) {
    const auto made = acme_names(names(texts), subject);
    REQUIRE(!made);
    return made.error().detail;
}

}  // namespace

TEST_CASE("an order names every name once, the subject behind the others") {
    CHECK(order({}, "a.test") == std::vector<Identifier>{{"dns", "a.test"}});
    CHECK(order({"b.test", "10.0.0.1", "B.test", "::1", "b.test"}, "a.test") ==
          std::vector<Identifier>{
              {"dns", "b.test"}, {"dns", "a.test"}, {"ip", "10.0.0.1"}, {"ip", "::1"}});
    CHECK(order({"a.test"}, "A.test") == std::vector<Identifier>{{"dns", "a.test"}});
    CHECK(order({"0:0::1"}, "::1") == std::vector<Identifier>{{"ip", "::1"}});
    CHECK(order({"b.test"}, "") == std::vector<Identifier>{{"dns", "b.test"}});
}

TEST_CASE("names that http-01 cannot prove are refused before anybody is asked") {
    CHECK(failure({"a@b.test"}, "a.test") ==
          "Email Address and URI SANs are not supported for ACME flow");
    CHECK(failure({"https://b.test"}, "a.test") ==
          "Email Address and URI SANs are not supported for ACME flow");
    CHECK(failure({}, "*.a.test") ==
          "wildcard dnsnames (*.a.test) require dns validation, which is currently not implemented "
          "in this client");
    CHECK(failure({}, "") == "there is no name to certify");
}

}  // namespace step::commands
