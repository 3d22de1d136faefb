#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace step::tmpl {

/// Go's reflect.Kind: templates ask for it, print it and compare by it.
enum class Kind : unsigned char {
    kInvalid,
    kBool,
    kInt,
    kInt8,
    kInt16,
    kInt32,
    kInt64,
    kUint,
    kUint8,
    kUint16,
    kUint32,
    kUint64,
    kUintptr,
    kFloat32,
    kFloat64,
    kComplex64,
    kComplex128,
    kString,
    kFunc,
    kInterface,
    kMap,
    kPointer,
    kSlice,
    kStruct,
};
/// "int64", "slice", "ptr", …
std::string_view kind_name(Kind kind);

class Value;
struct Entry;

/// The functions that can be called on a value with a dot.
struct Methods {
    const Entry* first = nullptr;
    std::size_t count = 0;
};

/// A Go type as far as templates can see one. Types are constants: two values have the same type
/// if their types have the same name.
struct Type {
    Kind kind = Kind::kInvalid;
    std::string_view name{};     ///< As %T prints it: "map[string]interface {}".
    const Type* elem = nullptr;  ///< Of slices and maps.
    Methods methods{};
    /// What String() or Error() returns; printing uses it.
    std::string (*text)(const Value&) = nullptr;
    /// What MarshalJSON or MarshalText gives, as JSON text.
    std::string (*json)(const Value&) = nullptr;
};

namespace types {
inline constexpr Type kAny{Kind::kInterface, "interface {}"};
inline constexpr Type kBool{Kind::kBool, "bool"};
inline constexpr Type kInt{Kind::kInt, "int"};
inline constexpr Type kInt32{Kind::kInt32, "int32"};
inline constexpr Type kInt64{Kind::kInt64, "int64"};
inline constexpr Type kUint8{Kind::kUint8, "uint8"};
inline constexpr Type kUint32{Kind::kUint32, "uint32"};
inline constexpr Type kUint64{Kind::kUint64, "uint64"};
inline constexpr Type kFloat64{Kind::kFloat64, "float64"};
inline constexpr Type kComplex{Kind::kComplex128, "complex128"};
inline constexpr Type kString{Kind::kString, "string"};
inline constexpr Type kList{Kind::kSlice, "[]interface {}", &kAny};
inline constexpr Type kLists{Kind::kSlice, "[][]interface {}", &kList};
inline constexpr Type kStrings{Kind::kSlice, "[]string", &kString};
inline constexpr Type kInts{Kind::kSlice, "[]int", &kInt};
inline constexpr Type kBytes{Kind::kSlice, "[]uint8", &kUint8};
inline constexpr Type kMap{Kind::kMap, "map[string]interface {}", &kAny};
inline constexpr Type kStringMap{Kind::kMap, "map[string]string", &kString};
}  // namespace types

class Map;
using List = std::vector<Value>;

/// A Go struct, or a pointer to one, that a caller shows to templates: a certificate request, a
/// moment in time. Immutable.
class Object {
public:
    virtual ~Object() = default;
    /// The exported field, or none. Called when a template names it, so it may be made then.
    virtual std::optional<Value> field(std::string_view name) const;
    /// All exported fields in order, for printing and JSON. Default: none.
    virtual std::vector<std::pair<std::string, Value>> fields() const;
    /// Those that JSON shows, by the names of their tags. Default: all, by their own names.
    virtual std::vector<std::pair<std::string, Value>> json_fields() const;
    /// Go's ==, for objects of the same type. Default: the same object.
    virtual bool equals(const Object& other) const { return this == &other; }
};

/// Go's complex128. (<complex> would cost each who includes this 10,000 lines.)
struct Complex {
    double real = 0, imag = 0;
    bool operator==(const Complex&) const = default;
};

/// Any Go value a template can hold. Cheap to copy: strings, lists, maps and objects are shared,
/// as in Go maps change for all who hold them. A value that Go would call nil of type any has no
/// type: is_nil().
class Value {
public:
    // NOLINTBEGIN(google-explicit-constructor): functions return what they computed.
    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool value) : type_(&types::kBool), data_(value) {}
    Value(int value) : type_(&types::kInt), data_(std::int64_t{value}) {}
    Value(double value) : type_(&types::kFloat64), data_(value) {}
    Value(Complex value) : type_(&types::kComplex), data_(value) {}
    Value(std::string value);
    Value(std::string_view value) : Value(std::string(value)) {}
    Value(const char* value) : Value(std::string(value)) {}
    Value(List items);                             ///< []interface {}
    Value(const std::vector<std::string>& items);  ///< []string
    Value(std::shared_ptr<Map> map);               ///< map[string]interface {}
    // NOLINTEND(google-explicit-constructor)

    static Value integer(std::int64_t value) { return of(types::kInt, value); }
    static Value int64(std::int64_t value) { return of(types::kInt64, value); }
    /// Of any signed, unsigned, string, slice, map or object type.
    static Value of(const Type& type, std::int64_t value) { return {type, Data(value)}; }
    static Value of(const Type& type, std::uint64_t value) { return {type, Data(value)}; }
    static Value of(const Type& type, std::string text);
    static Value of(const Type& type, List items);
    static Value of(const Type& type, std::shared_ptr<Map> map) {
        return {type, Data(std::move(map))};
    }
    static Value of(const Type& type, std::shared_ptr<const Object> object) {
        return {type, Data(std::move(object))};
    }
    /// []uint8
    static Value bytes(std::string octets) { return of(types::kBytes, std::move(octets)); }
    /// A slice, map or pointer that is nil but has a type.
    static Value nil_of(const Type& type) { return {type, Data()}; }
    /// Made when a template first looks at it. Only for members of a Map.
    static Value lazy(std::function<Value()> make);

    bool is_nil() const { return type_ == nullptr; }
    /// Also true for a nil slice, map or pointer.
    bool is_null() const { return data_.index() == 0; }
    bool is_lazy() const {
        return std::holds_alternative<std::shared_ptr<std::function<Value()>>>(data_);
    }
    Value made() const;

    const Type* type() const { return type_; }
    Kind kind() const { return type_ == nullptr ? Kind::kInvalid : type_->kind; }
    /// As %T: "<nil>" for nil.
    std::string_view type_name() const { return type_ == nullptr ? "<nil>" : type_->name; }
    bool is(const Type& type) const {
        return type_ != nullptr && (type_ == &type || type_->name == type.name);
    }

    bool is_signed() const { return kind() >= Kind::kInt && kind() <= Kind::kInt64; }
    bool is_unsigned() const { return kind() >= Kind::kUint && kind() <= Kind::kUintptr; }
    bool is_float() const { return kind() == Kind::kFloat64 || kind() == Kind::kFloat32; }
    bool is_complex() const { return kind() == Kind::kComplex128 || kind() == Kind::kComplex64; }
    bool is_string() const { return kind() == Kind::kString; }
    bool is_slice() const { return kind() == Kind::kSlice; }
    bool is_map() const { return kind() == Kind::kMap; }

    // Of the kind that fits; zero or empty otherwise.
    bool as_bool() const;
    std::int64_t as_int() const;
    std::uint64_t as_uint() const;
    double as_float() const;
    Complex as_complex() const;
    /// Of a string or a []uint8.
    std::string_view as_text() const;
    const std::shared_ptr<Map>* as_map() const { return std::get_if<std::shared_ptr<Map>>(&data_); }
    const Object* as_object() const;
    /// The items, unless the value is a []uint8 (see as_text) or nil.
    const std::shared_ptr<List>* as_list() const {
        return std::get_if<std::shared_ptr<List>>(&data_);
    }

    /// Of strings (octets), slices and maps; 0 otherwise.
    std::size_t length() const;
    /// Item of a slice, octet of a string; `i` is below length().
    Value at(std::size_t i) const;

    /// How deep lists and maps nest in this one, at most; a guard against deep recursion.
    unsigned depth() const;

private:
    using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, Complex,
                              std::shared_ptr<const std::string>, std::shared_ptr<List>,
                              std::shared_ptr<Map>, std::shared_ptr<const Object>,
                              std::shared_ptr<std::function<Value()>>>;
    Value(const Type& type, Data data) : type_(&type), data_(std::move(data)) {}

    const Type* type_ = nullptr;
    unsigned depth_ = 0;
    Data data_{};
};

/// A Go map with string keys, in the order in which templates see it.
class Map {
public:
    using Items = std::map<std::string, Value, std::less<>>;

    Map() = default;
    Map(const Map&) = delete;
    Map& operator=(const Map&) = delete;
    /// Maps in maps go one after the other, however deep: a template can hang each below the last
    /// one, and a call for each level would need a stack as deep.
    ~Map();

    const Value* find(std::string_view key) const;
    void set(std::string key, Value value);
    void remove(std::string_view key);
    std::size_t size() const { return items_.size(); }
    unsigned depth() const { return depth_; }
    /// All lazy members are made first.
    const Items& items() const;

private:
    mutable Items items_{};
    mutable bool lazy_ = false;
    unsigned depth_ = 1;
};

std::shared_ptr<Map> make_map();

/// Go's reflect.DeepEqual. Values nested deeper than a template can build count as unequal.
bool deep_equal(const Value& a, const Value& b);
/// Go's == of two values in interfaces, which must be comparable.
bool same(const Value& a, const Value& b);
/// Go's notion of truth: text/template's IsTrue.
bool is_true(const Value& value);

/// How deep lists and maps may nest in each other.
inline constexpr unsigned kMaxNesting = 500;

/// The nesting of `value` as it is now; more than `limit` if it reaches `except` or passes the
/// limit. Looks at each list and map once.
unsigned true_depth(const Value& value, const Map* except, unsigned limit = kMaxNesting);

}  // namespace step::tmpl
