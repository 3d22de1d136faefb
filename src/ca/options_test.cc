#include "ca/options.h"

#include <doctest/doctest.h>

#include "cli/args.h"
#include "tests/support/fake_environment.h"

namespace step::ca {
namespace {

Result<Options> parse(const std::vector<std::string>& words,
                      std::map<std::string, std::string> variables = {}) {
    return parse_options(words, test::FakeEnvironment(std::move(variables)));
}

TEST_CASE("flags may stand before and after the configuration file") {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"x.json", "--password-file", "p", "--quiet"},
             {"--quiet", "--password-file=p", "x.json"},
             {"start", "x.json", "-password-file", "p", "-quiet"}}) {
        const auto options = parse(words);
        REQUIRE_MESSAGE(options, options.error().detail);
        CHECK(options->action == Action::kServe);
        CHECK(options->config_file == "x.json");
        CHECK(options->password_file == "p");
        CHECK(options->quiet);
    }
    CHECK(parse({"--pidfile", "p"})->pid_file == "p");
    CHECK(parse({})->config_file.empty());
    CHECK_FALSE(parse({})->quiet);
}

TEST_CASE("help and version are asked for by word or by flag") {
    for (const char* word : {"help", "h", "--help", "-h"}) {
        CHECK(parse({word})->action == Action::kHelp);
    }
    for (const char* word : {"version", "--version", "-v"}) {
        CHECK(parse({word})->action == Action::kVersion);
    }
    CHECK(parse({"x.json", "--help"})->action == Action::kHelp);
    CHECK(manual().find("--password-file") != std::string_view::npos);
}

// Texts recorded from step-ca v0.30.2 (golden/cli/cases.json).
TEST_CASE("a wrong command line is told in the original's words") {
    CHECK(parse({"a", "b"}).error().detail ==
          "too many positional arguments were provided in 'step-ca <config> "
          "[--password-file=<file>]'");
    const auto unknown = parse({"--bogus"});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().detail == "flag provided but not defined: -bogus");
    CHECK(unknown.error().has_reason(cli::kUsageError));
}

TEST_CASE("a context comes from the flag, else from STEP_CA_CONTEXT") {
    CHECK(parse({})->context.empty());
    CHECK(parse({}, {{"STEP_CA_CONTEXT", "c"}})->context == "c");
    CHECK(parse({"--context", "x"}, {{"STEP_CA_CONTEXT", "c"}})->context == "x");
}

TEST_CASE("the flags of ACME: a port other than the standard's needs --insecure") {
    const auto options = parse({"--resolver", "127.0.0.1:53", "--acme-strict-fqdn", "--insecure",
                                "--acme-http-port", "8080", "--acme-tls-port=8443"});
    REQUIRE(options);
    CHECK(options->resolver == "127.0.0.1:53");
    CHECK(options->acme_strict_fqdn);
    CHECK(options->acme_http_port == 8080);
    CHECK(options->acme_tls_port == 8443);
    CHECK(parse({})->acme_http_port == 80);
    CHECK(parse({})->acme_tls_port == 443);
    CHECK(parse({"--acme-http-port", "8080"}).error().detail ==
          "flag '--acme-http-port' requires the '--insecure' flag");
    CHECK_FALSE(parse({"--acme-http-port", "0", "--insecure"}));
    CHECK_FALSE(parse({"--acme-tls-port", "65536", "--insecure"}));
    CHECK_FALSE(parse({"--acme-tls-port", "x", "--insecure"}));
}

TEST_CASE("STEP_CA_QUIET stands for --quiet") {
    CHECK(parse({}, {{"STEP_CA_QUIET", "true"}})->quiet);
    CHECK_FALSE(parse({}, {{"STEP_CA_QUIET", "0"}})->quiet);
    CHECK(parse({"--quiet"}, {{"STEP_CA_QUIET", "0"}})->quiet);
    CHECK(parse({}, {{"STEP_CA_QUIET", "maybe"}}).error().detail ==
          "could not parse maybe as bool value for flag quiet: strconv.ParseBool: parsing "
          "\"maybe\": invalid syntax");
    // Nothing else is taken from the environment.
    CHECK(parse({}, {{"STEP_PASSWORD_FILE", "p"}})->password_file.empty());
}

TEST_CASE("what needs a later capability is refused by name") {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"--issuer-password-file", "f"},
                                               {"--ssh-host-password-file", "f"},
                                               {"--ssh-user-password-file=f"},
                                               {"--token", "t"},
                                               {"onboard", "t"},
                                               {"export", "x.json"}}) {
        const auto options = parse(words);
        REQUIRE_FALSE(options);
        CHECK(options.error().code == Code::kUnsupported);
        const std::string name = words[0].substr(0, words[0].find('='));
        CHECK(options.error().detail.find(name) != std::string::npos);
        CHECK(options.error().detail.find("is not supported by this version") != std::string::npos);
    }
    CHECK_FALSE(parse({}, {{"STEP_CA_TOKEN", "t"}}));
}

}  // namespace
}  // namespace step::ca
