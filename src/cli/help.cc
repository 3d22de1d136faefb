#include "cli/help.h"

#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/args.h"
#include "cli/markdown.h"

namespace step::cli {
namespace {

constexpr std::size_t kWidth = 80, kIndent = 6, kCodeIndent = 10, kFlagIndent = 4;

/// The inline marks of one paragraph, rendered. Width counts what is seen.
struct Piece {
    std::string text{};
    std::size_t width = 0;
};

std::size_t visible_width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// Words of a paragraph with their marks turned into escapes (or dropped). A mark may span
/// words: each word carries its own escapes, so that a line break does no harm.
std::vector<Piece> words_of(std::string_view text, bool colours) {
    std::vector<Piece> words;
    Piece word;
    bool bold = false, code = false, angle = false;
    const auto open = [&] {
        if (colours && word.width == 0) {
            word.text += bold ? "\x1b[1m" : "";
            word.text += code || angle ? "\x1b[4m" : "";
        }
    };
    const auto close = [&] {
        if (colours && word.width > 0 && (bold || code || angle)) {
            word.text += "\x1b[0m";
        }
    };
    const auto add = [&](std::string_view shown) {
        open();
        word.text += shown;
        word.width += visible_width(shown);
    };
    /// Ends the styled run inside a word and begins the next one.
    const auto change = [&](bool& style) {
        if (colours && word.width > 0 && (bold || code || angle)) {
            word.text += "\x1b[0m";
        }
        style = !style;
        if (colours && word.width > 0) {
            word.text += bold ? "\x1b[1m" : "";
            word.text += code || angle ? "\x1b[4m" : "";
        }
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ' ' || c == '\n') {
            if (word.width > 0) {
                close();
                words.push_back(std::exchange(word, {}));
            }
        } else if (c == '`') {
            change(code);
        } else if (!code && text.substr(i, 2) == "**") {
            change(bold);
            ++i;
        } else if (!code && c == '<' && text.find('>', i) != std::string_view::npos) {
            change(angle);
            add("<");
        } else if (!code && c == '>' && angle) {
            add(">");
            change(angle);
        } else {
            add(text.substr(i, 1));
        }
    }
    if (word.width > 0) {
        close();
        words.push_back(std::move(word));
    }
    return words;
}

void append_wrapped(std::string& out, std::string_view text, std::size_t indent, bool colours) {
    std::size_t column = 0;
    for (const Piece& word : words_of(text, colours)) {
        if (column > 0 && column + 1 + word.width > kWidth) {
            out += '\n';
            column = 0;
        }
        if (column == 0) {
            out.append(indent, ' ');
            column = indent;
        } else {
            out += ' ';
            ++column;
        }
        out += word.text;
        column += word.width;
    }
    if (column > 0) {
        out += '\n';
    }
}

void append_row(std::string& out, std::string_view name, std::string_view brief,
                std::size_t width) {
    out += fmt::format("{}{:{}}  {}\n", "", name, width, brief);
}

/// The last word of a path.
std::string_view leaf(std::string_view path) {
    const std::size_t space = path.rfind(' ');
    return space == std::string_view::npos ? path : path.substr(space + 1);
}

bool is_child(std::string_view path, std::string_view parent) {
    if (!parent.empty()) {
        if (!path.starts_with(parent) || path.size() <= parent.size() ||
            path[parent.size()] != ' ') {
            return false;
        }
        path.remove_prefix(parent.size() + 1);
    }
    return path.find(' ') == std::string_view::npos;
}

}  // namespace

std::string render_manual(std::string_view markdown, bool colours) {
    std::string out;
    bool gap = false;
    for (const Block& block : parse_blocks(markdown)) {
        if (block.kind == Block::Kind::kHeading) {
            gap = gap || !out.empty();
        }
        if (gap) {
            out += '\n';
        }
        gap = block.kind != Block::Kind::kItem;
        switch (block.kind) {
            case Block::Kind::kHeading:
                out += colours ? fmt::format("\x1b[1m{}\x1b[0m\n", block.text) : block.text + "\n";
                break;
            case Block::Kind::kParagraph:
                append_wrapped(out, block.text, kIndent, colours);
                break;
            case Block::Kind::kItem:
                append_wrapped(out, "- " + block.text, kIndent + 2, colours);
                break;
            case Block::Kind::kTerm:
                // A flag stands on a line of its own, what it does below.
                append_wrapped(out, block.term, kIndent, colours);
                append_wrapped(out, block.text, kIndent + kFlagIndent, colours);
                break;
            case Block::Kind::kCode:
                for (const std::string& line : split(trim_right(block.text), '\n')) {
                    out += line.empty() ? "\n" : std::string(kCodeIndent, ' ') + line + "\n";
                }
                break;
        }
    }
    return out;
}

std::string flag_heading(const Flag& flag) {
    std::vector<std::string> forms;
    for (const std::string& name : names_of(flag)) {
        std::string form = fmt::format("**{}{}**", name.size() > 1 ? "--" : "-", name);
        if (flag.type != FlagType::kBool) {
            form += fmt::format("=<{}>", flag.value.empty() ? "value" : flag.value);
        }
        forms.push_back(std::move(form));
    }
    return join(forms, ", ");
}

std::string list_flags(const Table& table) {
    std::string out;
    for (const Entry& entry : table.commands) {
        std::vector<std::string> names;
        for (const Flag& flag : entry.make().flags) {
            if (!flag.hidden) {
                names.push_back(names_of(flag).front());
            }
        }
        out += fmt::format("{}\t{}\n", entry.path, join(names, " "));
    }
    return out;
}

std::vector<Child> children_of(const Table& table, std::string_view path) {
    std::vector<Child> children;
    const auto add = [&](std::string_view full, std::string_view brief) {
        children.push_back({.name = std::string(leaf(full)), .brief = std::string(brief)});
    };
    for (const Entry& entry : table.commands) {
        if (is_child(entry.path, path)) {
            add(entry.path, entry.make().brief);
        }
    }
    for (const Group& group : table.groups) {
        if (is_child(group.path, path)) {
            add(group.path, group.brief);
        }
    }
    std::ranges::sort(children, {}, &Child::name);
    return children;
}

std::string command_help(const Table& table, const Command& command) {
    std::string out = fmt::format("# NAME\n\n**{} {}** -- {}\n\n# USAGE\n\n", table.program,
                                  command.path, command.brief);
    out += fmt::format("**{} {}** {}{}\n\n", table.program, command.path, command.usage,
                       command.flags.empty() ? "" : " [options]");
    out += command.manual;
    return out;
}

std::string group_help(const Table& table, std::string_view path) {
    std::string_view brief = table.brief, about = table.about;
    for (const Group& group : table.groups) {
        if (group.path == path) {
            brief = group.brief;
            about = group.about;
        }
    }
    const std::string name =
        path.empty() ? std::string(table.program) : fmt::format("{} {}", table.program, path);
    std::string out = fmt::format("# NAME\n\n**{}** -- {}\n\n", name, brief);
    out += fmt::format("# USAGE\n\n**{}** <command> [arguments]\n\n", name);
    out += about;

    std::vector<Child> rows = children_of(table, path);
    if (path.empty()) {
        rows.push_back({.name = "help", .brief = "show the manual of a command"});
        std::ranges::sort(rows, {}, &Child::name);
    }
    std::size_t width = 0;
    for (const auto& row : rows) {
        width = std::max(width, row.name.size());
    }
    out += "\n\n# COMMANDS\n\n```\n";
    for (const auto& [command, text] : rows) {
        append_row(out, command, text, width);
    }
    return out + "```\n";
}

}  // namespace step::cli
