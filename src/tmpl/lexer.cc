#include "tmpl/lexer.h"

#include <algorithm>

#include "json/utf8.h"
#include "tmpl/lexer_impl.h"

namespace step::tmpl {

namespace {

bool has_left_trim(std::string_view text) {
    return text.size() >= 2 && text[0] == '-' && is_blank(static_cast<unsigned char>(text[1]));
}

unsigned count_lines(std::string_view text) {
    return static_cast<unsigned>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

std::string describe(const Item& item) {
    if (item.token == Token::kEof) {
        return "EOF";
    }
    if (item.token == Token::kError) {
        return item.text;
    }
    if (item.token > Token::kKeyword) {
        return "<" + item.text + ">";
    }
    constexpr std::size_t kShown = 10;
    if (item.text.size() > kShown) {
        const std::u32string runes = to_runes(item.text);
        return quote_text(from_runes(std::u32string_view(runes).substr(0, kShown))) + "...";
    }
    return quote_text(item.text);
}

char32_t Lexer::read() {
    if (position_ >= input_.size()) {
        at_eof_ = true;
        return kEofRune;
    }
    const json::Rune rune = json::first_rune(input_.substr(position_));
    position_ += rune.size;
    line_ += rune.value == '\n' ? 1 : 0;
    return rune.value;
}

void Lexer::back() {
    if (at_eof_ || position_ == 0) {
        return;
    }
    std::size_t size = 1;
    for (std::size_t back = std::min<std::size_t>(4, position_); back > 1; --back) {
        const json::Rune rune = json::first_rune(input_.substr(position_ - back, back));
        if (rune.valid && rune.size == back) {
            size = back;
            break;
        }
    }
    position_ -= size;
    line_ -= input_[position_] == '\n' ? 1 : 0;
}

char32_t Lexer::peek() {
    const char32_t rune = read();
    back();
    return rune;
}

Item Lexer::make(Token token) {
    Item item{token, start_, std::string(input_.substr(start_, position_ - start_)), start_line_};
    start_ = position_;
    start_line_ = line_;
    return item;
}

Item Lexer::error(std::string text) {
    Item item{Token::kError, start_, std::move(text), start_line_};
    start_ = position_ = 0;
    input_ = {};
    inside_action_ = false;
    return item;
}

void Lexer::ignore() {
    line_ += count_lines(input_.substr(start_, position_ - start_));
    start_ = position_;
    start_line_ = line_;
}

bool Lexer::accept(std::string_view characters) {
    const char32_t rune = read();
    if (rune < 0x80 && characters.find(static_cast<char>(rune)) != std::string_view::npos) {
        return true;
    }
    back();
    return false;
}

void Lexer::accept_run(std::string_view characters) {
    while (accept(characters)) {
    }
}

std::size_t Lexer::spaces_at(std::size_t position) const {
    const std::size_t end = input_.find_first_not_of(kSpaces, position);
    return std::min(end, input_.size()) - position;
}

Item Lexer::next() {
    if (inside_action_) {
        return lex_inside_action();
    }
    return lex_text();
}

Item Lexer::lex_text() {
    for (;;) {
        const std::size_t found = input_.find(kLeft, position_);
        if (found == std::string_view::npos) {
            position_ = input_.size();
            if (position_ > start_) {
                line_ += count_lines(input_.substr(start_, position_ - start_));
                return make(Token::kText);
            }
            return Item{Token::kEof, position_, "EOF", start_line_};
        }
        if (found > position_) {
            position_ = found;
            std::size_t trimmed = 0;
            if (has_left_trim(input_.substr(found + kLeft.size()))) {
                const std::string_view text = input_.substr(start_, position_ - start_);
                const std::size_t last = text.find_last_not_of(kSpaces);
                trimmed = text.size() - (last == std::string_view::npos ? 0 : last + 1);
            }
            position_ -= trimmed;
            line_ += count_lines(input_.substr(start_, position_ - start_));
            Item item = make(Token::kText);
            position_ += trimmed;
            ignore();
            if (!item.text.empty()) {
                return item;
            }
        }
        // A comment leaves nothing, so look for text again behind it.
        Item item = lex_left_delim();
        if (item.token != Token::kSpace) {
            return item;
        }
    }
}

/// A space stands for a comment.
Item Lexer::lex_left_delim() {
    position_ += kLeft.size();
    const std::size_t marker = has_left_trim(input_.substr(position_)) ? kTrimMarker : 0;
    if (!input_.substr(position_ + marker).starts_with("/*")) {
        Item item = make(Token::kLeftDelim);
        inside_action_ = true;
        position_ += marker;
        ignore();
        paren_depth_ = 0;
        return item;
    }
    position_ += marker;
    ignore();
    const std::size_t end = input_.find("*/", position_ + 2);
    if (end == std::string_view::npos) {
        return error("unclosed comment");
    }
    position_ = end + 2;
    bool trims = false;
    if (!at_right_delim(trims)) {
        return error("comment ends before closing delimiter");
    }
    position_ += (trims ? kTrimMarker : 0) + kRight.size();
    position_ += trims ? spaces_at(position_) : 0;
    ignore();
    return Item{Token::kSpace, start_, "", start_line_};
}

bool Lexer::at_right_delim(bool& trims) const {
    const std::string_view rest = input_.substr(position_);
    trims = has_right_trim(rest) && rest.substr(kTrimMarker).starts_with(kRight);
    return trims || rest.starts_with(kRight);
}

Item Lexer::lex_right_delim() {
    bool trims = false;
    at_right_delim(trims);
    if (trims) {
        position_ += kTrimMarker;
        ignore();
    }
    position_ += kRight.size();
    Item item = make(Token::kRightDelim);
    if (trims) {
        position_ += spaces_at(position_);
        ignore();
    }
    inside_action_ = false;
    return item;
}

}  // namespace step::tmpl
