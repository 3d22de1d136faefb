#include <cstdint>
#include <limits>

#include "base/base64.h"
#include "tmpl/families_impl.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

/// Evenly distributed, below `limit`, which is not 0.
std::uint64_t below(Random& random, std::uint64_t limit) {
    // What is left of 2^64 after a whole number of limits would favour small numbers.
    const std::uint64_t surplus = (std::numeric_limits<std::uint64_t>::max() % limit + 1) % limit;
    for (;;) {
        std::uint64_t number = 0;
        random.fill(std::as_writable_bytes(std::span(&number, 1)));
        if (surplus == 0 || number <= std::numeric_limits<std::uint64_t>::max() - surplus) {
            return number % limit;
        }
    }
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string characters(bool letters, bool digits) {
    if (letters || digits) {
        return std::string(letters ? kLetters : "") + std::string(digits ? kDigits : "");
    }
    std::string all;
    for (char c = ' '; c < 0x7f; ++c) {
        all += c;
    }
    return all;
}

template <bool kWithLetters, bool kWithDigits>
Result<Value> random_text(Call& call) {
    const std::int64_t count = call.integer(0);
    if (count <= 0) {
        return Value("");
    }
    STEP_TRY(call.context().reserve_text(static_cast<std::size_t>(count)));
    STEP_TRY(call.context().spend(static_cast<std::uint64_t>(count) / 16));
    const std::string set = characters(kWithLetters, kWithDigits);
    std::string text;
    for (std::int64_t i = 0; i < count; ++i) {
        text += set[below(call.context().random(), set.size())];
    }
    return Value(std::move(text));
}

Result<Value> random_int(Call& call) {
    const std::int64_t least = call.integer(0), end = call.integer(1);
    std::int64_t range = 0;
    if (__builtin_sub_overflow(end, least, &range) || range <= 0) {
        return failure("invalid argument to Intn");
    }
    const std::uint64_t number = below(call.context().random(), static_cast<std::uint64_t>(range));
    return Value::integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + number));
}

Result<Value> random_bytes(Call& call) {
    const std::int64_t count = call.integer(0);
    if (count < 0) {
        return failure("runtime error: makeslice: len out of range");
    }
    STEP_TRY(call.context().reserve_text(static_cast<std::size_t>(count)));
    return Value(encode_base64(call.context().random().bytes(static_cast<std::size_t>(count))));
}

Result<Value> uuid(Call& call) {
    return Value(make_uuid(call.context().random()));
}

Result<Value> shuffle(Call& call) {
    std::u32string runes = to_runes(call.text(0));
    STEP_TRY(call.context().spend(runes.size() / 16));
    for (std::size_t i = runes.size(); i > 1; --i) {
        std::swap(runes[i - 1], runes[below(call.context().random(), i)]);
    }
    return Value(from_runes(runes));
}

constexpr Entry kFamily[] = {
    {"randAlphaNum", "int", random_text<true, true>},
    {"randAlpha", "int", random_text<true, false>},
    {"randNumeric", "int", random_text<false, true>},
    {"randAscii", "int", random_text<false, false>},
    {"randInt", "int int", random_int},
    {"randBytes", "int", random_bytes},
    {"shuffle", "string", shuffle},
    {"uuidv4", "", uuid},
};

}  // namespace

std::span<const Entry> random_family() {
    return kFamily;
}

}  // namespace step::tmpl
