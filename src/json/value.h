#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace step::json {

class Value;
struct Member;

/// True if Go would store the member `given` into the struct field with the JSON name `name`:
/// equal by simple Unicode case folding. `name` is ASCII, so besides its letters themselves
/// only U+017F (folds to S) and U+212A (folds to K) can match.
bool same_name(std::string_view name, std::string_view given);

using Array = std::vector<Value>;
/// Members in the order of the text; duplicates are kept.
using Object = std::vector<Member>;

/// Where a value began in the text it was read from; 0 if it was not read from text.
struct Place {
    std::uint32_t line = 0, column = 0;  ///< From 1; the column counts bytes.
};

/// A number as it was written: nothing is lost until somebody asks for a type.
struct Number {
    std::string text{};
    bool operator==(const Number&) const = default;
};

/// Any JSON value (RFC 8259). Strings are UTF-8.
class Value {
public:
    // NOLINTBEGIN(google-explicit-constructor): literals and lists should read like JSON.
    Value();  ///< null
    Value(std::nullptr_t);
    Value(bool value);
    Value(std::int64_t value);
    Value(int value);
    Value(Number value);
    Value(std::string value);
    Value(std::string_view value);
    Value(const char* value);
    Value(Array value);
    Value(Object value);
    // NOLINTEND(google-explicit-constructor)

    bool is_null() const { return data_.index() == 0; }
    const bool* as_bool() const { return std::get_if<bool>(&data_); }
    const Number* as_number() const { return std::get_if<Number>(&data_); }
    const std::string* as_string() const { return std::get_if<std::string>(&data_); }
    const Array* as_array() const { return std::get_if<Array>(&data_); }
    const Object* as_object() const { return std::get_if<Object>(&data_); }
    std::string* as_string() { return std::get_if<std::string>(&data_); }
    Array* as_array() { return std::get_if<Array>(&data_); }
    Object* as_object() { return std::get_if<Object>(&data_); }

    /// The member a Go struct field with this JSON name would receive: names match without
    /// regard to case (ASCII and the two Unicode letters that fold to ASCII), the last of
    /// several wins. Null if this is no object or has no such member.
    const Value* find(std::string_view name) const;
    /// The last member with exactly this name.
    const Value* find_exact(std::string_view name) const;
    /// Replaces the member of exactly this name, or appends it. This must be an object or null.
    void set(std::string_view name, Value value);
    /// Removes every member of exactly this name.
    void remove(std::string_view name);

    Place place() const { return place_; }
    void set_place(Place place) { place_ = place; }
    /// "null", "bool", "number", "string", "array", "object": Go's words in its errors.
    std::string_view kind() const;

    /// Same JSON value: member order counts, places do not.
    bool operator==(const Value& other) const;

private:
    std::variant<std::monostate, bool, Number, std::string, Array, Object> data_;
    Place place_{};
};

struct Member {
    std::string name{};
    Value value{};
    Place place{};  ///< Of the name.

    bool operator==(const Member& other) const {
        return name == other.name && value == other.value;
    }
};

// Here, for clang wants Member whole where a constructor of the variant is written.
inline Value::Value() = default;
inline Value::Value(std::nullptr_t) {}
inline Value::Value(int value) : Value(static_cast<std::int64_t>(value)) {}
inline Value::Value(bool value) : data_(value) {}
inline Value::Value(Number value) : data_(std::move(value)) {}
inline Value::Value(std::string value) : data_(std::move(value)) {}
inline Value::Value(std::string_view value) : data_(std::string(value)) {}
inline Value::Value(const char* value) : data_(std::string(value)) {}

}  // namespace step::json
