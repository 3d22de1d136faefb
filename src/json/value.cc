#include "json/value.h"

#include "base/check.h"

namespace step::json {
namespace {

char fold(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

bool same_name(std::string_view name, std::string_view given) {
    std::size_t i = 0;
    for (const char wanted : name) {
        const std::string_view rest = given.substr(i);
        if (rest.empty()) {
            return false;
        }
        const char upper = fold(wanted);
        if (upper == fold(rest[0])) {
            i += 1;
        } else if (upper == 'S' && rest.starts_with("\xC5\xBF")) {
            i += 2;
        } else if (upper == 'K' && rest.starts_with("\xE2\x84\xAA")) {
            i += 3;
        } else {
            return false;
        }
    }
    return i == given.size();
}

Value::Value(std::int64_t value) : data_(Number{std::to_string(value)}) {}
Value::Value(Array value) : data_(std::move(value)) {}
Value::Value(Object value) : data_(std::move(value)) {}

const Value* Value::find(std::string_view name) const {
    const Object* members = as_object();
    if (members == nullptr) {
        return nullptr;
    }
    for (auto it = members->rbegin(); it != members->rend(); ++it) {
        if (same_name(name, it->name)) {
            return &it->value;
        }
    }
    return nullptr;
}

const Value* Value::find_exact(std::string_view name) const {
    const Object* members = as_object();
    if (members == nullptr) {
        return nullptr;
    }
    for (auto it = members->rbegin(); it != members->rend(); ++it) {
        if (it->name == name) {
            return &it->value;
        }
    }
    return nullptr;
}

void Value::set(std::string_view name, Value value) {
    if (is_null()) {
        data_ = Object{};
    }
    Object* members = as_object();
    STEP_CHECK(members != nullptr);
    for (auto it = members->rbegin(); it != members->rend(); ++it) {
        if (it->name == name) {
            it->value = std::move(value);
            return;
        }
    }
    members->push_back({.name = std::string(name), .value = std::move(value)});
}

void Value::remove(std::string_view name) {
    if (Object* members = as_object()) {
        std::erase_if(*members, [&](const Member& member) { return member.name == name; });
    }
}

std::string_view Value::kind() const {
    constexpr std::array<std::string_view, 6> kKinds = {"null",   "bool",  "number",
                                                        "string", "array", "object"};
    return kKinds[data_.index()];
}

bool Value::operator==(const Value& other) const {
    return data_ == other.data_;
}

}  // namespace step::json
