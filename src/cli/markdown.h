#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace step::cli {

/// A part of a manual. Manuals know headings, paragraphs, "- " lists, fenced blocks, and flags or
/// placeholders on a line of their own with what they mean below.
struct Block {
    enum class Kind : unsigned char { kHeading, kParagraph, kItem, kTerm, kCode };
    Kind kind = Kind::kParagraph;
    std::string term{};  ///< kTerm: "**--out**=<file>", "<crt-file>".
    std::string text{};  ///< Without the marks of the block; lines as they stand.
};
std::vector<Block> parse_blocks(std::string_view markdown);

/// A run of text in one style: **strong**, `code` or a <placeholder>, which is without its
/// brackets.
struct Span {
    enum class Style : unsigned char { kPlain, kStrong, kCode, kPlaceholder };
    Style style = Style::kPlain;
    std::string text{};
};
std::vector<Span> parse_spans(std::string_view text);

/// The text without any marks; placeholders keep their brackets.
std::string plain_text(std::string_view text);

}  // namespace step::cli
