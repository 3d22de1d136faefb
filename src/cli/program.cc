#include "cli/program.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/args.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/help_command.h"

namespace step::cli {
namespace {

constexpr int kFailed = 1, kNoSuchTopic = 3;

class Run {
public:
    Run(const Table& table, Services& services) : table_(table), services_(services) {}

    int program(std::vector<std::string> words) {
        if (!words.empty() && words.back() == "--generate-bash-completion") {
            words.pop_back();
            return original_completion(std::move(words));
        }
        std::string config_file;
        while (!words.empty() && words.front().starts_with('-')) {
            const std::string word = words.front();
            words.erase(words.begin());
            const std::string name = word.substr(word.starts_with("--") ? 2 : 1);
            if (name == "h" || name == "help") {
                words = {"help"};
            } else if (name == "v" || name == "version") {
                words = {"version"};
            } else if (name.starts_with("config=")) {
                config_file = name.substr(7);
            } else if (name == "config" && !words.empty()) {
                config_file = words.front();
                words.erase(words.begin());
            } else {
                return bad_flag(name, "");
            }
        }
        auto loaded = services_.load_settings(config_file);
        if (!loaded) {
            return failed(loaded.error());
        }
        settings_ = *std::move(loaded);
        print_notices();
        return dispatch(words, "");
    }

private:
    /// What the completion scripts of the original ask for, which people have in their shells'
    /// configuration: subcommands, or flags if the last word begins with "-".
    int original_completion(std::vector<std::string> words) {
        std::string current;
        if (!words.empty() && words.back().starts_with('-')) {
            current = std::move(words.back());
            words.pop_back();
        }
        const bool meanings =
            services_.environment.get("_CLI_ZSH_AUTOCOMPLETE_HACK").value_or("") == "1";
        for (const Candidate& candidate : complete(table_, words, current).words) {
            services_.console.out(candidate.word + (meanings ? ":" + candidate.brief : "") + "\n");
        }
        return 0;
    }

    /// Walks down the groups; `path` is the one we are in.
    int dispatch(std::span<const std::string> words, const std::string& path) {
        if (words.empty()) {
            return show(group_help(table_, path));
        }
        const std::string& word = words.front();
        const auto rest = words.subspan(1);
        if (word.starts_with('-')) {
            const std::string name = word.substr(word.starts_with("--") ? 2 : 1);
            return name == "h" || name == "help" ? show(group_help(table_, path))
                                                 : bad_flag(name, path);
        }
        if (word == "help" || word == "h") {
            return help(rest, path);
        }
        const std::string child = path.empty() ? word : path + " " + word;
        for (const Entry& entry : table_.commands) {
            if (entry.path == child) {
                return command(entry.make(), rest);
            }
        }
        if (is_group(child)) {
            return dispatch(rest, child);
        }
        return path.empty() ? plugin(words) : no_topic(word);
    }

    int plugin(std::span<const std::string> words) {
        if (!services_.run_plugin) {
            return no_topic(words.front());
        }
        const auto code = services_.run_plugin(settings_, words);
        if (!code) {
            return failed(code.error());
        }
        return *code ? **code : no_topic(words.front());
    }

    int no_topic(std::string_view words) {
        services_.console.err(fmt::format("No help topic for '{}'\n", words));
        return kNoSuchTopic;
    }

    int help(std::span<const std::string> words, std::string path) {
        // Below a group, help has no flags but its own.
        const Command command = path.empty() ? help_command() : Command{.path = "help"};
        auto parsed = parse_args(command, words, services_.environment, json::Value());
        if (!parsed) {
            return usage("Incorrect Usage: ", parsed.error().detail,
                         path.empty() ? command_help(table_, command) : group_help(table_, path));
        }
        if (path.empty()) {
            if (parsed->help && parsed->args->positionals().empty()) {
                return show(command_help(table_, command));
            }
            const auto written = export_manuals(table_, *parsed->args, services_);
            if (!written) {
                return failed(written.error());
            }
            if (*written) {
                return **written;
            }
        }
        for (const std::string& word : parsed->args->positionals()) {
            path += path.empty() ? word : " " + word;
        }
        for (const Entry& entry : table_.commands) {
            if (entry.path == path) {
                return show(command_help(table_, entry.make()));
            }
        }
        if (path.empty() || is_group(path)) {
            return show(group_help(table_, path));
        }
        return no_topic(fmt::format("{} {}", table_.program, path));
    }

    int command(const Command& command, std::span<const std::string> words) {
        auto parsed = parse_args(command, words, services_.environment, json::Value());
        if (parsed && !parsed->help && reads_settings(*parsed->args)) {
            if (auto settled = settle_context(*parsed->args); !settled) {
                return failed(settled.error());
            }
            parsed = parse_args(command, words, services_.environment, settings_.defaults);
        }
        if (!parsed && parsed.error().has_reason(kUsageError)) {
            return usage("Incorrect Usage: ", parsed.error().detail, command_help(table_, command));
        }
        if (!parsed) {
            return failed(parsed.error());
        }
        if (parsed->help) {
            return show(command_help(table_, command));
        }
        Context context{.args = *parsed->args,
                        .console = services_.console,
                        .clock = services_.clock,
                        .random = services_.random,
                        .environment = services_.environment,
                        .steppath = settings_.steppath,
                        .profile = settings_.profile,
                        .base = settings_.base};
        const auto code = command.run(context);
        return code ? *code : failed(code.error());
    }

    static bool reads_settings(const Args& args) {
        return !args.declared("no-context") || !args.flag("no-context");
    }

    Status settle_context(const Args& args) {
        if (!settings_.choose) {
            return ok();
        }
        std::optional<std::string> name;
        if (args.declared("context") && args.is_set("context")) {
            name = args.get("context");
        }
        settings_.notices.clear();
        STEP_TRY(settings_.choose(settings_, services_.console, name));
        print_notices();
        return ok();
    }

    void print_notices() {
        for (const std::string& notice : settings_.notices) {
            services_.console.err(notice + "\n");
        }
    }

    bool is_group(std::string_view path) const {
        return std::ranges::any_of(table_.groups,
                                   [&](const Group& group) { return group.path == path; });
    }

    int show(const std::string& markdown) {
        services_.console.out(render_manual(markdown, services_.console.out_colours()));
        return 0;
    }

    int bad_flag(std::string name, const std::string& path) {
        name = name.substr(0, name.find('='));
        return usage("Incorrect Usage. ", fmt::format("flag provided but not defined: -{}", name),
                     group_help(table_, path));
    }

    int usage(std::string_view prefix, const std::string& message, const std::string& markdown) {
        services_.console.out(fmt::format("{}{}\n\n", prefix, message));
        show(markdown);
        services_.console.err(message + "\n");
        return kFailed;
    }

    int failed(const Error& error) {
        std::string text = error.detail.empty() ? "internal error" : error.detail;
        text += '\n';
        if (services_.environment.get("STEPDEBUG").value_or("") == "1") {
            text += error.cause.empty() ? "" : error.cause + "\n";
        } else if (error.has_reason(kMoreWithDebug)) {
            text += "Re-run with STEPDEBUG=1 for more info.\n";
        }
        services_.console.err(text);
        return kFailed;
    }

    const Table& table_;
    Services& services_;
    Settings settings_{};
};

}  // namespace

int run_program(const Table& table, const std::vector<std::string>& words, Services services) {
    return Run(table, services).program(words);
}

}  // namespace step::cli
