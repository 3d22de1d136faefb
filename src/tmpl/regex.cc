#include "tmpl/regex.h"

#include <re2/re2.h>

#include "base/text.h"
#include "json/utf8.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

/// Go's name for what RE2 found wrong.
std::string_view reason(RE2::ErrorCode code) {
    switch (code) {
        case RE2::ErrorBadEscape:
            return "invalid escape sequence";
        case RE2::ErrorBadCharClass:
            return "invalid character class";
        case RE2::ErrorBadCharRange:
            return "invalid character class range";
        case RE2::ErrorMissingBracket:
            return "missing closing ]";
        case RE2::ErrorMissingParen:
            return "missing closing )";
        case RE2::ErrorUnexpectedParen:
            return "unexpected )";
        case RE2::ErrorTrailingBackslash:
            return "trailing backslash at end of expression";
        case RE2::ErrorRepeatArgument:
            return "missing argument to repetition operator";
        case RE2::ErrorRepeatSize:
            return "invalid repeat count";
        case RE2::ErrorRepeatOp:
            return "invalid nested repetition operator";
        case RE2::ErrorBadPerlOp:
            return "invalid or unsupported Perl syntax";
        case RE2::ErrorBadUTF8:
            return "invalid UTF-8";
        case RE2::ErrorBadNamedCapture:
            return "invalid named capture";
        default:
            return "expression too large";
    }
}

/// Where Go and this RE2 read an expression differently: Go knows (?<name>…) and has no \C.
Result<std::string> for_re2(std::string_view expression) {
    std::string out;
    bool in_class = false;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        const std::string_view rest = expression.substr(i);
        if (rest.starts_with("\\Q")) {
            const std::size_t size = std::min(rest.find("\\E"), rest.size());
            out += rest.substr(0, size);
            i += size - 1;
        } else if (rest.starts_with("\\C")) {
            return failure("error parsing regexp: invalid escape sequence: `\\C`");
        } else if (rest[0] == '\\') {
            out += rest.substr(0, 2);
            ++i;
        } else if (!in_class && rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' &&
                   rest[3] != '!') {
            out += "(?P<";
            i += 2;
        } else {
            // A bracket that comes first in a class closes nothing, but then no '(?<' is lost.
            in_class = rest[0] == '[' || (in_class && rest[0] != ']');
            out += rest[0];
        }
    }
    return out;
}

std::size_t width_at(std::string_view text, std::size_t at) {
    return at < text.size() ? json::first_rune(text.substr(at)).size : 0;
}

}  // namespace

Subject::Subject(std::string_view text) : text_(text) {
    if (is_utf8(text)) {
        return;
    }
    for (std::size_t at = 0; at < text.size();) {
        const json::Rune rune = json::first_rune(text.substr(at));
        if (rune.valid) {
            valid_ += text.substr(at, rune.size);
        } else {
            stray_.push_back(at);
            json::append_rune(valid_, json::kReplacement);
        }
        at += rune.size;
    }
}

constexpr std::size_t kGrowth = 2;  // One octet becomes the three of U+FFFD.

std::size_t Subject::to_valid(std::size_t position) const {
    const auto before = std::lower_bound(stray_.begin(), stray_.end(), position) - stray_.begin();
    return position + kGrowth * static_cast<std::size_t>(before);
}

std::size_t Subject::to_text(std::size_t valid_position) const {
    std::size_t low = 0, high = stray_.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (stray_[middle] + kGrowth * middle < valid_position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return valid_position - kGrowth * low;
}

Regex::Regex(std::unique_ptr<re2::RE2> machine) : machine_(std::move(machine)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view expression) {
    constexpr std::size_t kLongest = 4096;
    constexpr std::int64_t kMemory = std::int64_t{512} << 10;
    if (expression.size() > kLongest) {
        return failure(fmt::format("error parsing regexp: expression too large: `{}…`",
                                   expression.substr(0, 32)));
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemory);
    STEP_ASSIGN(const std::string ours, for_re2(expression));
    auto machine = std::make_unique<RE2>(ours, options);
    if (!machine->ok()) {
        const bool tail = machine->error_code() == RE2::ErrorTrailingBackslash;
        const bool whole = machine->error_code() == RE2::ErrorMissingParen ||
                           machine->error_code() == RE2::ErrorUnexpectedParen ||
                           machine->error_code() == RE2::ErrorBadUTF8;
        const std::string_view at = tail    ? ""
                                    : whole ? expression
                                            : std::string_view(machine->error_arg());
        return failure(
            fmt::format("error parsing regexp: {}: `{}`", reason(machine->error_code()), at));
    }
    return Regex(std::move(machine));
}

Status Regex::spend(Context& context, std::string_view text) const {
    constexpr std::size_t kStatesPerStep = 128;
    const auto states = static_cast<std::size_t>(std::max(machine_->ProgramSize(), 1));
    return context.spend(1 + states / 16 + text.size() * states / kStatesPerStep);
}

Regex::Match Regex::find(const Subject& subject, std::size_t from) const {
    const std::string_view text = subject.valid();
    const int groups = machine_->NumberOfCapturingGroups() + 1;
    std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(groups));
    const re2::StringPiece whole(text.data(), text.size());
    if (from > subject.text().size() || !machine_->Match(whole, subject.to_valid(from), text.size(),
                                                         RE2::UNANCHORED, pieces.data(), groups)) {
        return {};
    }
    Match match;
    for (const re2::StringPiece& piece : pieces) {
        if (piece.data() == nullptr) {
            match.emplace_back();
            continue;
        }
        const auto begin = static_cast<std::size_t>(piece.data() - text.data());
        match.push_back({subject.to_text(begin), subject.to_text(begin + piece.size())});
    }
    return match;
}

Result<std::vector<Regex::Match>> Regex::find_all(Context& context, const Subject& subject,
                                                  std::int64_t count) const {
    const std::string_view text = subject.text();
    std::vector<Match> all;
    std::size_t at = 0, last_end = std::string_view::npos;
    STEP_TRY(spend(context, text));
    while (at <= text.size() && (count < 0 || static_cast<std::int64_t>(all.size()) < count)) {
        STEP_TRY(context.spend());
        Match match = find(subject, at);
        if (match.empty()) {
            break;
        }
        const auto [begin, end] = match.front();
        bool accepted = true;
        if (end == at) {
            // An empty match right behind another one does not count.
            accepted = begin != last_end;
            at = at < text.size() ? at + width_at(text, at) : text.size() + 1;
        } else {
            at = end;
        }
        last_end = end;
        if (accepted) {
            STEP_TRY(context.reserve(match.size() * sizeof(Span)));
            all.push_back(std::move(match));
        }
    }
    return all;
}

int Regex::group_number(std::string_view name) const {
    const bool digits =
        !name.empty() && name.size() < 9 &&
        std::all_of(
            name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
        (name.size() == 1 || name[0] != '0');
    if (digits) {
        int number = 0;
        for (const char c : name) {
            number = number * 10 + (c - '0');
        }
        return number;
    }
    const auto& groups = machine_->NamedCapturingGroups();
    const auto found = groups.find(std::string(name));
    return found == groups.end() ? -1 : found->second;
}

/// Go's Expand: $name, ${name}, $1, $$.
void Regex::expand(std::string& out, std::string_view by, std::string_view text,
                   const Match& match) const {
    while (!by.empty()) {
        const std::size_t dollar = std::min(by.find('$'), by.size());
        out += by.substr(0, dollar);
        by.remove_prefix(dollar);
        if (by.empty()) {
            return;
        }
        if (by.starts_with("$$")) {
            out += '$';
            by.remove_prefix(2);
            continue;
        }
        const bool braces = by.starts_with("${");
        const std::string_view rest = by.substr(braces ? 2 : 1);
        std::size_t size = 0;
        while (size < rest.size()) {
            const json::Rune rune = json::first_rune(rest.substr(size));
            if (!is_letter(rune.value) && !is_digit(rune.value) && rune.value != '_') {
                break;
            }
            size += rune.size;
        }
        if (size == 0 || (braces && !rest.substr(size).starts_with('}'))) {
            out += '$';
            by.remove_prefix(1);
            continue;
        }
        const int group = group_number(rest.substr(0, size));
        if (group >= 0 && static_cast<std::size_t>(group) < match.size()) {
            out += match[static_cast<std::size_t>(group)].in(text);
        }
        by = rest.substr(size + (braces ? 1 : 0));
    }
}

Result<std::string> Regex::replace_all(Context& context, const Subject& subject,
                                       std::string_view by, bool literal) const {
    const std::string_view text = subject.text();
    std::string out;
    std::size_t last_end = 0, at = 0;
    STEP_TRY(spend(context, text));
    while (at <= text.size()) {
        STEP_TRY(context.spend());
        const Match match = find(subject, at);
        if (match.empty()) {
            break;
        }
        const auto [begin, end] = match.front();
        out += text.substr(last_end, begin - last_end);
        if (end > last_end || begin == 0) {
            if (literal) {
                out += by;
            } else {
                expand(out, by, text, match);
            }
        }
        if (out.size() > context.limits().output) {
            break;
        }
        last_end = end;
        const std::size_t width = width_at(text, at);
        at = at + width > end ? at + width : at + 1 > end ? at + 1 : end;
    }
    STEP_TRY(context.reserve_text(out.size() + text.size() - last_end));
    out += text.substr(last_end);
    return out;
}

}  // namespace step::tmpl
