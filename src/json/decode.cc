#include "json/decode.h"

#include <charconv>
#include <cmath>

namespace step::json {
namespace {

/// How Go names the value that did not fit: numbers with their text where only this one is
/// wrong, not every number.
Error mismatch(const Value& value, const std::string& path, std::string_view type,
               std::string_view number = {}) {
    return error_at(value.place(),
                    fmt::format("cannot unmarshal {}{}{} into field {} of type {}", value.kind(),
                                number.empty() ? "" : " ", number, path, type));
}

/// For a number that no double holds: true if it is too small, false if it is too large.
bool is_tiny(std::string_view text) {
    long exponent = 0;
    if (const std::size_t mark = text.find_first_of("eE"); mark != text.npos) {
        const std::string_view digits = text.substr(mark + 1);
        if (digits.starts_with('-')) {
            return true;
        }
        text = text.substr(0, mark);
        const std::size_t skip = digits.starts_with('+') ? 1 : 0;
        std::from_chars(digits.data() + skip, digits.data() + digits.size(), exponent);
    }
    return exponent == 0 && text.find_first_of("123456789") > text.find('.');
}

}  // namespace

Error error_at(Place place, std::string detail) {
    return {.code = Code::kInvalidArgument,
            .detail = std::move(detail),
            .cause = fmt::format("line {}, column {}", place.line, place.column)};
}

Place place_of(const Error& error) {
    constexpr std::string_view kLine = "line ", kColumn = ", column ";
    const std::string_view text = error.cause;
    const std::size_t comma = text.find(kColumn);
    Place place;
    if (!text.starts_with(kLine) || comma == std::string_view::npos) {
        return place;
    }
    const auto read = [](std::string_view digits, std::uint32_t& out) {
        return std::from_chars(digits.data(), digits.data() + digits.size(), out).ec == std::errc{};
    };
    if (!read(text.substr(kLine.size(), comma - kLine.size()), place.line) ||
        !read(text.substr(comma + kColumn.size()), place.column)) {
        return {};
    }
    return place;
}

std::optional<std::int64_t> to_int64(const Number& number) {
    std::int64_t value = 0;
    const char* end = number.text.data() + number.text.size();
    const auto [stop, problem] = std::from_chars(number.text.data(), end, value);
    if (problem != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> to_double(const Number& number) {
    double value = 0;
    const char* end = number.text.data() + number.text.size();
    const auto [stop, problem] = std::from_chars(number.text.data(), end, value);
    if (problem == std::errc::result_out_of_range && is_tiny(number.text)) {
        return number.text.starts_with('-') ? -0.0 : 0.0;
    }
    if (problem != std::errc{} || stop != end || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

Fields::Fields(const Value& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_null() && object.as_object() == nullptr) {
        fail(object,
             fmt::format("cannot unmarshal {} into field {} of type object", object.kind(), path_));
    }
}

std::string Fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void Fields::record(Error error) {
    failures_.push_back(std::move(error));
}

void Fields::fail(const Value& value, std::string detail) {
    record(error_at(value.place(), std::move(detail)));
}

Status Fields::status() const {
    return failures_.empty() ? ok() : Status(failures_.front());
}

const Value* Fields::child(std::string_view name) const {
    const Value* value = object_.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

/// Go stores every duplicate in turn, so that a later null leaves what an earlier one stored.
template <class Store>
Fields& Fields::each(std::string_view name, Store store) {
    if (const Object* members = object_.as_object()) {
        for (const Member& member : *members) {
            if (!member.value.is_null() && same_name(name, member.name)) {
                store(member.value);
            }
        }
    }
    return *this;
}

Fields& Fields::get(std::string_view name, std::string& out) {
    return each(name, [&](const Value& value) {
        if (const std::string* text = value.as_string()) {
            out = *text;
        } else {
            record(mismatch(value, path_of(name), "string"));
        }
    });
}

Fields& Fields::get(std::string_view name, bool& out) {
    return each(name, [&](const Value& value) {
        if (const bool* flag = value.as_bool()) {
            out = *flag;
        } else {
            record(mismatch(value, path_of(name), "bool"));
        }
    });
}

Fields& Fields::get(std::string_view name, std::int64_t& out) {
    return each(name, [&](const Value& value) {
        const Number* number = value.as_number();
        if (number == nullptr) {
            record(mismatch(value, path_of(name), "int64"));
        } else if (const auto exact = to_int64(*number)) {
            out = *exact;
        } else {
            record(mismatch(value, path_of(name), "int64", number->text));
        }
    });
}

Fields& Fields::get(std::string_view name, double& out) {
    return each(name, [&](const Value& value) {
        const Number* number = value.as_number();
        if (number == nullptr) {
            record(mismatch(value, path_of(name), "float64"));
        } else if (const auto near = to_double(*number)) {
            out = *near;
        } else {
            record(mismatch(value, path_of(name), "float64", number->text));
        }
    });
}

Fields& Fields::get(std::string_view name, std::vector<std::string>& out) {
    return each(name, [&](const Value& value) {
        const Array* array = value.as_array();
        if (array == nullptr) {
            record(mismatch(value, path_of(name), "[]string"));
            return;
        }
        out.clear();
        for (const Value& element : *array) {
            const std::string* text = element.as_string();
            if (text == nullptr && !element.is_null()) {
                record(mismatch(element, path_of(name), "string"));
            }
            out.push_back(text == nullptr ? std::string() : *text);
        }
    });
}

}  // namespace step::json
