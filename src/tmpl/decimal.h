#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace step::tmpl {

/// A decimal number of any size, as far as sprig's addf, subf, mulf and divf need one
/// (shopspring/decimal): exact but for division.
class Decimal {
public:
    Decimal() = default;
    /// The shortest decimal that reads back as `value`, which must be finite.
    static Decimal from(double value);

    Decimal operator+(const Decimal& other) const;
    Decimal operator-(const Decimal& other) const;
    Decimal operator*(const Decimal& other) const;
    /// To 16 decimals, rounded half away from zero. None if `other` is 0.
    std::optional<Decimal> divided_by(const Decimal& other) const;

    /// The nearest double.
    double to_double() const;
    std::size_t digits() const { return digits_.size(); }

private:
    using Digits = std::string;  ///< Values 0 to 9, lowest first, no zeros on top.

    static int compare(const Digits& a, const Digits& b);
    static Digits sum(const Digits& a, const Digits& b);
    static Digits difference(const Digits& larger, const Digits& smaller);
    static Digits shifted(const Digits& digits, std::size_t by);
    static void trim(Digits& digits);

    bool negative_ = false;
    Digits digits_{};
    std::int64_t exponent_ = 0;
};

}  // namespace step::tmpl
