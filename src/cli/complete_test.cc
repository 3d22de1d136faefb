#include "cli/complete.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace step::cli {
namespace {

Command make() {
    return {.path = "ca make",
            .brief = "make",
            .flags = {{.name = "kty", .help = "type", .fallback = "EC", .values = "EC OKP RSA"},
                      {.name = "san", .type = FlagType::kList, .values = "a b"},
                      {.name = "f/force", .type = FlagType::kBool},
                      {.name = "key", .value = "file"},
                      {.name = "secret", .hidden = true}}};
}
Command shell() {
    return {.path = "shell", .brief = "a shell", .arguments = "bash zsh"};
}

/// The candidates' words with blanks between; "FILES" where a file may stand.
std::string at(std::vector<std::string> words, const std::string& current) {
    static constexpr Entry kEntries[] = {{"ca make", make}, {"shell", shell}};
    static constexpr Group kGroups[] = {{"ca", "run a CA", ""}};
    const Candidates found =
        complete({.program = "step", .brief = "tests", .commands = kEntries, .groups = kGroups},
                 words, current);
    std::vector<std::string> all;
    for (const Candidate& candidate : found.words) {
        all.push_back(candidate.word);
    }
    CHECK((!found.files || all.empty()));
    return found.files ? "FILES" : join(all, " ");
}

}  // namespace

TEST_CASE("groups and commands complete, below help too") {
    CHECK(at({}, "") == "ca help shell");
    CHECK(at({}, "c") == "ca");
    CHECK(at({"ca"}, "") == "help make");
    CHECK(at({"help"}, "") == "ca shell");
    CHECK(at({"help", "ca"}, "m") == "make");
    CHECK(at({"help", "ca", "make"}, "").empty());
    CHECK(at({"bogus"}, "").empty());
    CHECK(at({}, "--v") == "--version");
    CHECK(at({"--config", "f"}, "sh") == "shell");
    CHECK(at({"--config"}, "sh") == "FILES");
}

TEST_CASE("flags complete, but none that is hidden or that may not come again") {
    CHECK(at({"ca", "make"}, "-") == "--force --help --key --kty --san -f");
    CHECK(at({"ca", "make", "-f", "--kty", "EC", "--san=a"}, "--") == "--help --key --san");
    CHECK(at({"ca", "make", "x"}, "--k") == "--key --kty");
    CHECK(at({"ca", "make", "--key"}, "--k") == "FILES");
}

TEST_CASE("values of flags complete after a blank and after an equals sign") {
    CHECK(at({"ca", "make", "--kty"}, "") == "EC OKP RSA");
    CHECK(at({"ca", "make", "-kty"}, "R") == "RSA");
    CHECK(at({"ca", "make"}, "--kty=E") == "EC");
    CHECK(at({"ca", "make"}, "--kty=x").empty());
    CHECK(at({"ca", "make"}, "--force=") == "false true");
    CHECK(at({"ca", "make"}, "--key=") == "FILES");
    CHECK(at({"ca", "make"}, "--bogus=").empty());
}

TEST_CASE("arguments are fixed words where the command names them, else files") {
    CHECK(at({"shell"}, "") == "bash zsh");
    CHECK(at({"ca", "make", "-f"}, "x") == "FILES");
    CHECK(at({"ca", "make", "--"}, "--k") == "FILES");
    CHECK(at({"ca", "make", "--kty", "EC"}, "") == "FILES");
}

}  // namespace step::cli
