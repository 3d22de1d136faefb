#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json/utf8.h"
#include "tmpl/format_impl.h"

namespace step::tmpl {

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

}  // namespace step::tmpl
