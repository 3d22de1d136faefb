#include "commands/plugin.h"

#include <unistd.h>

#include <csignal>

#include <fmt/format.h>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace step::commands {
namespace {

constexpr int kBySignal = 256, kKilled = 255;

struct KnownPlugin {
    std::string_view name{}, address{};
};
constexpr KnownPlugin kKnown[] = {{"kms", "https://github.com/smallstep/step-kms-plugin"}};

/// What Go calls the commonest signals.
std::string signal_name(int number) {
    switch (number) {
        case SIGHUP:
            return "hangup";
        case SIGINT:
            return "interrupt";
        case SIGQUIT:
            return "quit";
        case SIGABRT:
            return "aborted";
        case SIGKILL:
            return "killed";
        case SIGSEGV:
            return "segmentation fault";
        case SIGPIPE:
            return "broken pipe";
        case SIGTERM:
            return "terminated";
        default:
            return fmt::format("signal {}", number);
    }
}

}  // namespace

std::optional<std::string> find_plugin(const std::string& base, const Environment& environment,
                                       std::string_view name) {
    if (name.empty() || name.find('/') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string file = fmt::format("step-{}-plugin", name);
    // Here existing is enough: what cannot be run is an error to be told, not to be passed over.
    std::string own = join_path(join_path(base, "plugins"), file);
    if (kind_of(own) != Kind::kNothing) {
        return own;
    }
    for (const std::string& folder : split(environment.get("PATH").value_or(""), ':')) {
        std::string candidate = join_path(folder, file);
        if (folder.starts_with('/') && kind_of(candidate) == Kind::kFile &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return std::nullopt;
}

Result<std::optional<cli::ExitCode>> run_plugin(const std::string& base,
                                                const Environment& environment,
                                                cli::Console& console,
                                                std::span<const std::string> words) {
    const std::string& name = words.front();
    const auto file = find_plugin(base, environment, name);
    if (!file) {
        for (const KnownPlugin& known : kKnown) {
            if (known.name == name) {
                return Error{.code = Code::kNotFound,
                             .detail = fmt::format("The plugin {} was not found on this system.\n"
                                                   "Download it from {}",
                                                   quote(name), known.address)};
            }
        }
        return std::optional<cli::ExitCode>();
    }
    std::vector<std::string> line{*file};
    line.insert(line.end(), words.begin() + 1, words.end());
    auto code = run_process(line, Keyboard::kProgram);
    if (!code) {
        return Error{.code = Code::kUnavailable,
                     .detail = fmt::format("fork/exec {}: {}", *file, code.error().detail)};
    }
    if (*code >= kBySignal) {
        console.err(fmt::format("signal: {}\n", signal_name(*code - kBySignal)));
        return std::optional(kKilled);
    }
    if (*code != 0) {
        console.err(fmt::format("exit status {}\n", *code));
    }
    return std::optional(*code);
}

}  // namespace step::commands
