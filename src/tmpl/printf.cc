// The directives of a format: flags, indexes, width and precision.
#include "tmpl/printer_impl.h"

namespace step::tmpl {

bool Printer::read_number(Place& place, int& number) {
    constexpr int kTooLarge = 1'000'000;
    number = 0;
    const std::size_t start = place.at;
    for (; !place.ended() && place.now() >= '0' && place.now() <= '9'; ++place.at) {
        if (number > kTooLarge) {
            number = 0;
            place.at = place.format.size();  // As Go: what follows is not read either.
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

}  // namespace step::tmpl
