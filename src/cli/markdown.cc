#include "cli/markdown.h"

#include "base/text.h"

namespace step::cli {
namespace {

Block paragraph(std::string text) {
    if (text.starts_with("- ")) {
        return {.kind = Block::Kind::kItem, .text = text.substr(2)};
    }
    const std::size_t end = text.find('\n');
    const bool flag = text.starts_with("**-"), word = text.starts_with('<');
    if ((flag || word) && end != std::string::npos) {
        std::string term = text.substr(0, end);
        if (flag || term.ends_with('>')) {
            return {
                .kind = Block::Kind::kTerm, .term = std::move(term), .text = text.substr(end + 1)};
        }
    }
    return {.text = std::move(text)};
}

}  // namespace

std::vector<Block> parse_blocks(std::string_view markdown) {
    std::vector<Block> blocks;
    std::string gathered;
    bool fenced = false;
    const auto flush = [&] {
        if (!gathered.empty()) {
            blocks.push_back(paragraph(std::exchange(gathered, {})));
        }
    };
    for (const std::string& line : split(markdown, '\n')) {
        if (line.starts_with("```")) {
            if (fenced) {
                blocks.push_back({.kind = Block::Kind::kCode, .text = std::exchange(gathered, {})});
            } else {
                flush();
            }
            fenced = !fenced;
        } else if (fenced) {
            gathered += line + "\n";
        } else if (line.starts_with('#')) {
            flush();
            blocks.push_back({.kind = Block::Kind::kHeading,
                              .text = std::string(trim(
                                  std::string_view(line).substr(line.find_first_not_of('#'))))});
        } else if (trim(line).empty()) {
            flush();
        } else {
            if (line.starts_with("- ")) {
                flush();
            }
            gathered += (gathered.empty() ? "" : "\n") + line;
        }
    }
    flush();
    return blocks;
}

std::vector<Span> parse_spans(std::string_view text) {
    using Style = Span::Style;
    constexpr struct {
        std::string_view open, close;
        Style style;
    } kMarks[] = {
        {"`", "`", Style::kCode}, {"**", "**", Style::kStrong}, {"<", ">", Style::kPlaceholder}};
    std::vector<Span> spans;
    const auto add = [&](Style style, std::string_view part) {
        if (style == Style::kPlain && !spans.empty() && spans.back().style == style) {
            spans.back().text += part;
        } else {
            spans.push_back({.style = style, .text = std::string(part)});
        }
    };
    while (!text.empty()) {
        bool marked = false;
        for (const auto& mark : kMarks) {
            const std::size_t end = text.starts_with(mark.open)
                                        ? text.find(mark.close, mark.open.size())
                                        : std::string_view::npos;
            if (end != std::string_view::npos) {
                add(mark.style, text.substr(mark.open.size(), end - mark.open.size()));
                text.remove_prefix(end + mark.close.size());
                marked = true;
                break;
            }
        }
        if (!marked) {
            add(Style::kPlain, text.substr(0, 1));
            text.remove_prefix(1);
        }
    }
    return spans;
}

std::string plain_text(std::string_view text) {
    std::string plain;
    for (const Span& span : parse_spans(text)) {
        plain += span.style == Span::Style::kPlaceholder ? "<" + span.text + ">" : span.text;
    }
    return plain;
}

}  // namespace step::cli
