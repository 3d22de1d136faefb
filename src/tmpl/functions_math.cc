#include <cmath>

#include "tmpl/cast.h"
#include "tmpl/decimal.h"
#include "tmpl/families_impl.h"
#include "tmpl/format.h"
#include "tmpl/strconv.h"

namespace step::tmpl {
namespace {

/// Go's int64 arithmetic wraps around.
std::uint64_t bits(const Value& value) {
    return static_cast<std::uint64_t>(cast_int(value));
}

Value wrapped(std::uint64_t value) {
    return Value::int64(static_cast<std::int64_t>(value));
}

Result<Value> add1(Call& call) {
    return wrapped(bits(call[0]) + 1);
}

Result<Value> add(Call& call) {
    std::uint64_t sum = 0;
    for (const Value& value : call.from(0)) {
        sum += bits(value);
    }
    return wrapped(sum);
}

Result<Value> sub(Call& call) {
    return wrapped(bits(call[0]) - bits(call[1]));
}

Result<Value> mul(Call& call) {
    std::uint64_t product = 1;
    for (const Value& value : call.from(0)) {
        product *= bits(value);
    }
    return wrapped(product);
}

template <bool kRemainder>
Result<Value> divide(Call& call) {
    const std::int64_t a = cast_int(call[0]), b = cast_int(call[1]);
    if (b == 0) {
        return failure("runtime error: integer divide by zero");
    }
    if (b == -1) {
        return kRemainder ? Value::int64(0) : wrapped(0 - static_cast<std::uint64_t>(a));
    }
    return Value::int64(kRemainder ? a % b : a / b);
}

template <bool kLargest>
Result<Value> extreme(Call& call) {
    std::int64_t best = cast_int(call[0]);
    for (const Value& value : call.from(1)) {
        const std::int64_t number = cast_int(value);
        best = kLargest ? std::max(best, number) : std::min(best, number);
    }
    return Value::int64(best);
}

/// Go's math.Max and Min: NaN wins over all but the infinity of the right sign.
double extreme_of(double a, double b, bool largest) {
    const double infinity = largest ? HUGE_VAL : -HUGE_VAL;
    if (a == infinity || b == infinity) {
        return infinity;
    }
    if (std::isnan(a) || std::isnan(b)) {
        return std::nan("");
    }
    if (a == 0 && b == 0) {
        return largest == std::signbit(a) ? b : a;
    }
    return largest ? std::max(a, b) : std::min(a, b);
}

template <bool kLargest>
Result<Value> extreme_float(Call& call) {
    double best = cast_float(call[0]);
    for (const Value& value : call.from(1)) {
        best = extreme_of(best, cast_float(value), kLargest);
    }
    return Value(best);
}

Result<Value> ceil_of(Call& call) {
    return Value(std::ceil(cast_float(call[0])));
}

Result<Value> floor_of(Call& call) {
    return Value(std::floor(cast_float(call[0])));
}

Result<Value> round_to(Call& call) {
    const double on = call.size() > 2 ? call.real(2) : 0.5;
    const double power = std::pow(10, static_cast<double>(call.integer(1)));
    const double digit = power * cast_float(call[0]);
    double whole = 0;
    const double rest = std::modf(digit, &whole);
    return Value((rest >= on ? std::ceil(digit) : std::floor(digit)) / power);
}

Result<Value> to_int(Call& call) {
    return Value::integer(cast_int(call[0]));
}

Result<Value> to_int64_(Call& call) {
    return Value::int64(cast_int(call[0]));
}

Result<Value> to_float64(Call& call) {
    return Value(cast_float(call[0]));
}

/// From octal.
Result<Value> to_decimal(Call& call) {
    STEP_ASSIGN(const std::string text, sprint(call.context(), call.from(0)));
    const auto number = parse_int(text, 8);
    return Value::int64(number.fine() ? number.value : 0);
}

enum class Operation : unsigned char { kAdd, kSub, kMul, kDiv };

Result<Value> decimal(Call& call, const Value& first, std::span<const Value> others,
                      Operation operation) {
    const auto read = [](double value) -> Result<Decimal> {
        if (!std::isfinite(value)) {
            return failure(
                fmt::format("Cannot create a Decimal from {}", format_float(value, 'g', -1)));
        }
        return Decimal::from(value);
    };
    STEP_ASSIGN(Decimal total, read(cast_float(first)));
    for (const Value& value : others) {
        STEP_ASSIGN(const Decimal other, read(cast_float(value)));
        // Products grow and division is long division.
        STEP_TRY(call.context().spend(1 + total.digits() * other.digits() / 64 + total.digits()));
        switch (operation) {
            case Operation::kAdd:
                total = total + other;
                break;
            case Operation::kSub:
                total = total - other;
                break;
            case Operation::kMul:
                total = total * other;
                break;
            case Operation::kDiv: {
                const auto quotient = total.divided_by(other);
                if (!quotient) {
                    return failure("decimal division by 0");
                }
                total = *quotient;
            }
        }
    }
    return Value(total.to_double());
}

Result<Value> add1f(Call& call) {
    const Value one[] = {Value(1)};
    return decimal(call, call[0], one, Operation::kAdd);
}

Result<Value> addf(Call& call) {
    return decimal(call, Value(0.0), call.from(0), Operation::kAdd);
}

Result<Value> subf(Call& call) {
    return decimal(call, call[0], call.from(1), Operation::kSub);
}

Result<Value> mulf(Call& call) {
    return decimal(call, call[0], call.from(1), Operation::kMul);
}

Result<Value> divf(Call& call) {
    return decimal(call, call[0], call.from(1), Operation::kDiv);
}

/// sprig's untilStep: nothing if the step leads away.
Result<List> steps(Call& call, std::int64_t from, std::int64_t to, std::int64_t step) {
    List numbers;
    const bool down = to < from;
    if (down ? step >= 0 : step <= 0) {
        return numbers;
    }
    const std::uint64_t distance =
        down ? static_cast<std::uint64_t>(from) - static_cast<std::uint64_t>(to)
             : static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    const std::uint64_t width =
        down ? 0 - static_cast<std::uint64_t>(step) : static_cast<std::uint64_t>(step);
    const std::uint64_t count = distance / width + (distance % width != 0 ? 1 : 0);
    STEP_TRY(call.context().spend(std::min<std::uint64_t>(count, std::uint64_t{1} << 40U)));
    STEP_TRY(call.context().reserve(count * sizeof(Value)));
    numbers.reserve(count);
    auto now = static_cast<std::uint64_t>(from);
    for (std::uint64_t i = 0; i < count; ++i, now += static_cast<std::uint64_t>(step)) {
        numbers.push_back(Value::integer(static_cast<std::int64_t>(now)));
    }
    return numbers;
}

Result<Value> until(Call& call) {
    const std::int64_t count = call.integer(0);
    STEP_ASSIGN(List numbers, steps(call, 0, count, count < 0 ? -1 : 1));
    return Value::of(types::kInts, std::move(numbers));
}

Result<Value> until_step(Call& call) {
    STEP_ASSIGN(List numbers, steps(call, call.integer(0), call.integer(1), call.integer(2)));
    return Value::of(types::kInts, std::move(numbers));
}

Result<Value> seq(Call& call) {
    if (call.size() == 0 || call.size() > 3) {
        return Value("");
    }
    const std::int64_t start = call.size() == 1 ? 1 : call.integer(0);
    const std::int64_t end = call.integer(call.size() - 1);
    const std::int64_t towards = end < start ? -1 : 1;
    std::int64_t step = towards;
    if (call.size() == 3) {
        step = call.integer(1);
        if (end < start && step > 0) {
            return Value("");
        }
    }
    std::int64_t stop = 0;
    if (__builtin_add_overflow(end, towards, &stop)) {
        stop = -stop;
    }
    STEP_ASSIGN(const List numbers, steps(call, start, stop, step));
    std::string text;
    for (const Value& number : numbers) {
        text.append(text.empty() ? "" : " ").append(std::to_string(number.as_int()));
    }
    return Value(std::move(text));
}

constexpr Entry kFamily[] = {
    {"add1", "any", add1},
    {"add", "any...", add},
    {"sub", "any any", sub},
    {"div", "any any", divide<false>},
    {"mod", "any any", divide<true>},
    {"mul", "any any...", mul},
    {"max", "any any...", extreme<true>},
    {"biggest", "any any...", extreme<true>},
    {"min", "any any...", extreme<false>},
    {"maxf", "any any...", extreme_float<true>},
    {"minf", "any any...", extreme_float<false>},
    {"ceil", "any", ceil_of},
    {"floor", "any", floor_of},
    {"round", "any int float64...", round_to},
    {"int", "any", to_int},
    {"int64", "any", to_int64_},
    {"float64", "any", to_float64},
    {"toDecimal", "any", to_decimal},
    {"add1f", "any", add1f},
    {"addf", "any...", addf},
    {"subf", "any any...", subf},
    {"mulf", "any any...", mulf},
    {"divf", "any any...", divf},
    {"until", "int", until},
    {"untilStep", "int int int", until_step},
    {"seq", "int...", seq},
};

}  // namespace

std::span<const Entry> math_family() {
    return kFamily;
}

}  // namespace step::tmpl
