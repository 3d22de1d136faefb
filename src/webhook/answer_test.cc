#include "webhook/answer.h"

#include <doctest/doctest.h>

#include "json/write.h"

namespace step::webhook {
namespace {

std::string failure(std::string_view body) {
    const auto answer = parse_answer(body);
    return answer ? "ok" : answer.error().detail;
}

// The words are those that clients of step-ca v0.30.2 get.
TEST_CASE("an answer that cannot be read fails in Go's words") {
    CHECK(failure("<html>") == "invalid character '<' looking for beginning of value");
    CHECK(failure("") == "EOF");
    CHECK(failure(" \n") == "EOF");
    CHECK(failure("[]") ==
          "json: cannot unmarshal array into Go value of type webhook.ResponseBody");
    CHECK(failure(R"({"allow":"yes"})") ==
          "json: cannot unmarshal string into Go struct field ResponseBody.allow of type bool");
    CHECK(failure(R"({"allow":1})") ==
          "json: cannot unmarshal number 1 into Go struct field ResponseBody.allow of type bool");
    CHECK(failure(R"({"error":{"code":7}})") != "ok");
    CHECK(failure(R"({"error":"no"})") != "ok");
}

TEST_CASE("only a true allow allows") {
    const auto allows = [](std::string_view body) { return parse_answer(body)->allow; };
    CHECK(allows(R"({"allow":true})"));
    CHECK(allows(R"({"ALLOW":true,"other":[]} {"allow":false})"));
    CHECK_FALSE(allows("null"));
    CHECK_FALSE(allows("{}"));
    CHECK_FALSE(allows(R"({"allow":null})"));
    CHECK_FALSE(allows(R"({"allow":true,"allow":false})"));
}

TEST_CASE("data is kept as it is, and a refusal says why") {
    CHECK(json::encode(parse_answer(R"({"allow":true,"data":{"b":1.50,"a":[null]}})")->data) ==
          R"({"b":1.50,"a":[null]})");
    CHECK(refusal_text(*parse_answer("{}")) == "webhook server did not allow request");
    CHECK(refusal_text(*parse_answer(R"({"error":{"code":"c","message":"m"}})")) == "m (c)");
    CHECK(refusal_text(*parse_answer(R"({"error":{}})")) == " ()");
    Answer talkative;
    talkative.error.emplace();
    talkative.error->message.assign(100'000, 'x');
    CHECK(refusal_text(talkative).size() < 2010);
}

}  // namespace
}  // namespace step::webhook
