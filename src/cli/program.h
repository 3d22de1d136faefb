#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "json/value.h"

namespace step::cli {

/// A command by its path; it is built only when it runs or is listed in help.
struct Entry {
    std::string_view path{};  ///< "ca certificate"
    Command (*make)() = nullptr;
};

struct Group {
    std::string_view path{};   ///< "ca provisioner"
    std::string_view brief{};  ///< One line, lower case, no full stop.
    std::string_view about{};  ///< Markdown; may be empty.
};

/// All that a program can do. Needs a command "version"; "help" and "h" need no entry. Every
/// parent of a path needs a group.
struct Table {
    std::string_view program{};  ///< "step"
    std::string_view brief{};
    std::string_view about{};
    std::span<const Entry> commands{};
    std::span<const Group> groups{};
};

/// What $STEPPATH says.
struct Settings {
    std::string steppath{}, profile{}, base{};  ///< As in Context.
    json::Value defaults{};                     ///< An object or null.
    std::vector<std::string> notices{};         ///< One line each, for stderr.
    /// Settles which context counts before a command that reads the settings: the one that
    /// --context names, else the one in use, else the only one or one asked for. May be empty.
    std::function<Status(Settings&, Console&, const std::optional<std::string>& name)> choose{};
};

struct Page;

struct Services {
    Console& console;
    const Clock& clock;
    Random& random;
    const Environment& environment;
    /// Reads the settings; `config_file` is the value of the global --config, or empty.
    std::function<Result<Settings>(const std::string& config_file)> load_settings{};
    /// Asked about a first word that is no command or group: the exit code if something else
    /// answers to it (`words` begins with it), none if nothing does. May be empty.
    std::function<Result<std::optional<ExitCode>>(const Settings&, std::span<const std::string>)>
        run_plugin{};
    /// `help --http`: serves the manuals at this address until the process is ended. May be empty.
    std::function<Result<ExitCode>(const std::string& address, const std::vector<Page>& pages)>
        serve_pages{};
};

/// Runs `words` (argv without the program name) and gives the exit code: 0, 1 for any error,
/// 3 for an unknown command or help topic, or what the command says. The settings are read
/// first, so a broken defaults.json fails every command, as in the original.
int run_program(const Table& table, const std::vector<std::string>& words, Services services);

}  // namespace step::cli
