#include "tmpl/families_impl.h"
#include "tmpl/format_impl.h"
#include "tmpl/regex.h"

namespace step::tmpl {
namespace {

Value texts(std::string_view text, const std::vector<Regex::Match>& matches) {
    if (matches.empty()) {
        return Value::nil_of(types::kStrings);
    }
    std::vector<std::string> found;
    for (const Regex::Match& match : matches) {
        found.emplace_back(match.front().in(text));
    }
    return Value(found);
}

Result<Value> must_match(Call& call) {
    STEP_ASSIGN(const Regex regex, Regex::compile(call.text(0)));
    STEP_TRY(regex.spend(call.context(), call.text(1)));
    return Value(!regex.find(call.text(1), 0).empty());
}

Result<Value> match(Call& call) {
    Result<Value> matched = must_match(call);
    return matched || matched.error().has_reason(kLimit) ? matched : Result<Value>(Value(false));
}

/// What sprig compiles with MustCompile, whose panic has other words than Compile's error.
Result<Regex> compile_for(Call& call, bool must) {
    auto regex = Regex::compile(call.text(0));
    if (regex || must) {
        return regex;
    }
    std::string shown;
    Formatter formatter(shown);
    formatter.flags.sharp = true;
    formatter.write_quoted(call.text(0));
    return failure(fmt::format("regexp: Compile({}): {}", shown, regex.error().detail));
}

template <bool kMust>
Result<Value> find_all(Call& call) {
    STEP_ASSIGN(const Regex regex, compile_for(call, kMust));
    STEP_ASSIGN(const auto matches, regex.find_all(call.context(), call.text(1), call.integer(2)));
    return texts(call.text(1), matches);
}

template <bool kMust>
Result<Value> find(Call& call) {
    STEP_ASSIGN(const Regex regex, compile_for(call, kMust));
    STEP_TRY(regex.spend(call.context(), call.text(1)));
    const Regex::Match match = regex.find(call.text(1), 0);
    return Value(match.empty() ? std::string_view{} : match.front().in(call.text(1)));
}

template <bool kMust, bool kLiteral>
Result<Value> replace(Call& call) {
    STEP_ASSIGN(const Regex regex, compile_for(call, kMust));
    STEP_ASSIGN(std::string text,
                regex.replace_all(call.context(), call.text(1), call.text(2), kLiteral));
    return Value(std::move(text));
}

template <bool kMust>
Result<Value> split(Call& call) {
    STEP_ASSIGN(const Regex regex, compile_for(call, kMust));
    const std::string_view text = call.text(1);
    const std::int64_t count = call.integer(2);
    if (count == 0) {
        return Value::nil_of(types::kStrings);
    }
    if (!call.text(0).empty() && text.empty()) {
        return Value(std::vector<std::string>{""});
    }
    STEP_ASSIGN(const auto matches, regex.find_all(call.context(), text, count));
    std::vector<std::string> parts;
    std::size_t begin = 0, end = 0;
    for (const Regex::Match& match : matches) {
        if (count > 0 && static_cast<std::int64_t>(parts.size()) == count - 1) {
            break;
        }
        end = match.front().begin;
        if (match.front().end != 0) {
            parts.emplace_back(text.substr(begin, end - begin));
        }
        begin = match.front().end;
    }
    if (end != text.size()) {
        parts.emplace_back(text.substr(begin));
    }
    return Value(parts);
}

Result<Value> quote_meta(Call& call) {
    std::string out;
    for (const char c : call.text(0)) {
        if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c;
    }
    return Value(std::move(out));
}

constexpr Entry kFamily[] = {
    {"regexMatch", "string string", match},
    {"mustRegexMatch", "string string", must_match},
    {"regexFindAll", "string string int", find_all<false>},
    {"mustRegexFindAll", "string string int", find_all<true>},
    {"regexFind", "string string", find<false>},
    {"mustRegexFind", "string string", find<true>},
    {"regexReplaceAll", "string string string", replace<false, false>},
    {"mustRegexReplaceAll", "string string string", replace<true, false>},
    {"regexReplaceAllLiteral", "string string string", replace<false, true>},
    {"mustRegexReplaceAllLiteral", "string string string", replace<true, true>},
    {"regexSplit", "string string int", split<false>},
    {"mustRegexSplit", "string string int", split<true>},
    {"regexQuoteMeta", "string", quote_meta},
};

}  // namespace

std::span<const Entry> regex_family() {
    return kFamily;
}

}  // namespace step::tmpl
