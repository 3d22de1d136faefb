// Texts from lists and lists from texts.
#include "base/text.h"
#include "json/utf8.h"
#include "tmpl/families_impl.h"
#include "tmpl/format.h"

namespace step::tmpl {
namespace {

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

constexpr Entry kFamily[] = {
    {"toStrings", "any", to_strings},        {"join", "string any", joined},
    {"sortAlpha", "any", sort_alpha},        {"split", "string string", split_map},
    {"splitn", "string int string", splitn}, {"splitList", "string string", split_list},
};

}  // namespace

std::span<const Entry> split_family() {
    return kFamily;
}

}  // namespace step::tmpl
