#include "tmpl/value.h"

#include <unordered_map>

namespace step::tmpl {

std::string_view kind_name(Kind kind) {
    constexpr std::array<std::string_view, 24> kNames = {
        "invalid",    "bool",   "int",    "int8",      "int16",   "int32",   "int64",   "uint",
        "uint8",      "uint16", "uint32", "uint64",    "uintptr", "float32", "float64", "complex64",
        "complex128", "string", "func",   "interface", "map",     "ptr",     "slice",   "struct"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::optional<Value> Object::field(std::string_view name) const {
    for (auto& [own, value] : fields()) {
        if (own == name) {
            return std::move(value);
        }
    }
    return std::nullopt;
}

std::vector<std::pair<std::string, Value>> Object::fields() const {
    return {};
}

std::vector<std::pair<std::string, Value>> Object::json_fields() const {
    return fields();
}

namespace {

unsigned depth_of(const List& items) {
    unsigned depth = 0;
    for (const Value& item : items) {
        depth = std::max(depth, item.depth());
    }
    return depth + 1;
}

}  // namespace

Value::Value(std::string value)
    : type_(&types::kString), data_(std::make_shared<const std::string>(std::move(value))) {}

Value::Value(List items) : Value(of(types::kList, std::move(items))) {}

Value::Value(const std::vector<std::string>& items)
    : Value(of(types::kStrings, List(items.begin(), items.end()))) {}

Value::Value(std::shared_ptr<Map> map) : Value(types::kMap, Data(std::move(map))) {}

Value Value::of(const Type& type, std::string text) {
    return {type, Data(std::make_shared<const std::string>(std::move(text)))};
}

Value Value::of(const Type& type, List items) {
    const unsigned depth = depth_of(items);
    Value value(type, Data(std::make_shared<List>(std::move(items))));
    value.depth_ = depth;
    return value;
}

Value Value::lazy(std::function<Value()> make) {
    return {types::kAny, Data(std::make_shared<std::function<Value()>>(std::move(make)))};
}

Value Value::made() const {
    const auto* make = std::get_if<std::shared_ptr<std::function<Value()>>>(&data_);
    return make == nullptr ? *this : (**make)();
}

unsigned Value::depth() const {
    const auto* map = as_map();
    return map == nullptr ? depth_ : (*map)->depth();
}

bool Value::as_bool() const {
    const auto* value = std::get_if<bool>(&data_);
    return value != nullptr && *value;
}

std::int64_t Value::as_int() const {
    const auto* value = std::get_if<std::int64_t>(&data_);
    return value == nullptr ? 0 : *value;
}

std::uint64_t Value::as_uint() const {
    const auto* value = std::get_if<std::uint64_t>(&data_);
    return value == nullptr ? 0 : *value;
}

double Value::as_float() const {
    const auto* value = std::get_if<double>(&data_);
    return value == nullptr ? 0 : *value;
}

Complex Value::as_complex() const {
    const auto* value = std::get_if<Complex>(&data_);
    return value == nullptr ? Complex{} : *value;
}

std::string_view Value::as_text() const {
    const auto* value = std::get_if<std::shared_ptr<const std::string>>(&data_);
    return value == nullptr ? std::string_view{} : std::string_view(**value);
}

const Object* Value::as_object() const {
    const auto* value = std::get_if<std::shared_ptr<const Object>>(&data_);
    return value == nullptr ? nullptr : value->get();
}

std::size_t Value::length() const {
    if (const auto* list = as_list()) {
        return (*list)->size();
    }
    if (const auto* map = as_map()) {
        return (*map)->size();
    }
    return as_text().size();
}

Value Value::at(std::size_t i) const {
    if (const auto* list = as_list()) {
        return (**list)[i];
    }
    return of(types::kUint8, std::uint64_t{static_cast<unsigned char>(as_text()[i])});
}

Map::~Map() {
    thread_local std::vector<Value>* waiting = nullptr;  // Of the outermost map that goes.
    std::vector<Value> mine;
    const bool outermost = waiting == nullptr;
    if (outermost) {
        waiting = &mine;
    }
    for (auto& [key, value] : items_) {
        if (value.is_map() || value.is_slice()) {
            waiting->push_back(std::move(value));
        }
    }
    if (!outermost) {
        return;
    }
    while (!mine.empty()) {
        const Value next = std::move(mine.back());
        mine.pop_back();
    }
    waiting = nullptr;
}

const Value* Map::find(std::string_view key) const {
    const auto found = items_.find(key);
    if (found == items_.end()) {
        return nullptr;
    }
    if (found->second.is_lazy()) {
        found->second = found->second.made();
    }
    return &found->second;
}

void Map::set(std::string key, Value value) {
    depth_ = std::max(depth_, value.depth() + 1);
    lazy_ = lazy_ || value.is_lazy();
    items_.insert_or_assign(std::move(key), std::move(value));
}

void Map::remove(std::string_view key) {
    const auto found = items_.find(key);
    if (found != items_.end()) {
        items_.erase(found);
    }
}

const Map::Items& Map::items() const {
    if (lazy_) {
        for (auto& [key, value] : items_) {
            value = value.made();
        }
        lazy_ = false;
    }
    return items_;
}

std::shared_ptr<Map> make_map() {
    return std::make_shared<Map>();
}

bool is_true(const Value& value) {
    switch (value.kind()) {
        case Kind::kInvalid:
            return false;
        case Kind::kBool:
            return value.as_bool();
        case Kind::kString:
        case Kind::kSlice:
        case Kind::kMap:
            return value.length() > 0;
        case Kind::kStruct:
            return true;
        case Kind::kComplex64:
        case Kind::kComplex128:
            return value.as_complex() != Complex{};
        case Kind::kFloat32:
        case Kind::kFloat64:
            return value.as_float() != 0;
        default:
            return value.is_signed()     ? value.as_int() != 0
                   : value.is_unsigned() ? value.as_uint() != 0
                                         : !value.is_null();
    }
}

namespace {

bool same_scalar(const Value& a, const Value& b) {
    switch (a.kind()) {
        case Kind::kBool:
            return a.as_bool() == b.as_bool();
        case Kind::kString:
            return a.as_text() == b.as_text();
        case Kind::kFloat32:
        case Kind::kFloat64:
            return a.as_float() == b.as_float();
        case Kind::kComplex64:
        case Kind::kComplex128:
            return a.as_complex() == b.as_complex();
        case Kind::kStruct:
        case Kind::kPointer:
            return a.as_object() == nullptr || b.as_object() == nullptr
                       ? a.as_object() == b.as_object()
                       : a.as_object()->equals(*b.as_object());
        default:
            return a.as_int() == b.as_int() && a.as_uint() == b.as_uint();
    }
}

bool deep_equal_at(const Value& a, const Value& b, unsigned depth, std::size_t& left) {
    if (a.type_name() != b.type_name() || depth > kMaxNesting * 4 || left == 0) {
        return false;
    }
    --left;
    if (!a.is_slice() && !a.is_map()) {
        return a.is_nil() || same_scalar(a, b);
    }
    if (a.is_null() != b.is_null() || a.length() != b.length()) {
        return false;
    }
    if (const auto* map = a.as_map()) {
        if (*map == *b.as_map()) {
            return true;
        }
        const auto& others = (*b.as_map())->items();
        return std::equal((*map)->items().begin(), (*map)->items().end(), others.begin(),
                          [&](const auto& x, const auto& y) {
                              return x.first == y.first &&
                                     deep_equal_at(x.second, y.second, depth + 1, left);
                          });
    }
    const auto* list = a.as_list();
    if (list == nullptr || b.as_list() == nullptr) {
        return a.as_text() == b.as_text();
    }
    if (*list == *b.as_list()) {
        return true;
    }
    return std::equal(
        (*list)->begin(), (*list)->end(), (*b.as_list())->begin(),
        [&](const Value& x, const Value& y) { return deep_equal_at(x, y, depth + 1, left); });
}

}  // namespace

bool deep_equal(const Value& a, const Value& b) {
    // Two graphs with shared parts can have exponentially many paths.
    std::size_t left = 1'000'000;
    return deep_equal_at(a, b, 0, left);
}

bool same(const Value& a, const Value& b) {
    return a.type_name() == b.type_name() && (a.is_nil() || same_scalar(a, b));
}

namespace {

class DepthWalk {
public:
    DepthWalk(const Map* except, unsigned limit) : except_(except), limit_(limit) {}

    unsigned of(const Value& value, unsigned above) {
        const void* place = nullptr;
        if (const auto* list = value.as_list()) {
            place = list->get();
        } else if (const auto* map = value.as_map()) {
            place = map->get();
        }
        if (place == nullptr) {
            return 0;
        }
        if (place == except_ || above > limit_) {
            return limit_ + 1;
        }
        if (const auto known = known_.find(place); known != known_.end()) {
            return known->second;
        }
        unsigned depth = 0;
        if (const auto* list = value.as_list()) {
            for (const Value& item : **list) {
                depth = std::max(depth, of(item, above + 1));
            }
        } else {
            for (const auto& [key, item] : (*value.as_map())->items()) {
                depth = std::max(depth, of(item, above + 1));
            }
        }
        return known_[place] = std::min(depth, limit_) + 1;
    }

private:
    const Map* except_;
    unsigned limit_;
    std::unordered_map<const void*, unsigned> known_{};
};

}  // namespace

unsigned true_depth(const Value& value, const Map* except, unsigned limit) {
    return DepthWalk(except, limit).of(value, 0);
}

}  // namespace step::tmpl
