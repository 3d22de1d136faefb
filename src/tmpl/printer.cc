// Values of each kind under each verb.
#include "tmpl/printer_impl.h"
#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

constexpr unsigned kMaxDepth = kMaxNesting * 4;

}  // namespace

void Printer::bad_verb(const Value& value, char32_t verb) {
    erroring_ = true;
    out_ += "%!";
    rune(verb);
    out_ += '(';
    if (value.is_nil()) {
        out_ += "<nil>";
    } else {
        out_.append(value.type_name()).append("=");
        print_value(value, 'v', 0);
    }
    out_ += ')';
    erroring_ = false;
}

bool Printer::methods(const Value& value, char32_t verb) {
    if (erroring_ || formatter_.flags.sharp_v || value.is_nil() || value.type()->text == nullptr) {
        return false;
    }
    if (verb != 'v' && verb != 's' && verb != 'x' && verb != 'X' && verb != 'q') {
        return false;
    }
    if (value.kind() == Kind::kPointer && value.is_null()) {
        out_ += "<nil>";
        return true;
    }
    print_string(value.type()->text(value), value, verb);
    return true;
}

void Printer::print_string(std::string_view text, const Value& value, char32_t verb) {
    switch (verb) {
        case 'v':
            formatter_.flags.sharp_v ? formatter_.write_quoted(text)
                                     : formatter_.write_string(text);
            return;
        case 's':
            return formatter_.write_string(text);
        case 'x':
        case 'X':
            return formatter_.write_hex(text, verb == 'X');
        case 'q':
            return formatter_.write_quoted(text);
        default:
            bad_verb(value, verb);
    }
}

void Printer::print_integer(std::uint64_t value, bool is_signed, const Value& whole,
                            char32_t verb) {
    switch (verb) {
        case 'v':
            if (formatter_.flags.sharp_v && !is_signed) {
                const bool sharp = std::exchange(formatter_.flags.sharp, true);
                formatter_.write_integer(value, 16, false, 'v');
                formatter_.flags.sharp = sharp;
                return;
            }
            [[fallthrough]];
        case 'd':
            return formatter_.write_integer(value, 10, is_signed, verb);
        case 'b':
            return formatter_.write_integer(value, 2, is_signed, verb);
        case 'o':
        case 'O':
            return formatter_.write_integer(value, 8, is_signed, verb);
        case 'x':
        case 'X':
            return formatter_.write_integer(value, 16, is_signed, verb);
        case 'c':
            return formatter_.write_rune(value);
        case 'q':
            return formatter_.write_quoted_rune(value);
        case 'U':
            return formatter_.write_unicode(value);
        default:
            bad_verb(whole, verb);
    }
}

void Printer::print_integer(const Value& value, char32_t verb) {
    const bool is_signed = value.is_signed();
    print_integer(is_signed ? static_cast<std::uint64_t>(value.as_int()) : value.as_uint(),
                  is_signed, value, verb);
}

bool Printer::print_float(double value, char32_t verb) {
    switch (verb) {
        case 'v':
            formatter_.write_float(value, 'g', -1);
            return true;
        case 'b':
        case 'g':
        case 'G':
        case 'x':
        case 'X':
            formatter_.write_float(value, static_cast<char>(verb), -1);
            return true;
        case 'f':
        case 'e':
        case 'E':
            formatter_.write_float(value, static_cast<char>(verb), 6);
            return true;
        case 'F':
            formatter_.write_float(value, 'f', 6);
            return true;
        default:
            return false;
    }
}

void Printer::print_complex(const Value& value, char32_t verb) {
    constexpr std::u32string_view kVerbs = U"vbgGxXfFeE";
    if (kVerbs.find(verb) == std::u32string_view::npos) {
        return bad_verb(value, verb);
    }
    out_ += '(';
    print_float(value.as_complex().real, verb);
    const bool plus = std::exchange(formatter_.flags.plus, true);
    print_float(value.as_complex().imag, verb);
    formatter_.flags.plus = plus;
    out_ += "i)";
}

void Printer::print_bytes(std::string_view octets, char32_t verb) {
    const bool source = formatter_.flags.sharp_v;
    out_ += source ? "[]byte{" : "[";
    for (std::size_t i = 0; i < octets.size() && !full(); ++i) {
        out_ += i == 0 ? "" : source ? ", " : " ";
        const auto octet = static_cast<unsigned char>(octets[i]);
        print_integer(octet, false, Value::of(types::kUint8, std::uint64_t{octet}),
                      source        ? U'v'
                      : verb == 'v' ? U'd'
                                    : verb);
    }
    out_ += source ? '}' : ']';
}

void Printer::print_items(const Value& value, char32_t verb, unsigned depth) {
    if (value.type()->elem->kind == Kind::kUint8) {
        if (verb == 's' || verb == 'q' || verb == 'x' || verb == 'X') {
            return print_string(value.as_text(), value, verb);
        }
        return print_bytes(value.as_text(), verb);
    }
    const bool source = formatter_.flags.sharp_v;
    if (source) {
        out_ += value.type_name();
        if (value.is_null()) {
            out_ += "(nil)";
            return;
        }
    }
    out_ += source ? '{' : '[';
    for (std::size_t i = 0; i < value.length() && !full(); ++i) {
        out_ += i == 0 ? "" : source ? ", " : " ";
        print_value(value.at(i), verb, depth + 1);
    }
    out_ += source ? '}' : ']';
}

void Printer::print_map(const Value& value, char32_t verb, unsigned depth) {
    const bool source = formatter_.flags.sharp_v;
    if (source) {
        out_ += value.type_name();
        if (value.is_null()) {
            out_ += "(nil)";
            return;
        }
    }
    out_ += source ? "{" : "map[";
    if (const auto* map = value.as_map()) {
        bool first = true;
        for (const auto& [key, item] : (*map)->items()) {
            if (full()) {
                break;
            }
            out_ += std::exchange(first, false) ? "" : source ? ", " : " ";
            print_value(Value(key), verb, depth + 1);
            out_ += ':';
            print_value(item, verb, depth + 1);
        }
    }
    out_ += source ? '}' : ']';
}

void Printer::print_object(const Value& value, char32_t verb, unsigned depth) {
    const bool source = formatter_.flags.sharp_v;
    if (value.kind() == Kind::kPointer) {
        if (depth > 0 || value.is_null()) {
            // Go prints an address, which is different in each run.
            out_ += value.is_null() ? "<nil>" : "0xc000000000";
            return;
        }
        out_ += '&';
    }
    if (source) {
        const std::string_view name = value.type_name();
        out_ += name.substr(name.starts_with('*') ? 1 : 0);
    }
    out_ += '{';
    bool first = true;
    for (const auto& [name, item] : value.as_object()->fields()) {
        out_ += std::exchange(first, false) ? "" : source ? ", " : " ";
        if (source || formatter_.flags.plus_v) {
            out_.append(name).append(":");
        }
        print_value(item, verb, depth + 1);
    }
    out_ += '}';
}

void Printer::print_value(const Value& value, char32_t verb, unsigned depth) {
    if (full() || depth > kMaxDepth) {
        return;
    }
    if (value.is_nil()) {
        out_ += formatter_.flags.sharp_v ? "interface {}(nil)" : "<nil>";
        return;
    }
    if (methods(value, verb)) {
        return;
    }
    switch (value.kind()) {
        case Kind::kBool:
            if (verb != 't' && verb != 'v') {
                return bad_verb(value, verb);
            }
            return formatter_.pad(value.as_bool() ? "true" : "false");
        case Kind::kFloat32:
        case Kind::kFloat64:
            if (!print_float(value.as_float(), verb)) {
                bad_verb(value, verb);
            }
            return;
        case Kind::kComplex64:
        case Kind::kComplex128:
            return print_complex(value, verb);
        case Kind::kString:
            return print_string(value.as_text(), value, verb);
        case Kind::kMap:
            return print_map(value, verb, depth);
        case Kind::kSlice:
            return print_items(value, verb, depth);
        case Kind::kStruct:
        case Kind::kPointer:
            return print_object(value, verb, depth);
        default:
            return print_integer(value, verb);
    }
}

void Printer::print_arg(const Value& value, char32_t verb) {
    if (value.is_nil()) {
        if (verb == 'T' || verb == 'v') {
            formatter_.pad("<nil>");
        } else {
            bad_verb(value, verb);
        }
        return;
    }
    if (verb == 'T') {
        return formatter_.write_string(value.type_name());
    }
    print_value(value, verb, 0);
}

void Printer::print(std::span<const Value> args, bool line) {
    bool before_string = false;
    for (std::size_t i = 0; i < args.size() && !full(); ++i) {
        const bool is_string = args[i].is_string();
        if (i > 0 && (line || (!is_string && !before_string))) {
            out_ += ' ';
        }
        print_arg(args[i], 'v');
        before_string = is_string;
    }
    out_ += line ? "\n" : "";
}

}  // namespace step::tmpl
