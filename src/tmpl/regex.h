#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tmpl/function.h"

namespace re2 {
class RE2;
}

namespace step::tmpl {

/// A text to match in. RE2 passes over octets that are no UTF-8, which Go takes for U+FFFD; so they
/// are matched as that. Borrows the text.
class Subject {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a text is what callers have.
    Subject(std::string_view text);

    std::string_view text() const { return text_; }
    std::string_view valid() const { return stray_.empty() ? text_ : std::string_view(valid_); }
    std::size_t to_valid(std::size_t position) const;
    std::size_t to_text(std::size_t valid_position) const;

private:
    std::string_view text_;
    std::string valid_{};
    std::vector<std::size_t> stray_{};  ///< Where they are in the text.
};

/// A regular expression in the syntax of Go's package regexp. Matching takes time linear in the
/// text.
class Regex {
public:
    /// Fails with Go's words: "error parsing regexp: missing closing ]: `[`". Expressions of more
    /// than some 10,000 states are refused.
    static Result<Regex> compile(std::string_view expression);
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// Where the expression and its groups match: begin and end, npos if a group does not.
    struct Span {
        std::size_t begin = std::string_view::npos, end = std::string_view::npos;
        bool matched() const { return begin != std::string_view::npos; }
        std::string_view in(std::string_view text) const {
            return matched() ? text.substr(begin, end - begin) : std::string_view{};
        }
    };
    using Match = std::vector<Span>;

    /// The first match that begins at or after `from`; empty if there is none.
    Match find(const Subject& subject, std::size_t from) const;
    /// regexp.FindAllStringIndex: all matches that do not overlap, at most `count` unless negative.
    Result<std::vector<Match>> find_all(Context& context, const Subject& subject,
                                        std::int64_t count) const;
    /// regexp.ReplaceAllString; `literal` takes $1 and ${name} for what they are.
    Result<std::string> replace_all(Context& context, const Subject& subject, std::string_view by,
                                    bool literal) const;
    /// Counts what matching `text` once may cost.
    Status spend(Context& context, std::string_view text) const;

private:
    explicit Regex(std::unique_ptr<re2::RE2> machine);
    void expand(std::string& out, std::string_view by, std::string_view text,
                const Match& match) const;
    int group_number(std::string_view name) const;

    std::unique_ptr<re2::RE2> machine_;
};

}  // namespace step::tmpl
