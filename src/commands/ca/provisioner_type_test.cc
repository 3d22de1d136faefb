// What the lists of a ca.json become is a rule of ours, see docs/compat.md; the words of a value
// that is none of those allowed are the original's.
#include "commands/ca/provisioner_type.h"

#include <doctest/doctest.h>

#include "cli/args.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/support/fake_environment.h"

namespace step::commands {
namespace {

/// The command line of `ca provisioner update`, as far as types have a say in it.
struct Typed {
    cli::Command command{.path = "ca provisioner update",
                         .flags = join_flags({provisioner_type_flags(), provisioner_list_flags()})};
    test::FakeEnvironment environment{};
    cli::Parsed parsed;

    explicit Typed(const std::vector<std::string>& words)
        : parsed(*cli::parse_args(command, words, environment, json::Value())) {}
    const cli::Args& args() const { return *parsed.args; }
};

const ListChange kLetters{.member = "letters",
                          .flag = "challenge",
                          .all = {"http-01", "dns-01"},
                          .options = "http-01 and dns-01",
                          .more = {"tls-alpn-01"}};

std::string changed(std::string_view entry, const std::vector<std::string>& words) {
    json::Value value = *json::parse(entry);
    const Typed typed(words);
    const Status status = change_list(value, typed.args(), kLetters);
    return status ? json::encode(value) : status.error().detail;
}

}  // namespace

TEST_CASE("flags add to a list and take from it; each value stands once, in lower case") {
    CHECK(
        changed(R"({"letters":["http-01"]})", {"--challenge", "DNS-01", "--challenge", "dns-01"}) ==
        R"({"letters":["http-01","dns-01"]})");
    CHECK(changed(R"({"letters":["http-01","dns-01"]})", {"--remove-challenge", "http-01"}) ==
          R"({"letters":["dns-01"]})");
    CHECK(changed("{}", {"--challenge", "tls-alpn-01"}) == R"({"letters":["tls-alpn-01"]})");
    CHECK(changed(R"({"letters":["odd"]})", {}) == R"({"letters":["odd"]})");
}

TEST_CASE("an absent list means all, and so does an empty one: neither is what a removal leaves") {
    CHECK(changed("{}", {"--remove-challenge", "http-01"}) == R"({"letters":["dns-01"]})");
    CHECK(changed(R"({"letters":[]})", {"--remove-challenge", "http-01"}) ==
          R"({"letters":["dns-01"]})");
    CHECK(changed(R"({"letters":["dns-01"]})", {"--remove-challenge", "dns-01"}) ==
          "flag '--remove-challenge' leaves no challenge, which would mean all: http-01, dns-01");
}

TEST_CASE("a value that no list may have is refused with those it may") {
    CHECK(changed("{}", {"--challenge", "bogus"}) ==
          "invalid value 'bogus' for flag '--challenge'; options are http-01 and dns-01");
    CHECK(changed("{}", {"--remove-challenge", "bogus"}) ==
          "invalid value 'bogus' for flag '--remove-challenge'; options are http-01 and dns-01");
}

TEST_CASE("flags of another type are refused by name") {
    const Typed typed({"--force-cn"});
    CHECK(check_type_flags(typed.args(), "acme"));
    const Status refused = check_type_flags(typed.args(), "JWK");
    REQUIRE(!refused);
    CHECK(refused.error().detail == "flag '--force-cn' is for provisioners of type ACME");
}

}  // namespace step::commands
