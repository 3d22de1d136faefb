#include "tmpl/families_impl.h"
#include "tmpl/format.h"

namespace step::tmpl {
namespace {

/// text/template compares by these kinds, whatever the exact type.
enum class Basic : unsigned char { kNone, kBool, kComplex, kInt, kFloat, kString, kUint };

Basic basic_kind(const Value& value) {
    return value.kind() == Kind::kBool ? Basic::kBool
           : value.is_complex()        ? Basic::kComplex
           : value.is_signed()         ? Basic::kInt
           : value.is_float()          ? Basic::kFloat
           : value.is_string()         ? Basic::kString
           : value.is_unsigned()       ? Basic::kUint
                                       : Basic::kNone;
}

Error incompatible(const Value& a, const Value& b) {
    return failure(
        fmt::format("incompatible types for comparison: {} and {}", a.type_name(), b.type_name()));
}

bool is_nil(const Value& value) {
    return value.is_null();
}

Result<bool> equal_others(const Value& a, const Value& b) {
    if (a.kind() != b.kind() && !a.is_nil() && !b.is_nil()) {
        return failure(fmt::format("non-comparable types {}: {}, {}: {}", to_text(a, 's'),
                                   a.type_name(), b.type_name(), to_text(b)));
    }
    if (is_nil(a) || is_nil(b)) {
        return is_nil(a) == is_nil(b);
    }
    if (b.is_slice() || b.is_map()) {
        return failure(fmt::format("non-comparable type {}: {}", to_text(b, 's'), b.type_name()));
    }
    return same(a, b);
}

Result<bool> equal(const Value& a, const Value& b) {
    const Basic first = basic_kind(a), second = basic_kind(b);
    if (first == Basic::kInt && second == Basic::kUint) {
        return a.as_int() >= 0 && static_cast<std::uint64_t>(a.as_int()) == b.as_uint();
    }
    if (first == Basic::kUint && second == Basic::kInt) {
        return b.as_int() >= 0 && static_cast<std::uint64_t>(b.as_int()) == a.as_uint();
    }
    if (first != second) {
        if (!a.is_nil() && !b.is_nil()) {
            return incompatible(a, b);
        }
        return false;
    }
    switch (first) {
        case Basic::kBool:
            return a.as_bool() == b.as_bool();
        case Basic::kComplex:
            return a.as_complex() == b.as_complex();
        case Basic::kInt:
            return a.as_int() == b.as_int();
        case Basic::kFloat:
            return a.as_float() == b.as_float();
        case Basic::kString:
            return a.as_text() == b.as_text();
        case Basic::kUint:
            return a.as_uint() == b.as_uint();
        case Basic::kNone:
            break;
    }
    return equal_others(a, b);
}

Result<bool> less(const Value& a, const Value& b) {
    const Basic first = basic_kind(a), second = basic_kind(b);
    if (first == Basic::kNone || second == Basic::kNone) {
        return failure("invalid type for comparison");
    }
    if (first == Basic::kInt && second == Basic::kUint) {
        return a.as_int() < 0 || static_cast<std::uint64_t>(a.as_int()) < b.as_uint();
    }
    if (first == Basic::kUint && second == Basic::kInt) {
        return b.as_int() >= 0 && a.as_uint() < static_cast<std::uint64_t>(b.as_int());
    }
    if (first != second) {
        return incompatible(a, b);
    }
    switch (first) {
        case Basic::kInt:
            return a.as_int() < b.as_int();
        case Basic::kFloat:
            return a.as_float() < b.as_float();
        case Basic::kString:
            return a.as_text() < b.as_text();
        case Basic::kUint:
            return a.as_uint() < b.as_uint();
        default:
            return failure("invalid type for comparison");
    }
}

Result<bool> less_or_equal(const Value& a, const Value& b) {
    STEP_ASSIGN(const bool is_less, less(a, b));
    return is_less ? Result<bool>(true) : equal(a, b);
}

Result<Value> eq(Call& call) {
    if (call.size() < 2) {
        return failure("missing argument for comparison");
    }
    for (const Value& other : call.from(1)) {
        STEP_ASSIGN(const bool is_equal, equal(call[0], other));
        if (is_equal) {
            return Value(true);
        }
    }
    return Value(false);
}

Result<Value> ne(Call& call) {
    STEP_ASSIGN(const bool is_equal, equal(call[0], call[1]));
    return Value(!is_equal);
}

Result<Value> lt(Call& call) {
    STEP_ASSIGN(const bool is_less, less(call[0], call[1]));
    return Value(is_less);
}

Result<Value> le(Call& call) {
    STEP_ASSIGN(const bool holds, less_or_equal(call[0], call[1]));
    return Value(holds);
}

Result<Value> gt(Call& call) {
    STEP_ASSIGN(const bool holds, less_or_equal(call[0], call[1]));
    return Value(!holds);
}

Result<Value> ge(Call& call) {
    STEP_ASSIGN(const bool is_less, less(call[0], call[1]));
    return Value(!is_less);
}

constexpr Entry kFamily[] = {
    {"eq", "any any...", eq}, {"ge", "any any", ge}, {"gt", "any any", gt},
    {"le", "any any", le},    {"lt", "any any", lt}, {"ne", "any any", ne},
};

}  // namespace

std::span<const Entry> comparison_family() {
    return kFamily;
}

}  // namespace step::tmpl
