#include <doctest/doctest.h>

#include "base/ip.h"
#include "json/decode.h"
#include "json/parse.h"
#include "json/write.h"
#include "policy/compile.h"
#include "tests/support/fake_random.h"

// The verdicts of the original are in rows_test.cc; here is what it has not, and the rules that
// hold for every policy.
namespace step::policy {
namespace {

Entry entry(std::string_view text) {
    const Result<json::Value> value = json::parse(text);
    REQUIRE(value);
    Result<Entry> read = parse_entry(*value, "authority.policy");
    REQUIRE(read);
    return *std::move(read);
}

Policies policies(std::string_view text) {
    Result<Policies> compiled = compile(entry(text), "authority.policy");
    REQUIRE(compiled);
    return *std::move(compiled);
}

/// Why a DNS name is refused; "" if it is not.
std::string why(const Policies& policies, const std::string& dns) {
    const Status status = policies.x509->check("", x509::AltNames{.dns = {dns}});
    return status ? "" : status.error().cause;
}

bool allows(const X509Entry& rules, const x509::AltNames& names, std::string_view cn = "") {
    const Result<X509Policy> policy = X509Policy::compile(rules, "policy");
    REQUIRE(policy);
    return static_cast<bool>(policy->check(cn, names));
}

}  // namespace

TEST_CASE("a refusal says which rule it was, or which list has none") {
    const Policies rules = policies(
        R"({"x509":{"allow":{"dns":["*.a.test"]},"deny":{"dns":["x.test","Evil.a.test"]}}})");
    CHECK(why(rules, "evil.a.test") ==
          R"(denied by rule authority.policy.x509.deny.dns[1] "Evil.a.test")");
    CHECK(why(rules, "b.test") == "no rule of authority.policy.x509.allow.dns matches");
    CHECK(why(rules, "*.a.test") ==
          R"(denied by rule authority.policy.x509.deny.dns[1] "Evil.a.test")");
    CHECK(why(rules, "*.b.test") == "authority.policy.x509.allowWildcardNames is not true");
    const Status mail = rules.x509->check("", x509::AltNames{.emails = {"me@a.test"}});
    REQUIRE(!mail);
    CHECK(mail.error().code == Code::kForbidden);
    CHECK(mail.error().has_reason(kNotAllowed));
    CHECK(mail.error().cause ==
          "authority.policy.x509 has rules for other kinds of names, none for email");
}

TEST_CASE("of several rules that match, the first is named") {
    const Policies rules = policies(
        R"({"x509":{"deny":{"dns":["*.test","a.test","A.TEST"],"ip":["10.0.0.0/8","10.1.0.0/16"]}}})");
    CHECK(why(rules, "a.test") == R"(denied by rule authority.policy.x509.deny.dns[0] "*.test")");
    const Status ip = rules.x509->check("", x509::AltNames{.ips = {*parse_ip("10.1.2.3")}});
    REQUIRE(!ip);
    CHECK(ip.error().cause == R"(denied by rule authority.policy.x509.deny.ip[0] "10.0.0.0/8")");
}

TEST_CASE("an IPv4 address written as IPv6 meets the rules for IPv4") {
    const Policies rules = policies(R"({"x509":{"deny":{"ip":["10.0.0.0/8"]}}})");
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\1\2\3", 16);
    CHECK(!rules.x509->check("", x509::AltNames{.ips = {Bytes(kMapped)}}));
    CHECK(!rules.x509->check("", x509::AltNames{.ips = {Bytes(kMapped.substr(12))}}));
}

TEST_CASE("a denied common name is refused although its DNS form is not denied") {
    const X509Entry rules = entry(R"({"x509":{"deny":{"cn":["db.a.test"]}}})").x509;
    CHECK_FALSE(allows(rules, {}, "DB.a.test"));
    CHECK(allows(rules, {}, "web.a.test"));
    CHECK(allows(rules, {.dns = {"db.a.test"}}, "web.a.test"));
}

TEST_CASE("a wildcard name is refused if any name it stands for is denied") {
    for (const char* flag : {"true", "false"}) {
        const X509Entry rules =
            entry(R"({"x509":{"deny":{"dns":["*.evil.test","www.a.test","b.test"]},)"
                  R"("allowWildcardNames":)" +
                  std::string(flag) + "}}")
                .x509;
        CHECK_FALSE(allows(rules, {.dns = {"*.evil.test"}}));
        CHECK_FALSE(allows(rules, {.dns = {"*.EVIL.test"}}));
        CHECK_FALSE(allows(rules, {.dns = {"*.a.test"}}));
        CHECK_FALSE(allows(rules, {.dns = {"*.test"}}));
        CHECK(allows(rules, {.dns = {"*.www.a.test"}}));
        CHECK(allows(rules, {.dns = {"*.good.test"}}));
    }
}

TEST_CASE("names of kinds without rules need a policy without allow rules") {
    // A directory name and a registered ID.
    const x509::ParsedAltNames names{
        .others = {Bytes("\xa4\x02\x30\x00", 4), Bytes("\x88\x01\x2a", 3)}};
    const Result<X509Policy> deny =
        X509Policy::compile(entry(R"({"x509":{"deny":{"dns":["a.test"]}}})").x509, "p");
    const Result<X509Policy> allow =
        X509Policy::compile(entry(R"({"x509":{"allow":{"dns":["a.test"]}}})").x509, "p");
    REQUIRE(deny);
    REQUIRE(allow);
    CHECK(deny->check("", names));
    const Status refused = allow->check("", names);
    REQUIRE(!refused);
    CHECK(refused.error().has_reason(kNotAllowed));
}

TEST_CASE("a user principal name is held against the rules for email") {
    using std::string_literals::operator""s;
    const Bytes upn =
        "\xa0\x19\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x0b\x0c\x09"
        "me@a.test"s;
    const x509::ParsedAltNames names{.others = {upn}};
    const auto check = [&](std::string_view rules) {
        return X509Policy::compile(entry(rules).x509, "p")->check("", names);
    };
    CHECK(check(R"({"x509":{"allow":{"email":["@a.test"]}}})"));
    CHECK(check(R"({"x509":{"deny":{"email":["@b.test"]}}})"));
    CHECK_FALSE(check(R"({"x509":{"deny":{"email":["me@a.test"]}}})"));
    CHECK_FALSE(check(R"({"x509":{"allow":{"email":["@b.test"]}}})"));
    CHECK_FALSE(check(R"({"x509":{"allow":{"dns":["a.test"]}}})"));
}

TEST_CASE("a policy without names allows everything, whatever it says of wildcards") {
    CHECK(policies(R"({"x509":{"allowWildcardNames":false,"allow":{"dns":[]}},"ssh":null})").x509 ==
          nullptr);
    CHECK(policies("null").ssh == nullptr);
    const Result<X509Policy> empty = X509Policy::compile({}, "p");
    REQUIRE(empty);
    CHECK(empty->check("any thing", x509::AltNames{.dns = {"_ _"}}));
}

TEST_CASE("rules for one kind of SSH certificate refuse the other kind") {
    const Policies rules = policies(R"({"ssh":{"host":{"allow":{"dns":["a.test"]}}}})");
    CHECK(rules.ssh->check_host({"a.test"}));
    const Status user = rules.ssh->check_user({});
    REQUIRE(!user);
    CHECK(user.error().has_reason(kWrongKind));
    CHECK(user.error().detail == "SSH user certificate not authorized");
    CHECK(user.error().cause == "authority.policy.ssh has rules for host certificates only");
}

TEST_CASE("entries are read as Go reads them, and written in the original's order") {
    const Entry read =
        entry(R"({"X509":{"Deny":{"DNS":["b"],"cn":null},"ALLOW":{"uri":["u"],"dns":["a"],"x":1},
        "allowwildcardnames":true},"ssh":{"host":{"allow":{"principal":["p"],"dns":["h"]}},"user":{"deny":{}}}})");
    CHECK(
        json::encode(encode_entry(read)) ==
        R"({"x509":{"allow":{"dns":["a"],"uri":["u"]},"deny":{"dns":["b"]},"allowWildcardNames":true},)"
        R"("ssh":{"host":{"allow":{"dns":["h"],"principal":["p"]}}}})");
    CHECK(read.x509.deny.dns.at(0).place.line == 1);
}

TEST_CASE("a value of the wrong kind is named with its place, and the rest is read") {
    const Result<json::Value> value =
        json::parse("{\"x509\":{\"allow\":{\"dns\":[\"a.test\",\n 7],\"ip\":\"10.0.0.1\"}}}");
    REQUIRE(value);
    std::vector<Error> errors;
    const Entry read = read_entry(*value, "authority.policy", errors);
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].detail ==
          "cannot unmarshal number into field authority.policy.x509.allow.dns of type string");
    CHECK(errors[0].cause == "line 2, column 2");
    CHECK(errors[1].detail ==
          "cannot unmarshal string into field authority.policy.x509.allow.ip of type []string");
    CHECK(read.x509.allow.dns.size() == 1);
}

TEST_CASE("every mistake is found, with its path and place") {
    const Entry read = entry(
        "{\"x509\":{\"allow\":{\"dns\":[\"a.test\",\n\".b\"]},\"deny\":{\"ip\":[\"x\"]}},"
        "\"ssh\":{\"user\":{\"allow\":{\"email\":[\"*\"]}}}}");
    const std::vector<Mistake> mistakes = find_mistakes(read, "authority.policy");
    REQUIRE(mistakes.size() == 3);
    CHECK(mistakes[0].path == "authority.policy.x509.allow.dns[1]");
    CHECK(mistakes[0].place.line == 2);
    CHECK(mistakes[1].what == "cannot parse excluded constraint \"x\" as IP nor CIDR");
    CHECK(mistakes[2].path == "authority.policy.ssh.user.allow.email[0]");
    const Result<Policies> refused = compile(read, "authority.policy");
    REQUIRE(!refused);
    CHECK(refused.error().detail == mistakes[0].what);
    CHECK(json::place_of(refused.error()).line == 2);
}

// --- what holds for every policy ---------------------------------------------------------------

namespace {

/// Random policies over a few labels, so that rules and names meet.
struct Dice {
    test::FakeRandom random{};

    std::size_t below(std::size_t limit) {
        std::array<std::byte, 2> two{};
        random.fill(two);
        return (std::to_integer<std::size_t>(two[0]) * 256 + std::to_integer<std::size_t>(two[1])) %
               limit;
    }
    std::string label() { return std::string(1, static_cast<char>('a' + below(3))); }
    std::string domain() {
        std::string out = label();
        for (std::size_t more = below(3); more > 0; --more) {
            out += "." + label();
        }
        return out;
    }
    std::string ip() { return fmt::format("10.{}.0.{}", below(2), below(3)); }
    Rule dns_rule() { return {.text = (below(2) == 0 ? "*." : "") + domain()}; }

    X509Names list() {
        X509Names names;
        for (std::size_t count = below(4); count > 0; --count) {
            switch (below(5)) {
                case 0:
                    names.ip.push_back({.text = ip() + (below(2) == 0 ? "/16" : "")});
                    break;
                case 1:
                    names.email.push_back({.text = (below(2) == 0 ? "@" : "a@") + domain()});
                    break;
                case 2:
                    names.uri.push_back(dns_rule());
                    break;
                case 3:
                    names.cn.push_back({.text = domain()});
                    break;
                default:
                    names.dns.push_back(dns_rule());
            }
        }
        return names;
    }
    X509Entry rules() {
        X509Entry out{.allow = list(), .deny = list()};
        out.allow_wildcard_names = below(2) == 0;
        return out;
    }
    x509::AltNames names() {
        x509::AltNames out;
        switch (below(5)) {
            case 0:
                out.ips = {*parse_ip(ip())};
                break;
            case 1:
                out.emails = {"a@" + domain()};
                break;
            case 2:
                out.uris = {"https://" + domain()};
                break;
            case 3:
                out.dns = {"*." + domain()};
                break;
            default:
                out.dns = {domain()};
        }
        return out;
    }
};

void reverse(X509Names& names) {
    for (Rules* rules : {&names.cn, &names.dns, &names.ip, &names.email, &names.uri}) {
        std::ranges::reverse(*rules);
    }
}

void shout(Rules& rules) {
    for (Rule& rule : rules) {
        for (char& c : rule.text) {
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
}

constexpr int kRounds = 4000;

}  // namespace

TEST_CASE("a name that is denied stays denied whatever is allowed besides") {
    Dice dice;
    for (int round = 0; round < kRounds; ++round) {
        const x509::AltNames names = dice.names();
        const X509Entry only_deny{.deny = dice.list()};
        if (!allows(only_deny, names)) {
            X509Entry more = dice.rules();
            more.deny = only_deny.deny;
            CHECK_FALSE(allows(more, names));
        }
    }
}

TEST_CASE("one more allow rule of a kind that has some takes nothing away") {
    Dice dice;
    for (int round = 0; round < kRounds; ++round) {
        X509Entry rules = dice.rules();
        const x509::AltNames names = dice.names();
        if (rules.allow.dns.empty() || !allows(rules, names)) {
            continue;
        }
        rules.allow.dns.push_back(dice.dns_rule());
        CHECK(allows(rules, names));
    }
}

TEST_CASE("the order of rules and the case of letters change no verdict") {
    Dice dice;
    for (int round = 0; round < kRounds; ++round) {
        const X509Entry rules = dice.rules();
        const x509::AltNames names = dice.names();
        const std::string cn = dice.domain();
        const bool verdict = allows(rules, names, cn);
        X509Entry turned = rules;
        reverse(turned.allow);
        reverse(turned.deny);
        CHECK(allows(turned, names, cn) == verdict);
        for (Rules* list : {&turned.allow.dns, &turned.deny.dns, &turned.allow.uri,
                            &turned.deny.uri, &turned.allow.cn, &turned.deny.cn}) {
            shout(*list);
        }
        CHECK(allows(turned, names, cn) == verdict);
    }
}

TEST_CASE("a wildcard is never allowed where a name under it is denied") {
    Dice dice;
    for (int round = 0; round < kRounds; ++round) {
        X509Entry rules = dice.rules();
        rules.allow = {};  // So that a refusal is a deny rule's.
        const std::string parent = dice.domain();
        if (!allows(rules, {.dns = {dice.label() + "." + parent}})) {
            CHECK_FALSE(allows(rules, {.dns = {"*." + parent}}));
        }
    }
}

}  // namespace step::policy
