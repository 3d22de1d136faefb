#include <doctest/doctest.h>

#include "acme/api/payloads_impl.h"
#include "acme/problem_types.h"

namespace step::acme {
namespace {

template <class T>
std::string failure(const Result<T>& read) {
    return read ? "" : std::string(read.error().reason) + " " + read.error().detail;
}

TEST_CASE("payloads are read as Go reads them: names in any case, unknown members, null") {
    const auto account = read_new_account(
        R"({"CONTACT":["mailto:a@x.test"],"x":[],"onlyReturnExisting":null,"contact":["tel:1"]})");
    REQUIRE(account);
    CHECK(account->contacts == std::vector<std::string>{"tel:1"});
    CHECK(!account->only_return_existing);
    CHECK(read_new_account("null"));
    CHECK(failure(read_new_account("{} x")).starts_with("acme.malformed failed to unmarshal"));
    CHECK(failure(read_new_account("7")).starts_with("acme.malformed failed to unmarshal"));
}

TEST_CASE("contacts have limits, and a mailto names one address") {
    const auto contact = [](const std::string& text) {
        return failure(read_new_account(R"({"contact":[")" + text + R"("]})"));
    };
    CHECK(contact("mailto:a@x.test").empty());
    CHECK(contact("https://x.test/me").empty());
    CHECK(contact("anything").empty());
    CHECK(contact("") == "acme.malformed contact cannot be empty string");
    for (const char* bad : {"mailto:a@x.test?subject=1", "mailto:a@x.test,b@x.test",
                            "mailto:", "mailto:a", "mailto:@x.test", "mailto:a@"}) {
        CHECK(contact(bad).starts_with("acme.invalidContact"));
    }
    CHECK(contact(std::string(512, 'x')).empty());
    CHECK(contact(std::string(513, 'x')).starts_with("acme.invalidContact"));
}

TEST_CASE("an account changes its contacts or is deactivated, or nothing happens") {
    CHECK(!read_account_change("{}")->contacts);
    CHECK(!read_account_change(R"({"contact":null})")->contacts);
    CHECK(read_account_change(R"({"contact":[]})")->contacts->empty());
    CHECK(read_account_change(R"({"status":"deactivated"})")->deactivate);
    CHECK(!read_account_change(R"({"status":"deactivated","contact":[]})")->contacts);
    CHECK(!read_account_change(R"({"status":"valid"})"));
    CHECK(!read_account_change(R"({"status":"deactivated","contact":["tel:1"]})"));
}

TEST_CASE("times of an order are RFC 3339 with any offset; Go's zero time is none") {
    const auto order = [](const std::string& more) {
        return read_new_order(R"({"identifiers":[{"type":"dns","value":"a"}])" + more + "}");
    };
    const auto both = order(R"(,"notBefore":"2024-01-02T05:04:05.9+02:00","notAfter":null)");
    REQUIRE(both);
    CHECK(both->not_before == SysSeconds(std::chrono::seconds(1'704'164'645)));
    CHECK(!both->not_after);
    CHECK(!order(R"(,"notAfter":"0001-01-01T00:00:00Z")")->not_after);
    for (const char* bad : {R"("")", "7", R"("2024-01-02")", R"("2024-13-02T00:00:00Z")"}) {
        CHECK(failure(order(std::string(R"(,"notAfter":)") + bad))
                  .starts_with("acme.malformed notAfter is no time of RFC 3339"));
    }
}

TEST_CASE("a reason for a revocation that fits no octet is still told as a bad reason") {
    const auto reason = [](const char* text) {
        return read_revocation(std::string(R"({"certificate":"AA==","reason":)") + text + "}");
    };
    CHECK(reason("1")->reason == 1);
    CHECK(reason("null")->reason == std::nullopt);
    CHECK(reason("-1")->reason == -1);
    CHECK(reason("99999999999")->reason == -1);
    CHECK(!reason("1.5"));
    CHECK(reason("1")->certificate == Bytes(1, '\0'));
}

}  // namespace
}  // namespace step::acme
