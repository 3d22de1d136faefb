#include "webhook/config.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "json/write.h"

namespace step::webhook {
namespace {

std::vector<Entry> read(std::string_view text, std::size_t mistakes = 0) {
    std::vector<Error> errors;
    auto entries = read_entries(*json::parse(text), "options.webhooks", errors);
    CHECK(errors.size() == mistakes);
    return entries;
}

std::string failure(Entry entry) {
    const auto made = to_webhook(entry);
    return made ? "ok" : made.error().detail;
}

Entry good() {
    return {.id = "1", .name = "n", .url = "https://a.test/x", .kind = "ENRICHING"};
}

// As GET /provisioners of step-ca v0.30.2 shows them.
TEST_CASE("entries are shown as the original lists them, without anything secret") {
    const auto entries = read(R"([{"id":"1","name":"a","url":"https://a/?x={{ .Token.sub }}",
        "kind":"enriching","certType":"X509","secret":"c2VjcmV0","bearerToken":"b"},
        {"NAME":"b","disableTLSClientAuth":true}, null])");
    CHECK(json::encode(show_entries(entries)) ==
          R"([{"id":"1","name":"a","url":"https://a/?x={{ .Token.sub }}","kind":"ENRICHING",)"
          R"("certType":"X509"},{"id":"","name":"b","url":"","kind":"",)"
          R"("disableTLSClientAuth":true,"certType":""}])");
    CHECK(read("null").empty());
}

TEST_CASE("members of the wrong type are told with their place") {
    read(R"([{"id":1,"disableTLSClientAuth":"yes"}])", 2);
    read(R"({"id":"1"})", 1);
    read("[1]", 1);
}

TEST_CASE("what makes no sense is refused in the original's words") {
    CHECK(failure(good()) == "ok");
    Entry entry = good();
    entry.name = "";
    CHECK(failure(entry) == "webhook name is required");
    for (const auto& [url, words] : std::initializer_list<std::pair<const char*, const char*>>{
             {"", "webhook url is invalid"},
             {"/x", "webhook url is invalid"},
             {"https://", "webhook url is invalid"},
             {"https://a b/", "webhook url is invalid"},
             {"http://a.test", "webhook url must use https"},
             {"https://u:p@a.test", "webhook url may not contain username or password"},
             {"https://u@a.test/", "webhook url may not contain username or password"},
             {"https://@a.test", "webhook url may not contain username or password"},
             {"https://a.test/@b", "ok"},
             {"https://a.test/{{ .Token.sub }}", "ok"}}) {
        entry = good();
        entry.url = url;
        CHECK_MESSAGE(failure(entry) == words, url);
    }
    entry = good();
    entry.url = "https://a.test/{{ .Token.sub ";
    CHECK(failure(entry).starts_with("webhook url is invalid: template: url:1: "));
    entry = good();
    entry.kind = "";
    CHECK(failure(entry) == "webhook kind is required");
    entry.kind = "NO_KIND";
    CHECK(failure(entry) == "webhook kind is invalid");
}

TEST_CASE("a certificate type that no certificate has is refused, for it would never be asked") {
    Entry entry = good();
    entry.cert_type = "x509";
    CHECK(to_webhook(entry)->cert_type == CertType::kX509);
    entry.cert_type = "TLS";
    CHECK(failure(entry) == "webhook certType is invalid");
    for (const CertType type : {CertType::kAll, CertType::kX509, CertType::kSsh}) {
        entry.cert_type = cert_type_name(type);
        CHECK(to_webhook(entry)->cert_type == type);
    }
    for (const Kind kind :
         {Kind::kEnriching, Kind::kAuthorizing, Kind::kScepChallenge, Kind::kNotifying}) {
        entry.kind = kind_name(kind);
        CHECK(to_webhook(entry)->kind == kind);
    }
}

}  // namespace
}  // namespace step::webhook
