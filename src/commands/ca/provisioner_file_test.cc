// What an edit changes and what it leaves alone: rules of our own, checked on entries of ours.
#include "commands/ca/provisioner_file.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "json/write.h"

namespace step::commands {
namespace {

// Example key of RFC 7517, appendix A.1.
constexpr std::string_view kKey = R"({"kty":"EC","kid":"1","crv":"P-256","alg":"ES256",)"
                                  R"("x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
                                  R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})";

std::string entry_text(std::string_view name, std::string_view more = "") {
    return R"({"type":"JWK","name":")" + std::string(name) + R"(","key":)" + std::string(kKey) +
           std::string(more) + "}";
}

ProvisionerFile file_with(const std::string& entries) {
    return *ProvisionerFile::parse(R"({"zzz":1e400,"Authority":{"other":[],"provisioners":[)" +
                                       entries + R"(],"x":null},"aaa":{"b":"<"}})",
                                   "ca.json");
}

}  // namespace

TEST_CASE("an edit keeps unknown members, their order and numbers as written") {
    ProvisionerFile file = file_with(entry_text("a"));
    REQUIRE(file.add(*json::parse(entry_text("b"))));
    REQUIRE(file.remove("a"));
    const auto expected = json::parse(R"({"zzz":1e400,"Authority":{"other":[],"provisioners":[)" +
                                      entry_text("b") + R"(],"x":null},"aaa":{"b":"<"}})");
    CHECK(file.text() == json::encode_indent(*expected, "\t"));
}

TEST_CASE("a name or an id that is taken is refused, and nothing is added") {
    ProvisionerFile file = file_with(entry_text("a"));
    const std::string before = file.text();
    const Status again = file.add(*json::parse(entry_text("a")));
    REQUIRE(!again);
    CHECK(again.error().detail == "cannot add multiple provisioners with the same id");
    const Status named = file.add(*json::parse(R"({"type":"ACME","name":"a"})"));
    REQUIRE(!named);
    CHECK(named.error().detail == "cannot add multiple provisioners with the same name");
    CHECK(file.text() == before);
    CHECK(file.add(*json::parse(R"({"type":"Azure","name":"one","tenantID":"T"})")));
    const Status tenant = file.add(*json::parse(R"({"type":"Azure","name":"two","tenantID":"T"})"));
    REQUIRE(!tenant);
    CHECK(tenant.error().detail ==
          "cannot add multiple provisioners with the same id: T is that of 'one'");
}

TEST_CASE("an entry that step-ca would disable is refused with step-ca's words") {
    ProvisionerFile file = file_with("");
    const Status added = file.add(*json::parse(
        entry_text("a", R"(,"claims":{"minTLSCertDuration":"2h","maxTLSCertDuration":"1h"})")));
    REQUIRE(!added);
    CHECK(added.error().detail ==
          "claims: MaxCertDuration cannot be less than MinCertDuration: MaxCertDuration - 1h0m0s, "
          "MinCertDuration - 2h0m0s");
    CHECK(!file.remove("a"));
}

TEST_CASE("a file without provisioners gets the list") {
    auto file = ProvisionerFile::parse("{}", "ca.json");
    REQUIRE(file);
    REQUIRE(file->add(*json::parse(entry_text("a"))));
    CHECK(file->find("a") != nullptr);
}

TEST_CASE("what is no ca.json is refused") {
    for (const char* text :
         {"", "[]", "{", R"({"authority":[]})", R"({"authority":{"provisioners":{}}})"}) {
        CAPTURE(text);
        const auto file = ProvisionerFile::parse(text, "ca.json");
        REQUIRE(!file);
        CHECK(file.error().detail.starts_with("error parsing ca.json: "));
    }
}

TEST_CASE("members are found, replaced and removed in any case, as Go reads them") {
    json::Value object = *json::parse(R"({"Name":"a","NAME":"b","x":1})");
    CHECK(*member_of(object, "name")->as_string() == "b");
    set_member(object, "name", "c");
    CHECK(json::encode(object) == R"({"Name":"a","NAME":"c","x":1})");
    remove_member(object, "name");
    CHECK(json::encode(object) == R"({"x":1})");
}

}  // namespace step::commands
