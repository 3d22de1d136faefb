#include "ca/access_log.h"

#include <doctest/doctest.h>

#include "base/log.h"
#include "ca/log.h"
#include "json/parse.h"
#include "tests/support/fake_clock.h"

namespace step::ca {
namespace {

using namespace std::chrono_literals;

struct Example {
    test::FakeClock clock;
    http::Request request;
    http::Response response;
    AccessLogOptions options;

    Example() {
        request.method = "POST";
        request.path = "/1.0/sign";
        request.protocol = "HTTP/1.1";
        request.id = "id-1";
        request.remote = "10.1.2.3:4567";
        request.headers = {{"User-Agent", "step/0.30 (x)"}, {"referer", "a\r\nb"}};
        response.status = 201;
        response.body = "12345";
    }
    std::string line() { return format_access(options, request, response, 1'500us, clock.now()); }
};

// Layouts of logrus 1.9 (text, JSON) and of the original's own "common".
TEST_CASE("text is logfmt: time, level, then fields by name, quoted where needed") {
    Example example;
    example.response.log = {{"subject", "leaf test"}, {"serial", "12"}, {"mTLS", true}};
    CHECK(example.line() ==
          "time=\"2024-01-02T03:04:05Z\" level=info duration=1.5ms duration-ns=1500000 "
          "fields.time=\"2024-01-02T03:04:04Z\" mTLS=true method=POST name=ca path=/1.0/sign "
          "protocol=HTTP/1.1 referer=ab remote-address=10.1.2.3 request-id=id-1 serial=12 size=5 "
          "status=201 subject=\"leaf test\" user-agent=\"step/0.30 (x)\" user-id=\n");
}

TEST_CASE("json is one object a line, keys by name, numbers as numbers, lists as lists") {
    Example example;
    example.options.format = LogFormat::kJson;
    example.request.query = "a=<b>";
    example.response.status = 403;
    example.response.log = {{"sans", std::vector<std::string>{"a", "b"}}};
    const std::string want =
        R"({"duration":"1.5ms","duration-ns":1500000,"fields.time":"2024-01-02T03:04:04Z",)"
        R"("level":"warning","method":"POST","msg":"","name":"ca","path":"/1.0/sign?a=\u003cb\u003e",)"
        R"("protocol":"HTTP/1.1","referer":"ab","remote-address":"10.1.2.3","request-id":"id-1",)"
        R"("sans":["a","b"],"size":5,"status":403,"time":"2024-01-02T03:04:05Z",)"
        R"j("user-agent":"step/0.30 (x)","user-id":""})j";
    CHECK(example.line() == want + "\n");
}

TEST_CASE("common has nine columns, a dash for what is empty") {
    Example example;
    example.options.format = LogFormat::kCommon;
    example.request.method = "HEAD";
    CHECK(example.line() ==
          "id-1 10.1.2.3 ca - 2024-01-02T03:04:04Z 1.5ms \"HEAD /1.0/sign HTTP/1.1\" 201 0\n");
    example.request.id = "";
    CHECK(example.line().starts_with("- 10.1.2.3 ca - "));
}

TEST_CASE("a 5xx is an error") {
    Example example;
    example.response.status = 500;
    CHECK(example.line().find(" level=error ") != std::string::npos);
}

TEST_CASE("what the handler says wins over what we say, and a token is never logged") {
    Example example;
    example.response.log = {{"ott", "secret.token.here"}, {"user-id", "u"}};
    for (const LogFormat format : {LogFormat::kText, LogFormat::kJson, LogFormat::kCommon}) {
        example.options.format = format;
        CHECK(example.line().find("secret") == std::string::npos);
    }
    example.options.format = LogFormat::kText;
    CHECK(example.line().ends_with(" user-id=u\n"));
}

TEST_CASE("no line break from outside makes a second line") {
    Example example;
    example.request.id = "a\nb";
    example.request.path = "/x\r\ny";
    example.request.headers = {{"User-Agent", "x\nlevel=info"}};
    example.response.log = {{"error", "first\nsecond"}};
    for (const LogFormat format : {LogFormat::kText, LogFormat::kJson, LogFormat::kCommon}) {
        example.options.format = format;
        const std::string line = example.line();
        CHECK(line.find('\n') == line.size() - 1);
        CHECK(line.find('\r') == std::string::npos);
    }
}

TEST_CASE("the real address is taken from headers only if asked for") {
    Example example;
    example.request.headers = {{"X-Forwarded-For", "192.0.2.1, 10.0.0.1"}};
    CHECK(example.line().find("remote-address=10.1.2.3 ") != std::string::npos);
    example.options.real_ip = true;
    CHECK(example.line().find("remote-address=192.0.2.1 ") != std::string::npos);
    example.request.headers.emplace_back("X-Real-IP", "192.0.2.2");
    CHECK(example.line().find("remote-address=192.0.2.2 ") != std::string::npos);
}

TEST_CASE("/health is left out only if asked for and only while it is well") {
    Example example;
    example.request.path = "/health";
    CHECK_FALSE(example.line().empty());
    example.options.skip_health = true;
    CHECK(example.line().empty());
    example.response.status = 500;
    CHECK_FALSE(example.line().empty());
}

TEST_CASE("format names of ca.json") {
    CHECK(to_log_format("") == LogFormat::kText);
    CHECK(to_log_format("text") == LogFormat::kText);
    CHECK(to_log_format("json") == LogFormat::kJson);
    CHECK(to_log_format("common") == LogFormat::kCommon);
}

struct Lines final : Sink {
    std::string text;
    void write(std::string_view line) override { text += line; }
};

TEST_CASE("the program's own log is one line with Go's time in front") {
    const test::FakeClock clock;
    Lines sink;
    ProgramLog log(sink, clock);
    log.write(Level::kInfo, "two\nlines",
              {{"n", std::int64_t{3}},
               {"s", "x y"},
               {"b", true},
               {"l", std::vector<std::string>{"a", "b"}}});
    CHECK(sink.text.size() > 20);
    CHECK(sink.text.substr(4, 1) == "/");
    CHECK(sink.text.substr(19) == " two lines n=3 s=\"x y\" b=true l=\"a,b\"\n");
}

}  // namespace
}  // namespace step::ca
