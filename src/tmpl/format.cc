#include "tmpl/format.h"

#include "json/utf8.h"
#include "tmpl/format_impl.h"
#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

constexpr unsigned kMaxDepth = kMaxNesting * 4;

/// Go's fmt.pp: sends values to the formatter. Stops where the text gets longer than the limit.
class Printer {
public:
    explicit Printer(std::size_t limit) : limit_(limit) {}

    void print(std::span<const Value> args, bool line);
    void print(std::string_view format, std::span<const Value> args);
    void print_arg(const Value& value, char32_t verb);

    bool full() const { return out_.size() > limit_; }
    std::string take() { return std::move(out_); }

private:
    /// Where the directive that is being read stands.
    struct Place {
        std::string_view format{};
        std::size_t at = 0;
        std::span<const Value> args{};
        std::size_t arg = 0;
        bool after_index = false, good_index = true, reordered = false;

        bool ended() const { return at >= format.size(); }
        char now() const { return format[at]; }
    };

    static bool read_number(Place& place, int& number);
    static void read_index(Place& place);
    static bool take_int(Place& place, int& number);
    void read_flags(Place& place);
    void read_width(Place& place);
    void read_precision(Place& place);
    void one_verb(Place& place);
    void extra(const Place& place);

    bool methods(const Value& value, char32_t verb);
    void print_value(const Value& value, char32_t verb, unsigned depth);
    void print_items(const Value& value, char32_t verb, unsigned depth);
    void print_map(const Value& value, char32_t verb, unsigned depth);
    void print_object(const Value& value, char32_t verb, unsigned depth);
    void print_bytes(std::string_view octets, char32_t verb);
    void print_integer(const Value& value, char32_t verb);
    void print_integer(std::uint64_t value, bool is_signed, const Value& whole, char32_t verb);
    bool print_float(double value, char32_t verb);
    void print_complex(const Value& value, char32_t verb);
    void print_string(std::string_view text, const Value& value, char32_t verb);
    void bad_verb(const Value& value, char32_t verb);
    void rune(char32_t verb) { json::append_rune(out_, verb); }

    std::size_t limit_;
    std::string out_{};
    Formatter formatter_{out_};
    bool erroring_ = false;
};

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

bool Printer::read_number(Place& place, int& number) {
    constexpr int kTooLarge = 1'000'000;
    number = 0;
    const std::size_t start = place.at;
    for (; !place.ended() && place.now() >= '0' && place.now() <= '9'; ++place.at) {
        if (number > kTooLarge) {
            number = 0;
            return false;
        }
        number = number * 10 + (place.now() - '0');
    }
    return place.at > start;
}

/// "[3]": the next argument is the third.
void Printer::read_index(Place& place) {
    place.after_index = false;
    if (place.ended() || place.now() != '[') {
        return;
    }
    place.reordered = true;
    const std::size_t end = place.format.find(']', place.at);
    if (end == std::string_view::npos || place.format.size() - place.at < 3) {
        place.good_index = false;
        ++place.at;
        return;
    }
    Place inside = place;
    ++inside.at;
    int number = 0;
    const bool whole = read_number(inside, number) && inside.at == end;
    place.at = end + 1;
    place.after_index = whole;
    if (whole && number >= 1 && static_cast<std::size_t>(number) <= place.args.size()) {
        place.arg = static_cast<std::size_t>(number) - 1;
    } else {
        place.good_index = false;
    }
}

bool Printer::take_int(Place& place, int& number) {
    constexpr std::int64_t kTooLarge = 1'000'000;
    number = 0;
    if (place.arg >= place.args.size()) {
        return false;
    }
    const Value& value = place.args[place.arg++];
    if (!value.is_signed() && !value.is_unsigned()) {
        return false;
    }
    const std::int64_t wanted =
        value.is_signed() ? value.as_int() : static_cast<std::int64_t>(value.as_uint());
    if (wanted > kTooLarge || wanted < -kTooLarge) {
        return false;
    }
    number = static_cast<int>(wanted);
    return true;
}

void Printer::read_flags(Place& place) {
    formatter_.flags = FormatFlags{};
    for (; !place.ended(); ++place.at) {
        switch (place.now()) {
            case '#':
                formatter_.flags.sharp = true;
                break;
            case '0':
                formatter_.flags.zero = true;
                break;
            case '+':
                formatter_.flags.plus = true;
                break;
            case '-':
                formatter_.flags.minus = true;
                break;
            case ' ':
                formatter_.flags.space = true;
                break;
            default:
                return;
        }
    }
}

void Printer::read_width(Place& place) {
    FormatFlags& flags = formatter_.flags;
    if (!place.ended() && place.now() == '*') {
        ++place.at;
        flags.has_width = take_int(place, flags.width);
        if (!flags.has_width) {
            out_ += "%!(BADWIDTH)";
        }
        if (flags.width < 0) {
            flags.width = -flags.width;
            flags.minus = true;
            flags.zero = false;
        }
        place.after_index = false;
        return;
    }
    flags.has_width = read_number(place, flags.width);
    if (place.after_index && flags.has_width) {
        place.good_index = false;
    }
}

void Printer::read_precision(Place& place) {
    if (place.at + 1 >= place.format.size() || place.now() != '.') {
        return;
    }
    FormatFlags& flags = formatter_.flags;
    ++place.at;
    if (place.after_index) {
        place.good_index = false;
    }
    read_index(place);
    if (!place.ended() && place.now() == '*') {
        ++place.at;
        flags.has_precision = take_int(place, flags.precision);
        if (flags.precision < 0) {
            flags.precision = 0;
            flags.has_precision = false;
        }
        if (!flags.has_precision) {
            out_ += "%!(BADPREC)";
        }
        place.after_index = false;
        return;
    }
    if (!read_number(place, flags.precision)) {
        flags.precision = 0;
    }
    flags.has_precision = true;
}

void Printer::one_verb(Place& place) {
    const json::Rune verb = json::first_rune(place.format.substr(place.at));
    place.at += verb.size;
    if (verb.value == '%') {
        out_ += '%';
        return;
    }
    if (!place.good_index || place.arg >= place.args.size()) {
        out_ += "%!";
        rune(verb.value);
        out_ += place.good_index ? "(MISSING)" : "(BADINDEX)";
        return;
    }
    FormatFlags& flags = formatter_.flags;
    if (verb.value == 'v') {
        flags.sharp_v = std::exchange(flags.sharp, false);
        flags.plus_v = std::exchange(flags.plus, false);
    }
    print_arg(place.args[place.arg++], verb.value);
}

void Printer::extra(const Place& place) {
    if (place.reordered || place.arg >= place.args.size()) {
        return;
    }
    formatter_.flags = FormatFlags{};
    out_ += "%!(EXTRA ";
    for (std::size_t i = place.arg; i < place.args.size(); ++i) {
        out_ += i > place.arg ? ", " : "";
        out_ += place.args[i].type_name();
        if (!place.args[i].is_nil()) {
            out_ += '=';
            print_arg(place.args[i], 'v');
        }
    }
    out_ += ')';
}

void Printer::print(std::string_view format, std::span<const Value> args) {
    Place place{.format = format, .args = args};
    while (!place.ended() && !full()) {
        const std::size_t percent = std::min(format.find('%', place.at), format.size());
        out_ += format.substr(place.at, percent - place.at);
        place.at = percent;
        if (place.ended()) {
            break;
        }
        ++place.at;
        place.good_index = true;
        read_flags(place);
        read_index(place);
        read_width(place);
        read_precision(place);
        if (!place.after_index) {
            read_index(place);
        }
        if (place.ended()) {
            out_ += "%!(NOVERB)";
            break;
        }
        one_verb(place);
    }
    extra(place);
}

Result<std::string> finish(Context& context, Printer& printer) {
    std::string text = printer.take();
    STEP_TRY(context.reserve_text(text.size()));
    return text;
}

}  // namespace

Result<std::string> sprint(Context& context, std::span<const Value> args) {
    Printer printer(context.limits().output);
    printer.print(args, false);
    return finish(context, printer);
}

Result<std::string> sprintln(Context& context, std::span<const Value> args) {
    Printer printer(context.limits().output);
    printer.print(args, true);
    return finish(context, printer);
}

Result<std::string> sprintf(Context& context, std::string_view format,
                            std::span<const Value> args) {
    Printer printer(context.limits().output);
    printer.print(format, args);
    return finish(context, printer);
}

std::string to_text(const Value& value, char verb) {
    constexpr std::size_t kEnough = 4096;
    Printer printer(kEnough);
    printer.print_arg(value, static_cast<char32_t>(verb));
    std::string text = printer.take();
    if (text.size() > kEnough && text.size() > 2 * kEnough) {
        text.resize(kEnough);
    }
    return text;
}

Result<std::string> string_of(Context& context, const Value& value) {
    if (value.is(types::kString) || value.is(types::kBytes)) {
        return std::string(value.as_text());
    }
    const Value args[] = {value};
    return sprint(context, args);
}

}  // namespace step::tmpl
