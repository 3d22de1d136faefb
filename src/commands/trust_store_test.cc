#include "commands/trust_store.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "setup/init.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/temp_folder.h"

namespace step::commands {
namespace {

/// Writes down what would run.
struct FakePrograms final : Programs {
    std::vector<std::string> installed{};
    std::vector<std::string> ran{};
    std::string input{};
    std::map<std::string, Finished> outcomes{};  ///< By a part of the command line.

    bool has(const std::string& name) const override {
        return std::ranges::find(installed, name) != installed.end();
    }
    Result<Finished> run(const std::vector<std::string>& words, ByteView given) override {
        ran.push_back(join(words, " "));
        input += given;
        for (const auto& [part, outcome] : outcomes) {
            if (ran.back().find(part) != std::string::npos) {
                return outcome;
            }
        }
        return Finished{};
    }
};

struct World {
    test::TempFolder folder{};
    FakePrograms programs{};
    test::FakeClock clock{};
    test::FakeRandom random{};
    x509::Certificate root =
        *x509::parse_certificate(setup::make_root("A/B", clock.now(), random)->certificate);
    Machine machine{.programs = programs,
                    .home = folder / "home",
                    .java_home = folder / "java",
                    .top = folder.path};
    Trust trust{.root = root, .file = "root.crt"};
    std::string file = "A_B_Root_CA_" + root.serial_text();

    void make(const std::string& path) const { (void)folder.write(path, ""); }
};

TEST_CASE("each distribution has its place, its ending and its tool") {
    for (const auto& [place, ending, tool] :
         {std::tuple{"/etc/pki/ca-trust/source/anchors", ".pem", "update-ca-trust extract"},
          std::tuple{"/usr/local/share/ca-certificates", ".crt", "update-ca-certificates"},
          std::tuple{"/usr/share/pki/trust/anchors", ".crt", "update-ca-certificates"},
          std::tuple{"/etc/ca-certificates/trust-source/anchors", ".crt", "trust extract-compat"},
          std::tuple{"/etc/ssl/certs", ".crt", "trust extract-compat"}}) {
        World world;
        world.make(std::string(place).substr(1) + "/x");
        world.programs.installed = {split(tool, ' ').front(), "sudo"};
        const std::string file = world.folder.path + place + "/" + world.file + ending;
        REQUIRE(install_root(world.machine, world.trust));
        CHECK(world.programs.ran ==
              std::vector<std::string>{"sudo -- tee " + file, std::string("sudo -- ") + tool});
        CHECK(world.programs.input == x509::encode_certificate_pem(world.root.der));
        world.programs.ran.clear();
        world.programs.installed.pop_back();  // No sudo: directly.
        REQUIRE(uninstall_root(world.machine, world.trust));
        CHECK(world.programs.ran == std::vector<std::string>{"rm -f " + file, tool});
    }
}

TEST_CASE("a machine without a store or its tool, and a tool that fails, are named") {
    World world;
    CHECK(install_root(world.machine, world.trust).error().code == Code::kUnsupported);
    world.make("usr/local/share/ca-certificates/x");
    CHECK(install_root(world.machine, world.trust).error().code == Code::kUnsupported);
    world.programs.installed = {"update-ca-certificates"};
    world.programs.outcomes = {{"update-ca", {.code = 3, .output = "no room\n"}}};
    CHECK(install_root(world.machine, world.trust).error().detail ==
          "failed to execute \"update-ca-certificates\" failed with: exit status 3\nno room");
}

TEST_CASE("the NSS databases of every profile get the certificate, and lose it if they have it") {
    World world;
    world.trust.system = false;
    world.trust.firefox = true;
    CHECK(install_root(world.machine, world.trust).error().detail.find("certutil") !=
          std::string::npos);
    world.programs.installed = {"certutil"};
    CHECK(install_root(world.machine, world.trust).error().detail.find("browser") !=
          std::string::npos);
    world.make("home/.pki/nssdb/cert9.db");
    world.make("home/.mozilla/firefox/one/cert8.db");
    world.make("home/.mozilla/firefox/two/prefs.js");
    const std::string name = "A/B Root CA " + world.root.serial_text();
    REQUIRE(install_root(world.machine, world.trust));
    const std::string nssdb = "sql:" + world.folder.path + "/home/.pki/nssdb";
    const std::string one = "dbm:" + world.folder.path + "/home/.mozilla/firefox/one";
    CHECK(
        world.programs.ran ==
        std::vector<std::string>{"certutil -A -d " + nssdb + " -t C,, -n " + name + " -i root.crt",
                                 "certutil -A -d " + one + " -t C,, -n " + name + " -i root.crt"});
    world.programs.ran.clear();
    world.programs.outcomes = {{"-V -d sql:", {.code = 255}}};
    REQUIRE(uninstall_root(world.machine, world.trust));
    CHECK(world.programs.ran ==
          std::vector<std::string>{"certutil -V -d " + nssdb + " -u L -n " + name,
                                   "certutil -V -d " + one + " -u L -n " + name,
                                   "certutil -D -d " + one + " -n " + name});
}

TEST_CASE("Java's store is changed once, with sudo if it is not ours") {
    World world;
    world.trust.system = false;
    world.trust.java = true;
    world.trust.prefix = "mine ";
    CHECK(install_root(world.machine, world.trust).error().detail.find("keytool is missing") !=
          std::string::npos);
    world.make("java/bin/keytool");
    world.make("java/lib/security/cacerts");
    world.programs.installed = {"sudo"};
    const std::string tool = world.folder / "java/bin/keytool";
    const std::string rest = "-keystore " + world.folder.path +
                             "/java/lib/security/cacerts -storepass changeit -alias mine " +
                             world.root.serial_text();
    const std::string import = tool + " -importcert -noprompt -file root.crt " + rest;
    world.programs.outcomes = {
        {"-list", {.code = 1}},
        {tool + " -importcert", {.code = 1, .output = "java.io.FileNotFoundException: denied"}}};
    CHECK(!install_root(world.machine, world.trust));  // The fake fails with sudo too.
    CHECK(world.programs.ran ==
          std::vector<std::string>{tool + " -list " + rest, import, "sudo -- " + import});
    world.programs.ran.clear();
    world.programs.outcomes.clear();
    REQUIRE(install_root(world.machine, world.trust));  // It is there.
    CHECK(world.programs.ran.size() == 1);
    REQUIRE(uninstall_root(world.machine, world.trust));
    CHECK(world.programs.ran.back() == tool + " -delete " + rest);
    world.machine.java_home = "";
    CHECK(install_root(world.machine, world.trust).error().detail == "JAVA_HOME is not set");
}

TEST_CASE("only a CA that signed itself is a root") {
    World world;
    CHECK(check_root(world.root, "f"));
    const auto root = setup::make_root("R", world.clock.now(), world.random);
    const auto below = setup::make_intermediate("R", *root, world.clock.now(), world.random);
    CHECK(check_root(*x509::parse_certificate(below->certificate), "f").error().detail ==
          "certificate f is not a root CA");
}

}  // namespace
}  // namespace step::commands
