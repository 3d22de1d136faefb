#include "cli/pages.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/html.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/markdown.h"
#include "json/write.h"

namespace step::cli {
namespace {

using Kind = Block::Kind;
using Style = Span::Style;

constexpr unsigned kFolderMode = 0755, kFileMode = 0644;

/// "EXIT CODES" to "Exit codes".
std::string sentence(std::string_view heading) {
    std::string text = to_lower(heading);
    text.replace(0, 1, to_upper(text.substr(0, 1)));
    return text;
}

std::string html_spans(std::string_view text) {
    std::string html;
    for (const Span& span : parse_spans(text)) {
        const std::string words = escape_html(span.text);
        switch (span.style) {
            case Style::kPlain:
                html += words;
                break;
            case Style::kStrong:
                html += "<strong>" + words + "</strong>";
                break;
            case Style::kCode:
                html += "<code>" + words + "</code>";
                break;
            case Style::kPlaceholder:
                html += "<var>" + words + "</var>";
                break;
        }
    }
    return html;
}

/// A list or a list of terms that is open, so that the next block may close it.
class HtmlLists {
public:
    explicit HtmlLists(std::string& html) : html_(html) {}
    void want(std::string_view tag) {
        if (open_ != tag) {
            html_ += open_.empty() ? "" : fmt::format("</{}>\n", open_);
            html_ += tag.empty() ? "" : fmt::format("<{}>\n", tag);
            open_ = tag;
        }
    }

private:
    std::string& html_;
    std::string open_;
};

std::string html_body(const Page& page) {
    std::string html;
    HtmlLists lists(html);
    std::string_view section;
    for (const Block& block : parse_blocks(page.markdown)) {
        lists.want(block.kind == Kind::kItem ? "ul" : block.kind == Kind::kTerm ? "dl" : "");
        switch (block.kind) {
            case Kind::kHeading:
                section = block.text == "COMMANDS" && page.group ? "commands" : "";
                html += fmt::format("<h2>{}</h2>\n", escape_html(sentence(block.text)));
                break;
            case Kind::kParagraph:
                html += fmt::format("<p>{}</p>\n", html_spans(block.text));
                break;
            case Kind::kItem:
                html += fmt::format("<li>{}</li>\n", html_spans(block.text));
                break;
            case Kind::kTerm:
                html += fmt::format("<dt>{}</dt>\n<dd>{}</dd>\n", html_spans(block.term),
                                    html_spans(block.text));
                break;
            case Kind::kCode:
                if (section == "commands") {
                    html += "<table>\n";
                    for (const std::string& row : split(trim(block.text), '\n')) {
                        const std::size_t end = std::min(row.find(' '), row.size());
                        const std::string name = row.substr(0, end);
                        const bool linked =
                            std::ranges::find(page.children, name) != page.children.end();
                        const std::string shown =
                            linked ? fmt::format("<a href=\"{0}/index.html\">{0}</a>", name) : name;
                        html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", shown,
                                            escape_html(trim(std::string_view(row).substr(end))));
                    }
                    html += "</table>\n";
                } else {
                    html += fmt::format("<pre><code>{}</code></pre>\n", escape_html(block.text));
                }
                break;
        }
    }
    lists.want("");
    return html;
}

/// "../" for each word of the path.
std::string way_up(const Page& page) {
    std::string up;
    for (std::size_t i = 0; !page.path.empty() && i < split(page.path, ' ').size(); ++i) {
        up += "../";
    }
    return up;
}

/// In MDX an angle bracket begins an element.
std::string mdx_spans(std::string_view text) {
    std::string mdx;
    for (const Span& span : parse_spans(text)) {
        switch (span.style) {
            case Style::kPlain:
                mdx += replace_all(replace_all(span.text, "<", "&lt;"), "{", "&#123;");
                break;
            case Style::kStrong:
                mdx += "**" + span.text + "**";
                break;
            case Style::kCode:
            case Style::kPlaceholder:
                mdx += "`" + span.text + "`";
                break;
        }
    }
    return mdx;
}

/// Text for troff: backslashes and leading dots mean something there, and a hyphen is no minus.
std::string escape_man(std::string_view text) {
    std::string escaped;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) {
            escaped += "\\&";
        }
        if (c == '\\') {
            escaped += "\\e";
        } else if (c == '-') {
            escaped += "\\-";
        } else {
            escaped += c;
        }
        line_begins = c == '\n';
    }
    return escaped;
}

std::string man_spans(std::string_view text) {
    std::string man;
    for (const Span& span : parse_spans(text)) {
        const std::string words = escape_man(span.text);
        switch (span.style) {
            case Style::kPlain:
                man += words;
                break;
            case Style::kStrong:
            case Style::kCode:
                man += "\\fB" + words + "\\fR";
                break;
            case Style::kPlaceholder:
                man += "\\fI" + words + "\\fR";
                break;
        }
    }
    return man.starts_with('.') ? "\\&" + man : man;
}

std::string dashed(std::string_view title) {
    return replace_all(std::string(title), " ", "-");
}

json::Object section_report(const Page& page, const std::string& name, const std::string& text) {
    std::int64_t words = 0;
    bool inside = false;
    for (const char c : text) {
        const bool letter = c != ' ' && c != '\n';
        words += letter && !inside ? 1 : 0;
        inside = letter;
    }
    return {{"command", page.title},
            {"name", name},
            {"text", text},
            {"words", words},
            {"lines", static_cast<std::int64_t>(std::ranges::count(text, '\n')) + 1}};
}

Status write_each(const std::vector<Page>& pages, const std::string& folder, std::string_view file,
                  std::string (*make)(const Page&)) {
    for (const Page& page : pages) {
        const std::string place = join_path(folder, replace_all(page.path, " ", "/"));
        STEP_TRY(make_folders(place, kFolderMode));
        STEP_TRY(write_file(join_path(place, std::string(file)), make(page), kFileMode));
    }
    return ok();
}

}  // namespace

std::vector<Page> manual_pages(const Table& table) {
    const std::string program(table.program);
    std::vector<Page> pages;
    const auto add_group = [&](std::string_view path, std::string_view brief) {
        Page page{.path = std::string(path),
                  .title = path.empty() ? program : fmt::format("{} {}", program, path),
                  .brief = std::string(brief),
                  .markdown = group_help(table, path),
                  .group = true};
        for (const Child& child : children_of(table, path)) {
            page.children.push_back(child.name);
        }
        pages.push_back(std::move(page));
    };
    add_group("", table.brief);
    for (const Group& group : table.groups) {
        add_group(group.path, group.brief);
    }
    for (const Entry& entry : table.commands) {
        const Command command = entry.make();
        pages.push_back({.path = std::string(entry.path),
                         .title = fmt::format("{} {}", program, entry.path),
                         .brief = std::string(command.brief),
                         .markdown = command_help(table, command)});
    }
    std::ranges::sort(pages, {}, &Page::path);
    return pages;
}

std::string html_page(const Page& page) {
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
        "<link rel=\"stylesheet\" href=\"{}style.css\">\n</head>\n<body>\n",
        escape_html(page.title), way_up(page));
    if (!page.path.empty()) {
        html += "<p><a href=\"../index.html\">up</a></p>\n";
    }
    return html + html_body(page) + "</body>\n</html>\n";
}

std::string style_sheet() {
    return "body { max-width: 50em; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif; "
           "}\n"
           "pre { background: #f4f4f4; padding: 1em; overflow: auto; }\n"
           "dt { margin-top: 1em; }\n"
           "td { padding-right: 2em; vertical-align: top; }\n";
}

std::string markdown_page(const Page& page) {
    std::string mdx = fmt::format(
        "---\nlayout: auto-doc\ncategory: reference\ntitle: {}\nmenu:\n  docs:\n", page.title);
    if (!page.path.empty()) {
        mdx += fmt::format("    parent: {}\n", page.title.substr(0, page.title.rfind(' ')));
    }
    if (!page.children.empty()) {
        mdx += "    children:\n";
        for (const std::string& child : page.children) {
            mdx += "      - " + child + "\n";
        }
    }
    mdx += "---\n";
    for (const Block& block : parse_blocks(page.markdown)) {
        switch (block.kind) {
            case Kind::kHeading:
                mdx += "\n## " + sentence(block.text) + "\n";
                break;
            case Kind::kParagraph:
                mdx += "\n" + mdx_spans(block.text) + "\n";
                break;
            case Kind::kItem:
                mdx += "- " + mdx_spans(block.text) + "\n";
                break;
            case Kind::kTerm:
                mdx += "\n" + mdx_spans(block.term) + "\n" + mdx_spans(block.text) + "\n";
                break;
            case Kind::kCode:
                mdx += "\n```shell\n" + block.text + "```\n";
                break;
        }
    }
    return mdx;
}

std::string man_page(const Page& page, std::string_view version) {
    std::string man = fmt::format(".TH \"{}\" 1 \"\" \"step++ {}\" \"step++\"\n",
                                  to_upper(dashed(page.title)), version);
    std::string section;
    for (const Block& block : parse_blocks(page.markdown)) {
        switch (block.kind) {
            case Kind::kHeading:
                section = block.text;
                man += fmt::format(".SH \"{}\"\n", escape_man(block.text));
                break;
            case Kind::kParagraph:
                if (section == "NAME") {
                    // What whatis(1) reads: a name of one word, one dash, the line.
                    man += fmt::format("{} \\- {}\n", escape_man(dashed(page.title)),
                                       escape_man(page.brief));
                } else {
                    man += ".PP\n" + man_spans(block.text) + "\n";
                }
                break;
            case Kind::kItem:
                man += ".IP \\(bu 2\n" + man_spans(block.text) + "\n";
                break;
            case Kind::kTerm:
                man += ".TP\n" + man_spans(block.term) + "\n" + man_spans(block.text) + "\n";
                break;
            case Kind::kCode:
                man += ".PP\n.RS 4\n.nf\n" + escape_man(block.text) + ".fi\n.RE\n";
                break;
        }
    }
    if (!page.path.empty()) {
        man += fmt::format(".SH \"SEE ALSO\"\n.BR {} (1)\n",
                           escape_man(dashed(page.title.substr(0, page.title.rfind(' ')))));
    }
    return man;
}

std::string pages_report(const std::vector<Page>& pages) {
    json::Array report;
    for (const Page& page : pages) {
        std::vector<std::pair<std::string, std::string>> sections;
        for (const Block& block : parse_blocks(page.markdown)) {
            if (block.kind == Kind::kHeading) {
                sections.emplace_back(sentence(block.text), "");
                continue;
            }
            if (sections.empty()) {
                sections.emplace_back("Name", "");
            }
            std::string& text = sections.back().second;
            text += text.empty() ? "" : "\n";
            text += block.term.empty() ? "" : plain_text(block.term) + "\n";
            text += block.kind == Kind::kCode ? std::string(trim_right(block.text))
                                              : plain_text(block.text);
        }
        json::Array below;
        for (std::size_t i = 1; i < sections.size(); ++i) {
            json::Object section = section_report(page, sections[i].first, sections[i].second);
            section.push_back({"sections", nullptr});
            below.push_back(std::move(section));
        }
        json::Object first = section_report(page, sections[0].first, sections[0].second);
        first.push_back({"sections", std::move(below)});
        report.push_back(std::move(first));
    }
    return json::encode_indent(json::Object{{"report", std::move(report)}}, "  ") + "\n";
}

Status write_html(const std::vector<Page>& pages, const std::string& folder, bool report) {
    STEP_TRY(write_each(pages, folder, "index.html", html_page));
    STEP_TRY(write_file(join_path(folder, "style.css"), style_sheet(), kFileMode));
    return report ? write_file(join_path(folder, "report.json"), pages_report(pages), kFileMode)
                  : ok();
}

Status write_markdown(const std::vector<Page>& pages, const std::string& folder) {
    return write_each(pages, folder, "README.mdx", markdown_page);
}

Status write_man(const std::vector<Page>& pages, const std::string& folder,
                 std::string_view version) {
    const std::string section = join_path(folder, "man1");
    STEP_TRY(make_folders(section, kFolderMode));
    for (const Page& page : pages) {
        STEP_TRY(write_file(join_path(section, dashed(page.title) + ".1"), man_page(page, version),
                            kFileMode));
    }
    return ok();
}

}  // namespace step::cli
