#include "x509/san.h"

#include <doctest/doctest.h>

#include "base/hex.h"

namespace step::x509 {
namespace {

using Strings = std::vector<std::string>;

TEST_CASE("names are sorted into kinds as the original does") {
    const auto names = classify_names({"b.test", "10.0.0.1", "x@y.test", "https://u.test/p", "::1",
                                       "host:8080", "", "*.w.test", "mailto:a@b.test"});
    REQUIRE(names);
    CHECK(names->dns == Strings{"b.test", "*.w.test"});
    CHECK(names->emails == Strings{"x@y.test"});
    CHECK(names->ips == std::vector<Bytes>{Bytes("\x0a\0\0\1", 4), Bytes(15, '\0') + "\1"});
    CHECK(names->uris == Strings{"https://u.test/p", "host:8080", "mailto:a@b.test"});
    CHECK(names->size() == 9 - 1);
}

TEST_CASE("a name that is not ASCII cannot be written and says so in Go's words") {
    for (const char* name : {"bücher.test", "ü@b.test"}) {
        const auto names = classify_names({name});
        REQUIRE(!names);
        CHECK(names.error().code == Code::kInvalidArgument);
        CHECK(names.error().detail ==
              "x509: \"" + std::string(name) + "\" cannot be encoded as an IA5String");
    }
    // A path is escaped by Go before it is written.
    CHECK(classify_names({"https://a.test/ü"})->uris == Strings{"https://a.test/%C3%BC"});
}

TEST_CASE("the extension is written in Go's order: DNS, email, IP, URI") {
    // Recorded: create-leaf-sans in certificates/facts.json of the golden data begins like this.
    const auto names =
        classify_names({"b.test", "10.0.0.1", "x@y.test", "https://u.test/p", "a.test"});
    CHECK(encode_hex(encode_alt_names(*names)) ==
          "30328206622e746573748206612e7465737481087840792e7465737487040a000001861068747470733a2f"
          "2f752e746573742f70");
    const auto parsed = parse_alt_names(encode_alt_names(*names));
    REQUIRE(parsed);
    CHECK(parsed->names == *names);
    CHECK(parsed->others.empty());
}

TEST_CASE("other kinds of name are kept whole") {
    const auto parsed =
        parse_alt_names(*parse_hex("300c"
                                   "8801"
                                   "2a"
                                   "a407"
                                   "3005"
                                   "3103"
                                   "0c01"
                                   "61"));
    REQUIRE(parsed);
    CHECK(parsed->names.empty());
    CHECK(parsed->others.size() == 2);
    CHECK(encode_hex(parsed->others[0]) == "88012a");
}

TEST_CASE("alternative names that Go refuses are refused") {
    const auto error = [](std::string_view hex) {
        const auto parsed = parse_alt_names(*parse_hex(hex));
        return parsed ? "" : parsed.error().detail;
    };
    CHECK(error("31") == "x509: invalid subject alternative names");
    CHECK(error("300000") == "x509: invalid subject alternative names");
    CHECK(error("300282") == "x509: invalid subject alternative names");
    CHECK(error("30038201ff") == "x509: SAN dNSName is malformed");
    CHECK(error("30038101ff") == "x509: SAN rfc822Name is malformed");
    CHECK(error("30038601ff") == "x509: SAN uniformResourceIdentifier is malformed");
    CHECK(error("30058703010203") == "x509: cannot parse IP address of length 3");
    CHECK(error("300886063a2f2f612f2f").starts_with("x509: cannot parse URI"));
    // "https://a../": the host has an empty label.
    CHECK(error("300e860c68747470733a2f2f612e2e2f") ==
          "x509: cannot parse URI \"https://a../\": invalid domain");
    CHECK(error("3000").empty());
}

}  // namespace
}  // namespace step::x509
