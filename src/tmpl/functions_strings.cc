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
    {"atoi", "string", to_number},
    {"getHostByName", "string", get_host_by_name},
};

}  // namespace

std::span<const Entry> string_family() {
    return kFamily;
}

}  // namespace step::tmpl
