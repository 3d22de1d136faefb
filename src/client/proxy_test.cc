// Expected values follow the documentation of Go's golang.org/x/net/http/httpproxy.
#include "client/proxy.h"

#include <doctest/doctest.h>

#include "tests/support/fake_environment.h"

namespace step::client {
namespace {

std::string proxy(const std::string& url, std::map<std::string, std::string> variables) {
    auto found = proxy_for(url, test::FakeEnvironment(std::move(variables)));
    return found ? *found : "error";
}

}  // namespace

TEST_CASE("HTTPS_PROXY counts in either case and may lack its scheme") {
    CHECK(proxy("https://ca.test", {}).empty());
    CHECK(proxy("https://ca.test", {{"HTTPS_PROXY", "http://p:1"}}) == "http://p:1");
    CHECK(proxy("https://ca.test", {{"https_proxy", "p:1"}}) == "http://p:1");
    CHECK(proxy("https://ca.test", {{"HTTPS_PROXY", "socks5://p:1"}}) == "error");
}

TEST_CASE("loopback is never reached through a proxy") {
    for (const char* url : {"https://localhost:1", "https://127.0.0.2", "https://[::1]:9"}) {
        CHECK_MESSAGE(proxy(url, {{"HTTPS_PROXY", "p:1"}}).empty(), url);
    }
}

TEST_CASE("NO_PROXY names hosts, domains, addresses, ranges and ports") {
    const auto skipped = [](const std::string& url, const std::string& list) {
        return proxy(url, {{"HTTPS_PROXY", "p:1"}, {"NO_PROXY", list}}).empty();
    };
    CHECK(skipped("https://ca.test", "*"));
    CHECK(skipped("https://ca.test", "x, ca.test"));
    CHECK(skipped("https://a.ca.test", "ca.test"));
    CHECK(skipped("https://a.ca.test", ".ca.test"));
    CHECK(!skipped("https://ca.test", ".ca.test"));
    CHECK(!skipped("https://xca.test", "ca.test"));
    CHECK(skipped("https://10.1.2.3", "10.0.0.0/8"));
    CHECK(!skipped("https://11.1.2.3", "10.0.0.0/8"));
    CHECK(skipped("https://10.1.2.3", "10.1.2.3"));
    CHECK(skipped("https://ca.test:9000", "ca.test:9000"));
    CHECK(!skipped("https://ca.test", "ca.test:9000"));
}

}  // namespace step::client
