#include "challenge/place.h"

#include <doctest/doctest.h>

namespace step::challenge {
namespace {

constexpr std::uint16_t kPorts[] = {80, 443, 5002};

std::string followed(std::string_view location) {
    const Place from{.host = "a.test", .port = 5002, .target = "/b/c?d"};
    const auto to = follow(from, location, kPorts);
    return to ? to->url() : to.error().detail;
}

TEST_CASE("a Location is read against the URL it came from") {
    struct Case {
        std::string_view location, url;
    };
    // The examples of RFC 3986 5.4 that are not about schemes, for /b/c?d.
    for (const auto& [location, url] : {
             Case{"g", "http://a.test:5002/b/g"},
             Case{"./g", "http://a.test:5002/b/g"},
             Case{"g/", "http://a.test:5002/b/g/"},
             Case{"/g", "http://a.test:5002/g"},
             Case{"?y", "http://a.test:5002/b/c?y"},
             Case{"g?y", "http://a.test:5002/b/g?y"},
             Case{"#s", "http://a.test:5002/b/c?d"},
             Case{"g?y#s", "http://a.test:5002/b/g?y"},
             Case{";x", "http://a.test:5002/b/;x"},
             Case{".", "http://a.test:5002/b/"},
             Case{"..", "http://a.test:5002/"},
             Case{"../g", "http://a.test:5002/g"},
             Case{"../../../g", "http://a.test:5002/g"},
             Case{"/../g", "http://a.test:5002/g"},
             Case{"g..", "http://a.test:5002/b/g.."},
             Case{"./g/.", "http://a.test:5002/b/g/"},
             Case{"g/./h", "http://a.test:5002/b/g/h"},
             Case{"g/../h", "http://a.test:5002/b/h"},
             Case{"//b.test", "http://b.test/"},
             Case{"//b.test/x", "http://b.test/x"},
             Case{"https://b.test", "https://b.test/"},
             Case{"HTTPS://B.test./x?y#z", "https://B.test/x?y"},
             Case{"https://b.test:443/", "https://b.test/"},
             Case{"https://b.test:80/", "https://b.test:80/"},
             Case{"http://b.test:5002/", "http://b.test:5002/"},
             Case{"http://[2001:db8::1]/x", "http://[2001:db8::1]/x"},
             Case{"http://[2001:db8::1]:5002/x", "http://[2001:db8::1]:5002/x"},
             Case{"http://192.0.2.1/x", "http://192.0.2.1/x"},
             Case{"/a%20b", "http://a.test:5002/a%20b"},
             Case{"/\xc3\xbc", "http://a.test:5002/%C3%BC"},
             Case{"/a b", "http://a.test:5002/a%20b"},
             Case{"http://b.test?q", "http://b.test/?q"},
         }) {
        CAPTURE(location);
        CHECK(followed(location) == url);
    }
}

TEST_CASE("a Location that leads away from the web is refused, one that is no URL is an error") {
    const Place from{.host = "a.test", .target = "/"};
    const auto code = [&](std::string_view location) {
        const auto to = follow(from, location, kPorts);
        REQUIRE_FALSE(to);
        return to.error().code;
    };
    for (const std::string_view location :
         {"ftp://a.test/", "file:/x", "mailto:a@a.test", "data:,x", "http://a.test:81/",
          "http://a.test:0/", "http://user@a.test/", "http://@a.test/", "http://127.1/",
          "http://a_b..test/", "http://%31%32%37.0.0.1.x%00/", "http://*/"}) {
        CAPTURE(location);
        const Code got = code(location);
        CHECK((got == Code::kForbidden || got == Code::kInvalidArgument));
    }
    for (const std::string_view location : {"", "http:", "http:///x", "http://a.test:99999/",
                                            "http://[::1/", "http://a.test:x/", "http:x", "%zz"}) {
        CAPTURE(location);
        CHECK(code(location) == Code::kInvalidArgument);
    }
}

}  // namespace
}  // namespace step::challenge
