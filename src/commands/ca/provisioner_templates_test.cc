#include "commands/ca/provisioner_templates.h"

#include <doctest/doctest.h>

#include "json/parse.h"
#include "json/write.h"

namespace step::commands {
namespace {

std::string changed(std::string_view entry, const std::vector<TemplateChange>& changes) {
    json::Value value = *json::parse(entry);
    set_templates(value, changes);
    return json::encode(value);
}

TEST_CASE("templates go into the options, which are made where there are none") {
    const std::vector<TemplateChange> both = {
        {.part = "x509", .member = "template", .value = "{}"},
        {.part = "ssh", .member = "templateData", .value = json::Object{{"a", 1}}}};
    CHECK(changed(R"({"name":"x"})", both) ==
          R"({"name":"x","options":{"x509":{"template":"{}"},"ssh":{"templateData":{"a":1}}}})");
    CHECK(changed(R"({"Options":{"X509":{"templateData":1,"other":2},"webhooks":[]}})", both) ==
          R"({"Options":{"X509":{"templateData":1,"other":2,"template":"{}"},"webhooks":[],)"
          R"("ssh":{"templateData":{"a":1}}}})");
}

TEST_CASE("an empty name takes a template out, and its file with it") {
    CHECK(changed(R"({"options":{"x509":{"templateFile":"f","template":"{}","templateData":{}}}})",
                  {{.part = "x509", .member = "template"}}) ==
          R"({"options":{"x509":{"templateData":{}}}})");
    CHECK(changed(R"({"options":{"x509":{"templateFile":"f","templateData":{}}}})",
                  {{.part = "x509", .member = "templateData"}}) ==
          R"({"options":{"x509":{"templateFile":"f"}}})");
}

TEST_CASE("a new template stands instead of a file") {
    CHECK(changed(R"({"options":{"ssh":{"templateFile":"f"}}})",
                  {{.part = "ssh", .member = "template", .value = "{}"}}) ==
          R"({"options":{"ssh":{"template":"{}"}}})");
}

}  // namespace
}  // namespace step::commands
