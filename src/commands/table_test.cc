#include "commands/table.h"

#include <set>

#include <doctest/doctest.h>

#include "cli/args.h"
#include "cli/help.h"

namespace step::commands {

TEST_CASE("each entry makes the command of its path, and every parent is a group") {
    std::set<std::string_view> groups;
    for (const cli::Group& group : step_table().groups) {
        groups.insert(group.path);
        CHECK(!group.brief.empty());
    }
    for (const cli::Entry& entry : step_table().commands) {
        const cli::Command command = entry.make();
        CHECK(command.path == entry.path);
        CHECK(!command.brief.empty());
        CHECK(command.run);
        for (std::size_t space = entry.path.find(' '); space != std::string_view::npos;
             space = entry.path.find(' ', space + 1)) {
            CHECK_MESSAGE(groups.contains(entry.path.substr(0, space)), entry.path);
        }
    }
}

TEST_CASE("every flag has help, a name of its own and a heading in the manual") {
    for (const cli::Entry& entry : step_table().commands) {
        const cli::Command command = entry.make();
        std::set<std::string> names;
        for (const cli::Flag& flag : command.flags) {
            CHECK_MESSAGE(!flag.help.empty(), command.path, " --", flag.name);
            for (const std::string& name : cli::names_of(flag)) {
                CHECK_MESSAGE(names.insert(name).second, command.path, " --", name);
            }
            if (!flag.hidden) {
                CHECK_MESSAGE(command.manual.find("\n" + cli::flag_heading(flag) + "\n") !=
                                  std::string_view::npos,
                              command.path, ": ", cli::flag_heading(flag));
            }
        }
    }
}

TEST_CASE("every manual says what the exit codes mean and shows an example") {
    for (const cli::Entry& entry : step_table().commands) {
        const cli::Command command = entry.make();
        for (const char* part : {"\n# EXIT CODES\n", "\n# EXAMPLES\n"}) {
            CHECK_MESSAGE(command.manual.find(part) != std::string_view::npos, command.path, part);
        }
    }
}

}  // namespace step::commands
