#include <doctest/doctest.h>

#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "json/decode.h"
#include "json/parse.h"
#include "policy/compile.h"
#include "tests/support/data.h"
#include "x509/san.h"

// tests/data/policy/rows.json holds what the original said to cases.json (tools/gen/policy.go);
// different.json what we say instead, with the reason.
namespace step::policy {
namespace {

json::Value load(const std::string& name) {
    Result<json::Value> value = json::parse(test::data("policy/" + name));
    REQUIRE(value);
    return *std::move(value);
}

const json::Value& member(const json::Value& value, std::string_view name) {
    const json::Value* found = value.find(name);
    REQUIRE_MESSAGE(found != nullptr, name);
    return *found;
}

const json::Array& items(const json::Value& value, std::string_view name) {
    const json::Array* list = member(value, name).as_array();
    REQUIRE(list != nullptr);
    return *list;
}

const std::string& text_at(const json::Value& row, std::size_t index) {
    REQUIRE((row.as_array() != nullptr && row.as_array()->size() > index));
    const std::string* text = (*row.as_array())[index].as_string();
    REQUIRE(text != nullptr);
    return *text;
}

std::size_t index_at(const json::Value& row, std::size_t index) {
    const json::Number* number = (*row.as_array())[index].as_number();
    REQUIRE(number != nullptr);
    return static_cast<std::size_t>(*json::to_int64(*number));
}

struct Given {
    std::string cn{};
    x509::AltNames names{};
    std::vector<std::string> principals{};
};

Given read_names(const json::Value& value) {
    Given given;
    std::vector<std::string> ips, uris;
    json::Fields fields(value, "names");
    fields.get("cn", given.cn)
        .get("dns", given.names.dns)
        .get("ip", ips)
        .get("email", given.names.emails)
        .get("uri", uris)
        .get("principals", given.principals);
    REQUIRE(fields.status());
    for (const std::string& ip : ips) {
        given.names.ips.push_back(*parse_ip(ip));
    }
    for (const std::string& uri : uris) {
        given.names.uris.push_back(format_uri(*parse_uri(uri)));
    }
    return given;
}

Entry entry_of(std::string_view half, const json::Value& policy) {
    const json::Value whole(json::Object{{.name = std::string(half), .value = policy}});
    Result<Entry> entry = parse_entry(whole, "policy");
    REQUIRE(entry);
    return *std::move(entry);
}

std::string verdict(const Status& status) {
    return status ? "" : status.error().detail;
}

/// What the original says, unless different.json has something for the row.
std::string expected(const json::Value& different, const std::string& row, std::string original) {
    const json::Value* ours = different.find_exact(row);
    if (ours == nullptr) {
        return original;
    }
    CHECK_MESSAGE(text_at(*ours, 0) == original, row, " is listed with another verdict");
    return text_at(*ours, 1);
}

/// A key of different.json: "DNS, 3, {"dns":["*.a.test"]}".
std::string key_of(const std::string& about, std::size_t policy, const std::string& name) {
    return fmt::format("{}, {}, {}", about, policy, name);
}

std::string show(const json::Value& names) {
    std::string out;
    for (const json::Member& one : *names.as_object()) {
        const std::string* text = one.value.as_string();
        out += (out.empty() ? "" : " ") + one.name + "=";
        if (text != nullptr) {
            out += *text;
        } else {
            for (const json::Value& item : *one.value.as_array()) {
                out += (out.back() == '=' ? "" : ",") + *item.as_string();
            }
        }
    }
    return out;
}

std::size_t replay(std::string_view half, const json::Value& different) {
    const json::Value cases = load("cases.json"), rows = load("rows.json");
    const json::Array& groups = items(cases, half);
    std::size_t count = 0, group = 0;
    for (const json::Value& recorded : items(rows, half)) {
        const json::Value& given = groups[group++];
        const std::string& about = *member(given, "about").as_string();
        for (const json::Value& row : items(recorded, "rows")) {
            const std::size_t policy = index_at(row, 0);
            const json::Value& names = items(given, "names")[index_at(row, 1)];
            const Entry entry = entry_of(half, items(given, "policies")[policy]);
            const Given asked = read_names(names);
            std::string said, key = key_of(about, policy, show(names)), original;
            if (half == "x509") {
                original = text_at(row, 2);
                const Result<X509Policy> compiled = X509Policy::compile(entry.x509, "policy.x509");
                REQUIRE(compiled);
                said = verdict(compiled->check(asked.cn, asked.names));
            } else {
                const std::string& type = text_at(row, 2);
                original = text_at(row, 3);
                key += " " + type;
                const Result<SshPolicy> compiled = SshPolicy::compile(entry.ssh, "policy.ssh");
                REQUIRE(compiled);
                const Status status = type == "user" ? compiled->check_user(asked.principals)
                                                     : compiled->check_host(asked.principals);
                said = verdict(status);
                original = trim_right(original);
                // The authority's own words for the other kind; both levels have theirs.
                if (original.starts_with("authority not allowed to sign")) {
                    original = "SSH " + type + " certificate not authorized";
                }
            }
            CHECK_MESSAGE(said == expected(different, key, original), key);
            ++count;
        }
    }
    return count;
}

}  // namespace

TEST_CASE("X.509 names get the original's verdict in its words, or the listed one of ours") {
    CHECK(replay("x509", load("different.json")) > 700);
}

TEST_CASE("SSH principals get the original's verdict in its words") {
    CHECK(replay("ssh", load("different.json")) > 400);
}

TEST_CASE("a rule that is none is refused in the original's words") {
    const json::Value different = load("different.json"), rows = load("rows.json");
    const json::Value& config = member(rows, "config");
    std::size_t count = 0;
    for (const json::Member& kind : *config.as_object()) {
        for (const json::Value& row : *kind.value.as_array()) {
            std::size_t column = 1;
            for (const char* list : {"allow", "deny"}) {
                const json::Value names(json::Object{
                    {.name = kind.name, .value = json::Array{json::Value(text_at(row, 0))}}});
                const Entry entry = entry_of("x509", json::Object{{.name = list, .value = names}});
                const Result<Policies> compiled = compile(entry, "policy");
                std::string original = text_at(row, column++);
                // A misspelling that later versions have corrected.
                if (const auto at = original.find(" contraint "); at != std::string::npos) {
                    original.insert(at + 4, "s");
                }
                const std::string key =
                    fmt::format("config, {} {}, {}", list, kind.name, text_at(row, 0));
                CHECK_MESSAGE(
                    (compiled ? "" : compiled.error().detail) == expected(different, key, original),
                    key);
                CHECK(find_mistakes(entry, "policy").empty() == static_cast<bool>(compiled));
                ++count;
            }
        }
    }
    CHECK(count > 150);
}

}  // namespace step::policy
