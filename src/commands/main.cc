#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/process.h"
#include "base/system.h"
#include "cli/program.h"
#include "cli/system_console.h"
#include "commands/help_server.h"
#include "commands/plugin.h"
#include "commands/settings.h"
#include "commands/table.h"
#include "crypto/random.h"
#include "crypto/start.h"

namespace {

constexpr int kFailed = 1, kBug = 2;

int run(const std::vector<std::string>& words) {
    step::cli::SystemConsole console;
    const step::SystemClock clock;
    step::crypto::SystemRandom random;
    const step::SystemEnvironment environment;
    const auto settings = [&](const std::string& config_file) {
        return step::commands::load_settings(environment, config_file);
    };
    const auto plugin = [&](const step::cli::Settings& found, std::span<const std::string> line) {
        return step::commands::run_plugin(found.base, environment, console, line);
    };
    const auto serve = [&](const std::string& address, const std::vector<step::cli::Page>& pages) {
        return step::commands::serve_manuals(console, clock, random, address, pages);
    };
    const int code =
        step::cli::run_program(step::commands::step_table(), words,
                               {console, clock, random, environment, settings, plugin, serve});
    if (console.out_error() != 0) {
        console.err(
            fmt::format("error writing to stdout: {}\n", step::errno_text(console.out_error())));
        return code == 0 ? kFailed : code;
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        step::forbid_core_dumps();
        step::crypto::start_for_one_command();
        return run({argv + std::min(argc, 1), argv + argc});
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "Something unexpected happened: %s\n", exception.what());
        return kBug;
    }
}
