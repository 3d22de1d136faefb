#include "tmpl/families_impl.h"
#include "tmpl/format.h"

namespace step::tmpl {
namespace {

/// Puts a value into a map. A map must not come to hold itself: it would never be freed, and
/// printing it would never end.
Status store(Call& call, const std::shared_ptr<Map>& map, std::string key, const Value& value) {
    if (value.depth() > 0) {
        STEP_TRY(call.context().spend(value.length()));
        if (true_depth(value, map.get()) > kMaxNesting) {
            return limit_reached("dict would hold itself or nest too deeply");
        }
    }
    STEP_TRY(call.context().reserve(key.size() + sizeof(Value) + 64));
    map->set(std::move(key), value);
    return ok();
}

Result<Value> dict(Call& call) {
    auto map = make_map();
    for (std::size_t i = 0; i < call.size(); i += 2) {
        STEP_ASSIGN(std::string key, string_of(call.context(), call[i]));
        map->set(std::move(key), i + 1 < call.size() ? call[i + 1] : Value(""));
    }
    return Value(std::move(map));
}

const Value* find(const std::shared_ptr<Map>& map, std::string_view key) {
    return map ? map->find(key) : nullptr;
}

Result<Value> get(Call& call) {
    const Value* found = find(call.map(0), call.text(1));
    return found == nullptr ? Value("") : *found;
}

Result<Value> set(Call& call) {
    const auto map = call.map(0);
    if (!map) {
        return failure("assignment to entry in nil map");
    }
    STEP_TRY(store(call, map, std::string(call.text(1)), call[2]));
    return call[0];
}

Result<Value> unset(Call& call) {
    if (const auto map = call.map(0)) {
        map->remove(call.text(1));
    }
    return call[0];
}

Result<Value> has_key(Call& call) {
    return Value(find(call.map(0), call.text(1)) != nullptr);
}

Result<Value> pluck(Call& call) {
    List values;
    for (std::size_t i = 1; i < call.size(); ++i) {
        if (const Value* found = find(call.map(i), call.text(0))) {
            values.push_back(*found);
        }
    }
    return Value(std::move(values));
}

Result<Value> keys(Call& call) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (const auto map = call.map(i)) {
            STEP_TRY(call.context().spend(map->size()));
            for (const auto& [key, value] : map->items()) {
                names.push_back(key);
            }
        }
    }
    return Value(names);
}

Result<Value> values(Call& call) {
    List all;
    if (const auto map = call.map(0)) {
        STEP_TRY(call.context().spend(map->size()));
        for (const auto& [key, value] : map->items()) {
            all.push_back(value);
        }
    }
    return Value(std::move(all));
}

Result<Value> pick(Call& call) {
    auto picked = make_map();
    for (std::size_t i = 1; i < call.size(); ++i) {
        if (const Value* found = find(call.map(0), call.text(i))) {
            picked->set(std::string(call.text(i)), *found);
        }
    }
    return Value(std::move(picked));
}

Result<Value> omit(Call& call) {
    auto rest = make_map();
    if (const auto map = call.map(0)) {
        STEP_TRY(call.context().spend(map->size() * call.size()));
        for (const auto& [key, value] : map->items()) {
            bool unwanted = false;
            for (std::size_t i = 1; i < call.size(); ++i) {
                unwanted = unwanted || call.text(i) == key;
            }
            if (!unwanted) {
                rest->set(key, value);
            }
        }
    }
    return Value(std::move(rest));
}

/// mergo's rules: what the target has stays unless it is empty or `overwrite` holds; maps in both
/// are merged; nil only overwrites.
Status merge_into(Call& call, const std::shared_ptr<Map>& target,
                  const std::shared_ptr<Map>& source, bool overwrite) {
    if (!source || source == target) {
        return ok();
    }
    STEP_TRY(call.context().spend(source->size() + 1));
    const Map::Items items = source->items();
    for (const auto& [key, value] : items) {
        if (value.is_nil()) {
            if (overwrite) {
                STEP_TRY(store(call, target, key, value));
            }
            continue;
        }
        const Value* known = target->find(key);
        if (value.as_map() != nullptr && known != nullptr && known->as_map() != nullptr) {
            const std::shared_ptr<Map> inner = *known->as_map();
            if (inner != *value.as_map() &&
                true_depth(Value(*value.as_map()), inner.get()) > kMaxNesting) {
                return limit_reached("dict would hold itself or nest too deeply");
            }
            STEP_TRY(merge_into(call, inner, *value.as_map(), overwrite));
            if (inner->size() > 0) {
                continue;
            }
        }
        const bool empty = known == nullptr || !is_true(*known);
        if (overwrite || empty) {
            STEP_TRY(store(call, target, key, value));
        }
    }
    return ok();
}

Result<Value> merge_all(Call& call, bool overwrite) {
    const auto target = call.map(0) ? call.map(0) : make_map();
    for (std::size_t i = 1; i < call.size(); ++i) {
        STEP_TRY(merge_into(call, target, call.map(i), overwrite));
    }
    return Value(target);
}

Result<Value> merge(Call& call) {
    return merge_all(call, false);
}

Result<Value> merge_overwrite(Call& call) {
    return merge_all(call, true);
}

Result<Value> copy_of(Call& call, const Value& value, unsigned depth) {
    STEP_TRY(call.context().spend());
    if (depth > kMaxNesting * 4) {
        return limit_reached("value is nested too deeply to copy");
    }
    STEP_TRY(call.context().reserve(sizeof(Value) * (value.length() + 1)));
    if (const auto* list = value.as_list()) {
        List items;
        for (const Value& item : **list) {
            STEP_ASSIGN(Value copy, copy_of(call, item, depth + 1));
            items.push_back(std::move(copy));
        }
        return Value::of(*value.type(), std::move(items));
    }
    if (const auto* map = value.as_map()) {
        auto copy = make_map();
        for (const auto& [key, item] : (*map)->items()) {
            STEP_ASSIGN(Value inner, copy_of(call, item, depth + 1));
            copy->set(key, std::move(inner));
        }
        return Value::of(*value.type(), std::move(copy));
    }
    return value;
}

Result<Value> deep_copy(Call& call) {
    if (call[0].is_nil()) {
        return failure("reflect: call of reflect.Value.Type on zero Value");
    }
    return copy_of(call, call[0], 0);
}

Error not_a(const Value& value, std::string_view wanted) {
    return failure(fmt::format("interface conversion: interface {{}} is {}, not {}",
                               value.is_nil() ? "nil" : value.type_name(), wanted));
}

Result<Value> dig(Call& call) {
    if (call.size() < 3) {
        return failure("dig needs at least three arguments");
    }
    const Value& fallback = call[call.size() - 2];
    Value step = call[call.size() - 1];
    if (!step.is(types::kMap)) {
        return not_a(step, types::kMap.name);
    }
    for (const Value& key : call.from(0).first(call.size() - 2)) {
        if (!key.is(types::kString)) {
            return not_a(key, "string");
        }
    }
    for (std::size_t i = 0; i + 2 < call.size(); ++i) {
        if (!step.is(types::kMap)) {
            return not_a(step, types::kMap.name);
        }
        const auto* map = step.as_map();
        const Value* found = map == nullptr ? nullptr : (*map)->find(call.text(i));
        if (found == nullptr) {
            return fallback;
        }
        step = Value(*found);
    }
    return step;
}

constexpr Entry kFamily[] = {
    {"dict", "any...", dict},
    {"get", "map string", get},
    {"set", "map string any", set},
    {"unset", "map string", unset},
    {"hasKey", "map string", has_key},
    {"pluck", "string map...", pluck},
    {"keys", "map...", keys},
    {"values", "map", values},
    {"pick", "map string...", pick},
    {"omit", "map string...", omit},
    {"merge", "map map...", merge},
    {"mustMerge", "map map...", merge},
    {"mergeOverwrite", "map map...", merge_overwrite},
    {"mustMergeOverwrite", "map map...", merge_overwrite},
    {"deepCopy", "any", deep_copy},
    {"mustDeepCopy", "any", deep_copy},
    {"dig", "any...", dig},
};

}  // namespace

std::span<const Entry> dict_family() {
    return kFamily;
}

}  // namespace step::tmpl
