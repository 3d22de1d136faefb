#include "ca/banner.h"

#include <doctest/doctest.h>

namespace step::ca {
namespace {

// Order and texts recorded from step-ca v0.30.2 (golden/cli/cases.json); the name and where the
// documentation is are ours.
TEST_CASE("the banner has the original's lines in the original's order") {
    setup::Config config;
    config.file = "x.json";
    config.dns_names = {"ca.test"};
    setup::StepPath path;
    CHECK(banner(config, path, {"ff00"}, "9000") ==
          std::vector<std::string>{
              "Starting " + version_line(), "Documentation: step-ca help", "Config file: x.json",
              "The primary server URL is https://ca.test:9000",
              "Root certificates are available at https://ca.test:9000/roots.pem",
              "X.509 Root Fingerprint: ff00"});
    config.dns_names = {"ca.test", "b", "c"};
    path.current = setup::ContextEntry{.name = "ctx"};
    const auto lines = banner(config, path, {"aa", "bb"}, "443");
    CHECK(lines[2] == "Current context: ctx");
    CHECK(lines[6] == "Additional configured hostnames: b, c");
    CHECK(lines[8] == "X.509 Root Fingerprint: bb");
    CHECK(version_line().starts_with("step++ CA/"));
}

TEST_CASE("the address is printed as configured, but a port 0 as the real one") {
    CHECK(shown_address(":443", "443") == ":443");
    CHECK(shown_address("127.0.0.1:0", "5555") == "127.0.0.1:5555");
    CHECK(shown_address(":0", "5555") == ":5555");
    CHECK(shown_address("[::1]:0", "5555") == "[::1]:5555");
}

}  // namespace
}  // namespace step::ca
