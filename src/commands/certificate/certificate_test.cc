// Replays commands that were recorded from the original step v0.30.3: tests/data/inspect/ and
// tests/data/cli/certificate.json, whose files are in tests/data/cli/inputs/.
#include <filesystem>

#include <doctest/doctest.h>

#include "cli/program.h"
#include "commands/table.h"
#include "crypto/random.h"
#include "json/parse.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_console.h"
#include "tests/support/fake_environment.h"
#include "tests/support/inspect_waiting.h"
#include "tests/support/temp_folder.h"

namespace step::commands {
namespace {

namespace fs = std::filesystem;

/// Relative paths in recorded commands are those of this folder.
struct InFolder {
    fs::path before = fs::current_path();
    explicit InFolder(const fs::path& folder) { fs::current_path(folder); }
    InFolder(const InFolder&) = delete;
    InFolder& operator=(const InFolder&) = delete;
    ~InFolder() { fs::current_path(before); }
};

struct World {
    test::FakeConsole console{};
    test::FakeClock clock{};
    crypto::SystemRandom random{};
    test::FakeEnvironment environment{};

    int run(const std::vector<std::string>& words) {
        console = {};
        return cli::run_program(
            step_table(), words,
            {console, clock, random, environment,
             [](const std::string&) -> Result<cli::Settings> { return cli::Settings{}; }});
    }
};

std::vector<std::string> words_of(const json::Value& argv) {
    std::vector<std::string> words;
    for (const json::Value& word : *argv.as_array()) {
        words.push_back(*word.as_string());
    }
    words.erase(words.begin());  // "step"
    return words;
}

std::string text_of(const json::Value& item, std::string_view name) {
    const json::Value* value = item.find_exact(name);
    return value != nullptr && value->as_string() != nullptr ? *value->as_string() : "";
}

int exit_of(const json::Value& item) {
    return item.find_exact("exit")->as_number()->text == "0" ? 0 : 1;
}

bool is_ours(const std::vector<std::string>& words) {
    return words.size() > 1 && words[0] == "certificate" &&
           (words[1] == "inspect" || words[1] == "fingerprint") &&
           std::find(words.begin(), words.end(), "-") == words.end();
}

}  // namespace

TEST_CASE("inspect and fingerprint answer as the original did for every recorded input") {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(std::string(STEP_TEST_DATA) + "/inspect")) {
        const std::string folder = entry.path().filename().string();
        const auto record = json::parse(test::data("inspect/" + folder + "/commands.json"));
        REQUIRE(record);
        const InFolder inside(entry.path());
        for (const json::Value& item : *record->find_exact("commands")->as_array()) {
            const std::vector<std::string> words = words_of(*item.find_exact("argv"));
            if (!is_ours(words) || test::is_waiting(folder)) {
                continue;
            }
            CAPTURE(folder);
            CAPTURE(join(words, " "));
            World world;
            CHECK(world.run(words) == exit_of(item));
            CHECK(world.console.told == text_of(item, "stderr"));
            const std::string file = text_of(item, "stdoutFile");
            if (!file.ends_with(".json")) {  // The order of its names is random.
                CHECK(world.console.printed ==
                      (file.empty() ? text_of(item, "stdout")
                                    : test::data("inspect/" + folder + "/" + file)));
            }
            ++count;
        }
    }
    CHECK(count > 200);
}

TEST_CASE("certificate and jwk commands fail and speak as the original did") {
    const auto cases = json::parse(test::data("cli/certificate.json"));
    REQUIRE(cases);
    for (const json::Value& item : *cases->as_array()) {
        const test::TempFolder folder;
        fs::copy(std::string(STEP_TEST_DATA) + "/cli/inputs", folder.path);
        const InFolder inside(folder.path);
        const std::vector<std::string> words = words_of(*item.find_exact("argv"));
        CAPTURE(join(words, " "));
        World world;
        CHECK(world.run(words) == exit_of(item));
        CHECK(world.console.told == text_of(item, "stderr"));
        CHECK(world.console.printed == text_of(item, "stdout"));
    }
}

TEST_CASE("a key without --no-password is encrypted, and its file is private") {
    const test::TempFolder folder;
    const InFolder inside(folder.path);
    folder.write("pass.txt", "password\n");
    folder.write("empty.txt", "\n");
    World world;
    REQUIRE(world.run({"certificate", "create", "Root", "r.crt", "r.key", "--profile", "root-ca",
                       "--password-file", "pass.txt"}) == 0);
    CHECK(test::mode_of("r.key") == 0600);
    CHECK(
        world.run({"certificate", "create", "l.test", "l.crt", "l.key", "--ca", "r.crt", "--ca-key",
                   "r.key", "--ca-password-file", "pass.txt", "--no-password", "--insecure"}) == 0);
    CHECK(world.run({"certificate", "verify", "l.crt", "--roots", "r.crt", "--host", "l.test"}) ==
          0);
    CHECK(world.run({"certificate", "create", "x", "x.crt", "x.key", "--csr", "--password-file",
                     "empty.txt"}) == 1);
    CHECK(!fs::exists("x.key"));
    CHECK(world.run({"certificate", "create", "y", "y.crt", "y.key", "--ca", "r.crt", "--ca-key",
                     "r.key", "--ca-password-file", "empty.txt", "--no-password", "--insecure"}) ==
          1);
    // An empty password is none, as for the original: it is asked for.
    CHECK(world.console.told ==
          "error allocating terminal: open /dev/tty: no such device or address\n");
}

TEST_CASE("roots that cannot be read are an error, not the system's roots") {
    const InFolder inside(std::string(STEP_TEST_DATA) + "/cli/inputs");
    World world;
    CHECK(world.run({"certificate", "verify", "cert.crt", "--roots", "none.crt"}) == 1);
    CHECK(world.console.told.find("none.crt") != std::string::npos);
    CHECK(world.run({"certificate", "verify", "cert.crt", "--roots", "hello.txt"}) == 1);
    CHECK(world.console.told.find("hello.txt") != std::string::npos);
}

}  // namespace step::commands
