#pragma once

#include <string>
#include <string_view>

#include "cli/program.h"

namespace step::cli {

/// Lays out a manual in Markdown for a terminal of 80 columns: headings at the margin, text
/// indented by 6, code blocks by 10. Knows headings, paragraphs, "- " lists, fenced blocks,
/// **strong**, `code` and <placeholders>; the last three are bold and underlined if `colours`,
/// and lose their marks otherwise. Never fails: what it does not know is text.
std::string render_manual(std::string_view markdown, bool colours);

/// A command or group by its last word.
struct Child {
    std::string name{};
    std::string brief{};
};
/// What stands directly below a group ("" is the program), sorted; without "help".
std::vector<Child> children_of(const Table& table, std::string_view path);

/// The Markdown help of a command: its manual under NAME and USAGE.
std::string command_help(const Table& table, const Command& command);
/// The Markdown help of a group ("" is the program): what it is and what it holds.
std::string group_help(const Table& table, std::string_view path);

/// One line per command, for lint: the path, a tab, and the first names of the flags that are not
/// hidden, separated by spaces.
std::string list_flags(const Table& table);

/// Every flag as the manual heads it, for lint and tests: "**--provisioner**=<name>".
std::string flag_heading(const Flag& flag);

}  // namespace step::cli
