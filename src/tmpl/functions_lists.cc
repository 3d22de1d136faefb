#include <cmath>

#include "tmpl/cast.h"
#include "tmpl/families_impl.h"

namespace step::tmpl {

Error cannot(std::string_view what, const Value& value) {
    if (value.is_nil()) {
        return failure("runtime error: invalid memory address or nil pointer dereference");
    }
    return failure(fmt::format("{} {}", what, kind_name(value.kind())));
}

namespace {

/// The items of a list of any kind, each boxed.
Result<List> items_of(Call& call, const Value& value, std::string_view what) {
    if (!value.is_slice()) {
        return cannot(what, value);
    }
    STEP_TRY(call.context().spend(value.length()));
    STEP_TRY(call.context().reserve(value.length() * sizeof(Value)));
    if (const auto* list = value.as_list()) {
        return **list;
    }
    List items;
    for (std::size_t i = 0; i < value.length(); ++i) {
        items.push_back(value.at(i));
    }
    return items;
}

Result<Value> list(Call& call) {
    return Value(List(call.from(0).begin(), call.from(0).end()));
}

Result<Value> append(Call& call) {
    STEP_ASSIGN(List items, items_of(call, call[0], "Cannot push on type"));
    items.push_back(call[1]);
    return Value(std::move(items));
}

Result<Value> prepend(Call& call) {
    STEP_ASSIGN(List items, items_of(call, call[0], "Cannot prepend on type"));
    items.insert(items.begin(), call[1]);
    return Value(std::move(items));
}

Result<Value> concat(Call& call) {
    List all;
    for (const Value& part : call.from(0)) {
        if (!part.is_nil() && !part.is_slice()) {
            return failure(fmt::format("Cannot concat type {} as list", kind_name(part.kind())));
        }
        STEP_ASSIGN(const List items, items_of(call, part, ""));
        all.insert(all.end(), items.begin(), items.end());
    }
    return all.empty() ? Value::nil_of(types::kList) : Value(std::move(all));
}

Result<Value> rest(Call& call) {
    STEP_ASSIGN(List items, items_of(call, call[0], "Cannot find rest on type"));
    if (items.empty()) {
        return Value::nil_of(types::kList);
    }
    items.erase(items.begin());
    return Value(std::move(items));
}

Result<Value> initial(Call& call) {
    STEP_ASSIGN(List items, items_of(call, call[0], "Cannot find initial on type"));
    if (items.empty()) {
        return Value::nil_of(types::kList);
    }
    items.pop_back();
    return Value(std::move(items));
}

Result<Value> reverse(Call& call) {
    STEP_ASSIGN(List items, items_of(call, call[0], "Cannot find reverse on type"));
    std::reverse(items.begin(), items.end());
    return Value(std::move(items));
}

/// go's `empty` of sprig is Go's truth but for objects.
bool is_empty(const Value& value) {
    return !is_true(value);
}

Result<Value> compact(Call& call) {
    STEP_ASSIGN(List items, items_of(call, call[0], "Cannot compact on type"));
    std::erase_if(items, is_empty);
    return Value(std::move(items));
}

Result<bool> holds(Call& call, std::span<const Value> items, const Value& wanted) {
    STEP_TRY(call.context().spend(items.size()));
    for (const Value& item : items) {
        if (deep_equal(wanted, item)) {
            return true;
        }
    }
    return false;
}

Result<Value> uniq(Call& call) {
    STEP_ASSIGN(const List items, items_of(call, call[0], "Cannot find uniq on type"));
    List unique;
    for (const Value& item : items) {
        STEP_ASSIGN(const bool known, holds(call, unique, item));
        if (!known) {
            unique.push_back(item);
        }
    }
    return Value(std::move(unique));
}

Result<Value> without(Call& call) {
    STEP_ASSIGN(const List items, items_of(call, call[0], "Cannot find without on type"));
    List kept;
    for (const Value& item : items) {
        STEP_ASSIGN(const bool unwanted, holds(call, call.from(1), item));
        if (!unwanted) {
            kept.push_back(item);
        }
    }
    return Value(std::move(kept));
}

Result<Value> chunk(Call& call) {
    const std::int64_t size = call.integer(0);
    STEP_ASSIGN(const List items, items_of(call, call[1], "Cannot chunk type"));
    if (size <= 0) {
        // Go makes room for floor((n - 1) / size) + 1 chunks: one if n is 1, or none.
        const auto count = static_cast<std::int64_t>(items.size());
        if (count == 1 && size < -1) {
            return Value::of(types::kLists, List{Value(items)});
        }
        if (count > 1 && count - 1 <= -size) {
            return Value::of(types::kLists, List());
        }
        return failure("runtime error: makeslice: len out of range");
    }
    List chunks;
    for (std::size_t at = 0; at < items.size();) {
        const std::size_t count = std::min(items.size() - at, static_cast<std::size_t>(size));
        const auto begin = items.begin() + static_cast<std::ptrdiff_t>(at);
        chunks.emplace_back(List(begin, begin + static_cast<std::ptrdiff_t>(count)));
        at += count;
    }
    return Value::of(types::kLists, std::move(chunks));
}

constexpr Entry kFamily[] = {
    {"list", "any...", list},
    {"tuple", "any...", list},
    {"append", "any any", append},
    {"push", "any any", append},
    {"mustAppend", "any any", append},
    {"mustPush", "any any", append},
    {"prepend", "any any", prepend},
    {"mustPrepend", "any any", prepend},
    {"concat", "any...", concat},
    {"rest", "any", rest},
    {"mustRest", "any", rest},
    {"initial", "any", initial},
    {"mustInitial", "any", initial},
    {"reverse", "any", reverse},
    {"mustReverse", "any", reverse},
    {"compact", "any", compact},
    {"mustCompact", "any", compact},
    {"uniq", "any", uniq},
    {"mustUniq", "any", uniq},
    {"without", "any any...", without},
    {"mustWithout", "any any...", without},
    {"chunk", "int any", chunk},
    {"mustChunk", "int any", chunk},
};

Result<Value> first(Call& call) {
    if (!call[0].is_slice()) {
        return cannot("Cannot find first on type", call[0]);
    }
    return call[0].length() == 0 ? Value() : call[0].at(0);
}

Result<Value> last(Call& call) {
    if (!call[0].is_slice()) {
        return cannot("Cannot find last on type", call[0]);
    }
    return call[0].length() == 0 ? Value() : call[0].at(call[0].length() - 1);
}

Result<Value> has(Call& call) {
    if (call[1].is_nil()) {
        return Value(false);
    }
    STEP_ASSIGN(const List items, items_of(call, call[1], "Cannot find has on type"));
    STEP_ASSIGN(const bool found, holds(call, items, call[0]));
    return Value(found);
}

Result<Value> slice(Call& call) {
    const Value& whole = call[0];
    if (!whole.is_slice()) {
        return cannot("list should be type of slice or array but", whole);
    }
    if (whole.length() == 0) {
        return Value();
    }
    const std::int64_t from = call.size() > 1 ? cast_int(call[1]) : 0;
    const auto size = static_cast<std::int64_t>(whole.length());
    const std::int64_t to = call.size() > 2 ? cast_int(call[2]) : size;
    if (from < 0 || from > to || to > size) {
        return failure("reflect.Value.Slice: slice index out of bounds");
    }
    if (const auto* items = whole.as_list()) {
        return Value::of(*whole.type(), List((*items)->begin() + from, (*items)->begin() + to));
    }
    return Value::of(*whole.type(),
                     std::string(whole.as_text().substr(static_cast<std::size_t>(from),
                                                        static_cast<std::size_t>(to - from))));
}

constexpr Entry kAccessFamily[] = {
    {"first", "any", first},        {"mustFirst", "any", first},
    {"last", "any", last},          {"mustLast", "any", last},
    {"has", "any any", has},        {"mustHas", "any any", has},
    {"slice", "any any...", slice}, {"mustSlice", "any any...", slice},
};

}  // namespace

std::span<const Entry> list_family() {
    return kFamily;
}

std::span<const Entry> list_access_family() {
    return kAccessFamily;
}

}  // namespace step::tmpl
