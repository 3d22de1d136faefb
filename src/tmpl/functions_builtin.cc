#include "base/html.h"
#include "base/text.h"
#include "json/utf8.h"
#include "tmpl/families_impl.h"
#include "tmpl/format.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

/// The one string as it is, or all arguments as print writes them.
Result<std::string> joined(Call& call) {
    if (call.size() == 1 && call[0].is(types::kString)) {
        return std::string(call.text(0));
    }
    List args(call.from(0).begin(), call.from(0).end());
    std::replace_if(
        args.begin(), args.end(), [](const Value& arg) { return arg.is_nil(); },
        Value("<no value>"));
    return sprint(call.context(), args);
}

Result<Value> html(Call& call) {
    STEP_ASSIGN(const std::string text, joined(call));
    // Go's template package, unlike its html package, replaces NUL as well.
    return Value(replace_all(escape_html(text), std::string_view("\0", 1), "\xef\xbf\xbd"));
}

void append_js(std::string& out, char32_t rune, std::string_view octets) {
    switch (rune) {
        case '\\':
        case '\'':
        case '"':
            out += '\\';
            out += octets;
            return;
        case '<':
        case '>':
        case '&':
        case '=':
            break;
        default:
            if (rune >= ' ' && (rune < 0x80 || is_printable(rune))) {
                out += octets;
                return;
            }
    }
    out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(rune));
}

Result<Value> js(Call& call) {
    STEP_ASSIGN(const std::string text, joined(call));
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const json::Rune rune = json::first_rune(rest);
        append_js(out, rune.value, rest.substr(0, rune.size));
        rest.remove_prefix(rune.size);
    }
    return Value(std::move(out));
}

Result<Value> urlquery(Call& call) {
    STEP_ASSIGN(const std::string text, joined(call));
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80 &&
            (is_letter(octet) || is_digit(octet) || c == '-' || c == '_' || c == '.' || c == '~')) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += kHex[octet >> 4U];
            out += kHex[octet & 0xfU];
        }
    }
    return Value(std::move(out));
}

/// The index that `value` names, from 0 to `limit`.
Result<std::size_t> index_of(const Value& value, std::size_t limit) {
    if (value.is_nil()) {
        return failure("cannot index slice/array with nil");
    }
    if (!value.is_signed() && !value.is_unsigned()) {
        return failure(fmt::format("cannot index slice/array with type {}", value.type_name()));
    }
    const std::int64_t index =
        value.is_signed() ? value.as_int() : static_cast<std::int64_t>(value.as_uint());
    if (index < 0 || static_cast<std::uint64_t>(index) > limit) {
        return failure(fmt::format("index out of range: {}", index));
    }
    return static_cast<std::size_t>(index);
}

Result<Value> item_of(const Value& item, const Value& index) {
    switch (item.kind()) {
        case Kind::kString:
        case Kind::kSlice: {
            STEP_ASSIGN(const std::size_t i, index_of(index, item.length()));
            if (i == item.length()) {
                return failure(item.is_string() ? "reflect: string index out of range"
                                                : "reflect: slice index out of range");
            }
            return item.at(i);
        }
        case Kind::kMap: {
            if (index.is_nil()) {
                return failure("value is nil; should be of type string");
            }
            if (!index.is(types::kString)) {
                return failure(
                    fmt::format("value has type {}; should be string", index.type_name()));
            }
            const auto* map = item.as_map();
            const Value* found = map == nullptr ? nullptr : (*map)->find(index.as_text());
            if (found != nullptr) {
                return *found;
            }
            const Type& elem = *item.type()->elem;
            return elem.kind == Kind::kString      ? Value("")
                   : elem.kind == Kind::kInterface ? Value()
                                                   : Value::nil_of(elem);
        }
        default:
            return failure(fmt::format("can't index item of type {}", item.type_name()));
    }
}

Result<Value> index(Call& call) {
    if (call[0].is_nil()) {
        return failure("index of untyped nil");
    }
    Value item = call[0];
    for (const Value& index : call.from(1)) {
        if (item.is_nil()) {
            return failure("index of nil pointer");
        }
        STEP_ASSIGN(item, item_of(item, index));
    }
    return item;
}

Result<Value> slice(Call& call) {
    const Value& item = call[0];
    if (item.is_nil()) {
        return failure("slice of untyped nil");
    }
    if (call.size() > 4) {
        return failure(fmt::format("too many slice indexes: {}", call.size() - 1));
    }
    if (item.is_string() && call.size() == 4) {
        return failure("cannot 3-index slice a string");
    }
    if (!item.is_string() && !item.is_slice()) {
        return failure(fmt::format("can't slice item of type {}", item.type_name()));
    }
    std::array<std::size_t, 3> indexes{0, item.length(), item.length()};
    for (std::size_t i = 1; i < call.size(); ++i) {
        STEP_ASSIGN(indexes[i - 1], index_of(call[i], item.length()));
    }
    for (const std::size_t i : {0U, 1U}) {
        if (indexes[i] > indexes[i + 1]) {
            return failure(fmt::format("invalid slice index: {} > {}", indexes[i], indexes[i + 1]));
        }
    }
    if (const auto* list = item.as_list()) {
        const auto begin = (*list)->begin();
        return Value::of(*item.type(), List(begin + static_cast<std::ptrdiff_t>(indexes[0]),
                                            begin + static_cast<std::ptrdiff_t>(indexes[1])));
    }
    return Value::of(*item.type(),
                     std::string(item.as_text().substr(indexes[0], indexes[1] - indexes[0])));
}

Result<Value> length(Call& call) {
    const Value& item = call[0];
    if (item.is_nil()) {
        return failure("reflect: call of reflect.Value.Type on zero Value");
    }
    if (item.kind() == Kind::kInterface) {
        return failure("len of nil pointer");
    }
    if (!item.is_string() && !item.is_slice() && !item.is_map()) {
        return failure(fmt::format("len of type {}", item.type_name()));
    }
    return Value::integer(static_cast<std::int64_t>(item.length()));
}

Result<Value> negate(Call& call) {
    return Value(!is_true(call[0]));
}

Result<Value> print(Call& call) {
    STEP_ASSIGN(std::string text, sprint(call.context(), call.from(0)));
    return Value(std::move(text));
}

Result<Value> println(Call& call) {
    STEP_ASSIGN(std::string text, sprintln(call.context(), call.from(0)));
    return Value(std::move(text));
}

Result<Value> printf_(Call& call) {
    STEP_ASSIGN(std::string text, sprintf(call.context(), call.text(0), call.from(1)));
    return Value(std::move(text));
}

/// and, or, call: the executor runs them itself.
Result<Value> special(Call&) {
    return failure("unreachable");
}

constexpr Entry kFamily[] = {
    {"and", "any any...", special},
    {"call", "any any...", special},
    {"html", "any...", html},
    {"index", "any any...", index},
    {"js", "any...", js},
    {"len", "reflect", length},
    {"not", "any", negate},
    {"or", "any any...", special},
    {"print", "any...", print},
    {"printf", "string any...", printf_},
    {"println", "any...", println},
    {"slice", "any any...", slice},
    {"urlquery", "any...", urlquery},
};

}  // namespace

std::span<const Entry> builtin_family() {
    return kFamily;
}

Functions builtin_functions() {
    Functions functions;
    functions.add(builtin_family());
    functions.add(comparison_family());
    for (auto& [name, function] : functions.functions_) {
        function.builtin = true;
    }
    return functions;
}

}  // namespace step::tmpl
