#include "cli/complete.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cli/args.h"
#include "cli/help.h"

namespace step::cli {
namespace {

std::string spelled(const std::string& name) {
    return (name.size() > 1 ? "--" : "-") + name;
}

const Flag* find_flag(const Command& command, std::string_view word) {
    word = word.substr(0, word.find('='));
    if (!word.starts_with('-')) {
        return nullptr;
    }
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    for (const Flag& flag : command.flags) {
        const auto names = names_of(flag);
        if (std::ranges::find(names, word) != names.end()) {
            return &flag;
        }
    }
    return nullptr;
}

class Completion {
public:
    Completion(const Table& table, const std::string& current) : table_(table), current_(current) {}

    Candidates run(std::span<const std::string> words) {
        while (!words.empty() && words.front().starts_with('-')) {
            const bool takes_value = words.front() == "--config" || words.front() == "-config";
            if (takes_value && words.size() == 1) {
                return file();
            }
            words = words.subspan(takes_value ? 2 : 1);
        }
        walk(words, /*help=*/false);
        std::ranges::sort(found_.words, {}, &Candidate::word);
        return std::move(found_);
    }

private:
    void walk(std::span<const std::string> words, bool help) {
        std::string path;
        for (; !words.empty(); words = words.subspan(1)) {
            const std::string& word = words.front();
            if (!help && (word == "help" || word == "h")) {
                help = true;
                continue;
            }
            path += path.empty() ? word : " " + word;
            for (const Entry& entry : table_.commands) {
                if (entry.path == path) {
                    return help ? void() : inside(entry.make(), words.subspan(1));
                }
            }
            if (std::ranges::none_of(table_.groups,
                                     [&](const Group& group) { return group.path == path; })) {
                return;
            }
        }
        children(path, help);
    }

    void children(const std::string& path, bool help) {
        if (current_.starts_with('-')) {
            add("--help", "show the manual");
            if (path.empty() && !help) {
                add("--version", "print the version");
                add("--config", "read this file instead of defaults.json");
            }
            return;
        }
        for (const Child& child : children_of(table_, path)) {
            add(child.name, child.brief);
        }
        if (!help) {
            add("help", "show the manual of a command");
        }
    }

    void inside(const Command& command, std::span<const std::string> words) {
        std::set<const Flag*> given;
        const Flag* waiting = nullptr;  // A flag whose value comes next.
        for (const std::string& word : words) {
            if (waiting != nullptr) {
                waiting = nullptr;
                continue;
            }
            if (word == "--") {
                return argument(command);
            }
            const Flag* flag = find_flag(command, word);
            if (flag != nullptr) {
                given.insert(flag->type == FlagType::kList ? nullptr : flag);
                const bool whole =
                    flag->type == FlagType::kBool || word.find('=') != std::string::npos;
                waiting = whole ? nullptr : flag;
            }
        }
        if (waiting != nullptr) {
            return value(*waiting, current_);
        }
        if (!current_.starts_with('-')) {
            return argument(command);
        }
        const std::size_t equals = current_.find('=');
        if (equals != std::string::npos) {
            const Flag* flag = find_flag(command, current_);
            return flag == nullptr ? void() : value(*flag, current_.substr(equals + 1));
        }
        flags(command, given);
    }

    void flags(const Command& command, const std::set<const Flag*>& given) {
        for (const Flag& flag : command.flags) {
            if (flag.hidden || given.contains(&flag)) {
                continue;
            }
            for (const std::string& name : names_of(flag)) {
                add(spelled(name), flag.help);
            }
        }
        add("--help", "show the manual");
    }

    void value(const Flag& flag, const std::string& typed) {
        if (flag.type == FlagType::kBool) {
            return fixed("true false", typed);
        }
        if (flag.values.empty()) {
            found_.files = true;
            return;
        }
        fixed(flag.values, typed);
    }

    void argument(const Command& command) {
        if (command.arguments.empty()) {
            found_.files = true;
            return;
        }
        fixed(command.arguments, current_);
    }

    void fixed(std::string_view values, const std::string& typed) {
        for (const std::string& word : split(values, ' ')) {
            if (word.starts_with(typed)) {
                found_.words.push_back({.word = word});
            }
        }
    }

    void add(std::string word, std::string_view brief) {
        if (word.starts_with(current_)) {
            found_.words.push_back({.word = std::move(word), .brief = std::string(brief)});
        }
    }

    static Candidates file() { return {.files = true}; }

    const Table& table_;
    const std::string& current_;
    Candidates found_{};
};

}  // namespace

Candidates complete(const Table& table, std::span<const std::string> words,
                    const std::string& current) {
    return Completion(table, current).run(words);
}

}  // namespace step::cli
