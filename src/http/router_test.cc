#include "http/router.h"

#include <doctest/doctest.h>

namespace step::http {
namespace {

Router sample() {
    Router router;
    for (const auto& [method, pattern] : {std::pair{"GET", "/a"},
                                          {"POST", "/a"},
                                          {"GET", "/a/{}"},
                                          {"POST", "/a/fixed"},
                                          {"DELETE", "/a/{}"},
                                          {"GET", "/p/{}/x/{}"},
                                          {"GET", "/q/{}.pem"}}) {
        router.add({method, pattern, 0, [](const Request&) { return Response{}; }});
    }
    return router;
}

TEST_CASE("a hole matches one segment that is not empty, as sent") {
    const Router router = sample();
    CHECK(router.find("GET", "/a/b%2Fc").captures == std::vector<std::string>{"b%2Fc"});
    // As Go's mux: decoded if that has only one spelling.
    CHECK(router.find("GET", "/a/b%20c%C3%A9").captures == std::vector<std::string>{"b c\xc3\xa9"});
    for (const char* other : {"b%2fc", "b%63", "b%c3", "b%20*", "%", "%4", "%zz"}) {
        CHECK(router.find("GET", std::string("/a/") + other).captures ==
              std::vector<std::string>{other});
    }
    CHECK(router.find("GET", "/p//x/2").captures == std::vector<std::string>{"", "2"});
    CHECK(router.find("GET", "/p/1/x/").route == nullptr);
    CHECK(router.find("GET", "/p/1/x/2").captures == std::vector<std::string>{"1", "2"});
    for (const char* path : {"/a/", "/a/b/c", "/p/1/x/", "/p/1/2", "", "a", "/A"}) {
        CAPTURE(path);
        const auto match = router.find("GET", path);
        CHECK(match.route == nullptr);
        CHECK(match.allowed.empty());
    }
}

TEST_CASE("the wrong method tells the right ones once each, HEAD finds GET") {
    const Router router = sample();
    CHECK(router.find("PUT", "/a").allowed == std::vector<std::string>{"GET", "POST"});
    CHECK(router.find("PUT", "/a/fixed").allowed ==
          std::vector<std::string>{"POST", "GET", "DELETE"});
    CHECK(router.find("HEAD", "/a").route == router.find("GET", "/a").route);
    CHECK(router.find("HEAD", "/a/x").captures == std::vector<std::string>{"x"});
    CHECK(router.find("HEAD", "/a").allowed.empty());
    CHECK(router.find("get", "/a").route == nullptr);
}

TEST_CASE("a fixed path goes before a pattern, another method of the pattern still fits") {
    const Router router = sample();
    CHECK(router.find("POST", "/a/fixed").route->pattern == "/a/fixed");
    CHECK(router.find("GET", "/a/fixed").route->pattern == "/a/{}");
}

TEST_CASE("headers are found in any case, reasons are Go's") {
    CHECK(find_header({{"X-a", "1"}, {"x-A", "2"}}, "X-A") == "1");
    CHECK(find_header({}, "X-A").empty());
    CHECK(reason_phrase(413) == "Request Entity Too Large");
    CHECK(reason_phrase(299).empty());
}

}  // namespace
}  // namespace step::http
