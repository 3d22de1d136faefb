#include "base/text.h"
#include "json/utf8.h"
#include "tmpl/cast.h"
#include "tmpl/families_impl.h"
#include "tmpl/format.h"
#include "tmpl/strconv.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

Result<Value> hello(Call&) {
    return Value("Hello!");
}

Result<Value> trim_spaces(Call& call) {
    return Value(trim(call.text(0)));
}

/// Go's strings.Trim(text, cutset).
Result<Value> trim_all(Call& call) {
    const std::u32string cut = to_runes(call.text(0));
    std::string_view text = call.text(1);
    const auto unwanted = [&](char32_t rune) { return cut.find(rune) != std::u32string::npos; };
    while (!text.empty()) {
        const json::Rune rune = json::first_rune(text);
        if (!unwanted(rune.value)) {
            break;
        }
        text.remove_prefix(rune.size);
    }
    std::u32string runes = to_runes(text);
    std::size_t end = text.size();
    // Octets that are no UTF-8 are seen one by one, from the end as from the front.
    while (!runes.empty() && unwanted(runes.back())) {
        std::string encoded;
        json::append_rune(encoded, runes.back());
        end -= text.substr(0, end).ends_with(encoded) ? encoded.size() : 1;
        runes.pop_back();
    }
    return Value(text.substr(0, end));
}

Result<Value> trim_suffix(Call& call) {
    std::string_view text = call.text(1);
    if (text.ends_with(call.text(0))) {
        text.remove_suffix(call.text(0).size());
    }
    return Value(text);
}

Result<Value> trim_prefix(Call& call) {
    std::string_view text = call.text(1);
    if (text.starts_with(call.text(0))) {
        text.remove_prefix(call.text(0).size());
    }
    return Value(text);
}

Result<Value> upper(Call& call) {
    return Value(map_runes(call.text(0), to_upper_rune));
}

Result<Value> lower(Call& call) {
    return Value(map_runes(call.text(0), to_lower_rune));
}

Result<Value> repeat(Call& call) {
    const std::int64_t count = call.integer(0);
    const std::string_view text = call.text(1);
    if (count < 0) {
        return failure("strings: negative Repeat count");
    }
    if (text.empty()) {
        return Value("");
    }
    const std::size_t limit = call.context().limits().output;
    const auto times = static_cast<std::size_t>(count);
    STEP_TRY(
        call.context().reserve_text(times > limit / text.size() ? limit + 1 : times * text.size()));
    std::string out;
    out.reserve(times * text.size());
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return Value(std::move(out));
}

Error out_of_range(std::string_view what) {
    return failure(fmt::format("runtime error: slice bounds out of range [{}]", what));
}

Result<Value> substr(Call& call) {
    const std::int64_t start = call.integer(0), end = call.integer(1);
    const std::string_view text = call.text(2);
    const auto size = static_cast<std::int64_t>(text.size());
    const auto from = static_cast<std::size_t>(start), to = static_cast<std::size_t>(end);
    if (start < 0) {
        if (end < 0) {
            return out_of_range(fmt::format(":{}", end));
        }
        if (end > size) {
            return failure(fmt::format(
                "runtime error: slice bounds out of range [:{}] with length {}", end, size));
        }
        return Value(text.substr(0, to));
    }
    if (end < 0 || end > size) {
        if (start > size) {
            return out_of_range(fmt::format("{}:{}", start, size));
        }
        return Value(text.substr(from));
    }
    if (start > end) {
        return out_of_range(fmt::format("{}:{}", start, end));
    }
    return Value(text.substr(from, to - from));
}

Result<Value> trunc(Call& call) {
    const std::int64_t count = call.integer(0);
    const std::string_view text = call.text(1);
    const auto size = static_cast<std::int64_t>(text.size());
    if (count < 0 && size + count > 0) {
        return Value(text.substr(static_cast<std::size_t>(size + count)));
    }
    if (count >= 0 && size > count) {
        return Value(text.substr(0, static_cast<std::size_t>(count)));
    }
    return call[1];
}

Result<Value> contains(Call& call) {
    return Value(call.text(1).find(call.text(0)) != std::string_view::npos);
}

Result<Value> has_prefix(Call& call) {
    return Value(call.text(1).starts_with(call.text(0)));
}

Result<Value> has_suffix(Call& call) {
    return Value(call.text(1).ends_with(call.text(0)));
}

Result<Value> quoted(Call& call) {
    std::string out;
    for (const Value& value : call.from(0)) {
        if (!value.is_nil()) {
            STEP_ASSIGN(const std::string text, string_of(call.context(), value));
            out.append(out.empty() ? "" : " ").append(quote_text(text));
        }
    }
    return Value(std::move(out));
}

Result<Value> squoted(Call& call) {
    std::string out;
    for (const Value& value : call.from(0)) {
        if (!value.is_nil()) {
            const Value args[] = {value};
            STEP_ASSIGN(const std::string text, sprint(call.context(), args));
            out.append(out.empty() ? "" : " ").append("'").append(text).append("'");
        }
    }
    return Value(std::move(out));
}

Result<Value> cat(Call& call) {
    std::string out;
    bool first = true;
    for (const Value& value : call.from(0)) {
        if (!value.is_nil()) {
            const Value args[] = {value};
            STEP_ASSIGN(const std::string text, sprint(call.context(), args));
            out.append(std::exchange(first, false) ? "" : " ").append(text);
        }
    }
    return Value(std::move(out));
}

Result<std::string> indented(Call& call, std::string_view before) {
    const std::int64_t spaces = call.integer(0);
    const std::string_view text = call.text(1);
    if (spaces < 0) {
        return failure("strings: negative Repeat count");
    }
    const std::size_t limit = call.context().limits().output;
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    const auto width = std::min(static_cast<std::size_t>(spaces), limit + 1);
    STEP_TRY(call.context().reserve_text(width > limit / lines ? limit + 1
                                                               : width * lines + text.size()));
    const std::string pad(width, ' ');
    return std::string(before) + pad + replace_all(std::string(text), "\n", "\n" + pad);
}

Result<Value> indent(Call& call) {
    STEP_ASSIGN(std::string text, indented(call, ""));
    return Value(std::move(text));
}

Result<Value> nindent(Call& call) {
    STEP_ASSIGN(std::string text, indented(call, "\n"));
    return Value(std::move(text));
}

/// Go's strings.ReplaceAll: an empty text stands before each character and at the end.
Result<Value> replace(Call& call) {
    const std::string_view from = call.text(0), to = call.text(1), text = call.text(2);
    std::size_t count = 0;
    if (from.empty()) {
        count = count_runes(text) + 1;
    } else {
        for (std::size_t at = text.find(from); at != std::string_view::npos;
             at = text.find(from, at + from.size())) {
            ++count;
        }
    }
    const std::size_t limit = call.context().limits().output;
    STEP_TRY(call.context().reserve_text(to.size() > limit / std::max<std::size_t>(count, 1)
                                             ? limit + 1
                                             : text.size() + count * to.size()));
    if (!from.empty()) {
        std::string out;
        std::size_t at = 0;
        for (std::size_t found = text.find(from); found != std::string_view::npos;
             found = text.find(from, at)) {
            out.append(text.substr(at, found - at)).append(to);
            at = found + from.size();
        }
        return Value(out.append(text.substr(at)));
    }
    std::string out(to);
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t size = json::first_rune(rest).size;
        out.append(rest.substr(0, size)).append(to);
        rest.remove_prefix(size);
    }
    return Value(std::move(out));
}

Result<Value> plural(Call& call) {
    return call.integer(2) == 1 ? call[0] : call[1];
}

Result<Value> to_string(Call& call) {
    STEP_ASSIGN(std::string text, string_of(call.context(), call[0]));
    return Value(std::move(text));
}

/// sprig's strslice: the items of a list as strings without nil ones; anything else alone.
Result<std::vector<std::string>> strings_of(Context& context, const Value& value) {
    std::vector<std::string> strings;
    if (value.is_slice() && !value.is(types::kBytes)) {
        STEP_TRY(context.spend(value.length()));
        for (std::size_t i = 0; i < value.length(); ++i) {
            const Value item = value.at(i);
            if (!item.is_nil()) {
                STEP_ASSIGN(std::string text, string_of(context, item));
                strings.push_back(std::move(text));
            }
        }
    } else if (value.is(types::kBytes)) {
        for (const char c : value.as_text()) {
            strings.push_back(std::to_string(static_cast<unsigned char>(c)));
        }
    } else if (!value.is_nil()) {
        STEP_ASSIGN(std::string text, string_of(context, value));
        strings.push_back(std::move(text));
    }
    return strings;
}

Result<Value> to_strings(Call& call) {
    if (call[0].is(types::kStrings)) {
        return call[0];
    }
    STEP_ASSIGN(const std::vector<std::string> strings, strings_of(call.context(), call[0]));
    return Value(strings);
}

Result<Value> joined(Call& call) {
    STEP_ASSIGN(const std::vector<std::string> strings, strings_of(call.context(), call[1]));
    std::size_t size = 0;
    for (const std::string& text : strings) {
        size += text.size() + call.text(0).size();
    }
    STEP_TRY(call.context().reserve_text(size));
    return Value(join(strings, call.text(0)));
}

Result<Value> sort_alpha(Call& call) {
    const Value& list = call[0];
    if (!list.is_slice()) {
        STEP_ASSIGN(const std::string text, string_of(call.context(), list));
        return Value(std::vector{text});
    }
    if (list.is(types::kStrings) && list.as_list() != nullptr) {
        // As in Go a list of strings is sorted where it is.
        std::sort((*list.as_list())->begin(), (*list.as_list())->end(),
                  [](const Value& a, const Value& b) { return a.as_text() < b.as_text(); });
        return list;
    }
    STEP_ASSIGN(std::vector<std::string> strings, strings_of(call.context(), list));
    std::sort(strings.begin(), strings.end());
    return Value(strings);
}

/// Go's strings.SplitN; a negative `count` is no limit.
Result<std::vector<std::string>> split_text(Context& context, std::string_view text,
                                            std::string_view separator, std::int64_t count) {
    std::vector<std::string> parts;
    if (count == 0 || (separator.empty() && text.empty())) {
        return parts;
    }
    STEP_TRY(context.reserve(text.size() * (separator.size() < 2 ? 32 : 16)));
    while (count < 0 || static_cast<std::int64_t>(parts.size()) + 1 < count) {
        std::size_t at = text.find(separator);
        if (separator.empty()) {
            at = json::first_rune(text).size;
            if (at == text.size()) {
                break;
            }
        }
        if (at == std::string_view::npos) {
            break;
        }
        parts.emplace_back(text.substr(0, at));
        text.remove_prefix(at + separator.size());
    }
    parts.emplace_back(text);
    return parts;
}

Result<Value> numbered(const std::vector<std::string>& parts) {
    auto map = make_map();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        map->set("_" + std::to_string(i), Value(parts[i]));
    }
    return Value::of(types::kStringMap, std::move(map));
}

Result<Value> split_map(Call& call) {
    STEP_ASSIGN(const auto parts, split_text(call.context(), call.text(1), call.text(0), -1));
    return numbered(parts);
}

Result<Value> splitn(Call& call) {
    STEP_ASSIGN(const auto parts,
                split_text(call.context(), call.text(2), call.text(0), call.integer(1)));
    return numbered(parts);
}

Result<Value> split_list(Call& call) {
    STEP_ASSIGN(const auto parts, split_text(call.context(), call.text(1), call.text(0), -1));
    return Value(parts);
}

Result<Value> to_number(Call& call) {
    // Atoi reads neither prefixes nor underscores; what is too large is cut to what fits.
    return Value::integer(parse_int(call.text(0), 10).value);
}

Result<Value> get_host_by_name(Call& call) {
    const Resolver& resolve = call.context().resolve();
    constexpr std::uint64_t kCost = 250'000;
    constexpr std::chrono::seconds kMayTake(5);
    STEP_TRY(call.context().spend(kCost));
    call.context().allow(kMayTake);
    const std::vector<std::string> addresses =
        resolve ? resolve(call.text(0)) : std::vector<std::string>{};
    if (addresses.empty()) {
        return failure("invalid argument to Intn");
    }
    return Value(addresses.front());
}

constexpr Entry kFamily[] = {
    {"hello", "", hello},
    {"trim", "string", trim_spaces},
    {"trimAll", "string string", trim_all},
    {"trimall", "string string", trim_all},
    {"trimSuffix", "string string", trim_suffix},
    {"trimPrefix", "string string", trim_prefix},
    {"upper", "string", upper},
    {"lower", "string", lower},
    {"repeat", "int string", repeat},
    {"substr", "int int string", substr},
    {"trunc", "int string", trunc},
    {"contains", "string string", contains},
    {"hasPrefix", "string string", has_prefix},
    {"hasSuffix", "string string", has_suffix},
    {"quote", "any...", quoted},
    {"squote", "any...", squoted},
    {"cat", "any...", cat},
    {"indent", "int string", indent},
    {"nindent", "int string", nindent},
    {"replace", "string string string", replace},
    {"plural", "string string int", plural},
    {"toString", "any", to_string},
    {"toStrings", "any", to_strings},
    {"join", "string any", joined},
    {"sortAlpha", "any", sort_alpha},
    {"split", "string string", split_map},
    {"splitn", "string int string", splitn},
    {"splitList", "string string", split_list},
    {"atoi", "string", to_number},
    {"getHostByName", "string", get_host_by_name},
};

}  // namespace

std::span<const Entry> string_family() {
    return kFamily;
}

}  // namespace step::tmpl
