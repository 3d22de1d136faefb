#include "cli/pages.h"

#include <doctest/doctest.h>

#include "cli/markdown.h"

namespace step::cli {
namespace {

Command greet() {
    return {
        .path = "say hello",
        .brief = "greet somebody",
        .usage = "<name>",
        .manual =
            "Greets <name> & all.\n\n- **one**\n- `two`\n\n# OPTIONS\n\n**--loud**=<how>\n.as loud "
            "as\\this\n\n# EXAMPLES\n\n```\n$ say hello <you>\n```\n",
        .flags = {{.name = "loud", .value = "how", .help = "loud"}}};
}

constexpr Entry kCommands[] = {{"say hello", greet}};
constexpr Group kGroups[] = {{"say", "speak", ""}};
constexpr Table kTable{
    .program = "tool", .brief = "a tool", .about = "", .commands = kCommands, .groups = kGroups};

}  // namespace

TEST_CASE("the program, every group and every command has a page") {
    const auto pages = manual_pages(kTable);
    REQUIRE(pages.size() == 3);
    CHECK(pages[0].title == "tool");
    CHECK(pages[0].children == std::vector<std::string>{"say"});
    CHECK(pages[1].title == "tool say");
    CHECK(pages[1].children == std::vector<std::string>{"hello"});
    CHECK(pages[2].title == "tool say hello");
    CHECK(pages[2].children.empty());
}

TEST_CASE("blocks are told apart, and a flag from what it means") {
    const auto blocks = parse_blocks(greet().manual);
    REQUIRE(blocks.size() == 7);
    CHECK(blocks[0].kind == Block::Kind::kParagraph);
    CHECK(blocks[1].kind == Block::Kind::kItem);
    CHECK(blocks[3].kind == Block::Kind::kHeading);
    CHECK(blocks[4].kind == Block::Kind::kTerm);
    CHECK(blocks[4].term == "**--loud**=<how>");
    CHECK(blocks[6].text == "$ say hello <you>\n");
    CHECK(plain_text("**a** `b*` <c> 1 < 2") == "a b* <c> 1 < 2");
}

TEST_CASE("a web page escapes what HTML would read, links to children and to the style sheet") {
    const auto pages = manual_pages(kTable);
    const std::string page = html_page(pages[2]);
    CHECK(page.find("<p>Greets <var>name</var> &amp; all.</p>") != std::string::npos);
    CHECK(page.find("<ul>\n<li><strong>one</strong></li>\n<li><code>two</code></li>\n</ul>") !=
          std::string::npos);
    CHECK(page.find("<dt><strong>--loud</strong>=<var>how</var></dt>") != std::string::npos);
    CHECK(page.find("$ say hello &lt;you&gt;") != std::string::npos);
    CHECK(page.find("href=\"../../style.css\"") != std::string::npos);
    CHECK(html_page(pages[1]).find("<a href=\"hello/index.html\">hello</a>") != std::string::npos);
}

TEST_CASE("a Markdown page has the front matter of the original's documentation") {
    const auto pages = manual_pages(kTable);
    CHECK(
        markdown_page(pages[1]).starts_with("---\nlayout: auto-doc\ncategory: reference\ntitle: "
                                            "tool say\nmenu:\n  docs:\n    parent: tool\n"
                                            "    children:\n      - hello\n---\n\n## Name\n"));
    CHECK(markdown_page(pages[2]).find("Greets `name` & all.") != std::string::npos);
}

TEST_CASE("a man page escapes what troff would obey") {
    const std::string page = man_page(manual_pages(kTable)[2], "1.2");
    CHECK(page.starts_with(".TH \"TOOL-SAY-HELLO\" 1 \"\" \"step++ 1.2\" \"step++\"\n"));
    CHECK(page.find("tool\\-say\\-hello \\- greet somebody\n") != std::string::npos);
    CHECK(page.find("\n.TP\n\\fB\\-\\-loud\\fR=\\fIhow\\fR\n\\&.as loud as\\ethis\n") !=
          std::string::npos);
    CHECK(page.find(".SH \"SEE ALSO\"\n.BR tool\\-say (1)\n") != std::string::npos);
}

TEST_CASE("the report counts words and lines of each section") {
    const std::string report = pages_report(manual_pages(kTable));
    CHECK(report.find("\"command\": \"tool say hello\"") != std::string::npos);
    CHECK(report.find("\"text\": \"$ say hello \\u003cyou\\u003e\"") != std::string::npos);
}

}  // namespace step::cli
