#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/program.h"

namespace step::cli {

/// The manual of a command or group, to be written down in another form.
struct Page {
    std::string path{};                   ///< "ca certificate"; "" is the program.
    std::string title{};                  ///< "step ca certificate"
    std::string brief{};                  ///< One line.
    std::string markdown{};               ///< As command_help and group_help make it.
    std::vector<std::string> children{};  ///< Last words of what stands below; empty for a command.
    bool group = false;
};
/// The program, then every group and command, sorted by path.
std::vector<Page> manual_pages(const Table& table);

/// A page for a web browser, with links to its children and, relative to it, to style.css.
std::string html_page(const Page& page);
std::string style_sheet();
/// A README.mdx with front matter, as the original's documentation takes them.
std::string markdown_page(const Page& page);
/// A page for man(1), section 1; `version` stands at its foot.
std::string man_page(const Page& page, std::string_view version);
/// What every page holds, by section, as the original's report.json.
std::string pages_report(const std::vector<Page>& pages);

/// Write all pages below `folder`: PATH/index.html and style.css, PATH/README.mdx, or
/// man1/step-PATH.1 with dashes. Fail as make_folders and write_file.
Status write_html(const std::vector<Page>& pages, const std::string& folder, bool report);
Status write_markdown(const std::vector<Page>& pages, const std::string& folder);
Status write_man(const std::vector<Page>& pages, const std::string& folder,
                 std::string_view version);

}  // namespace step::cli
