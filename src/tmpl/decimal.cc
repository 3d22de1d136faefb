#include "tmpl/decimal.h"

#include <algorithm>
#include <charconv>

#include "tmpl/strconv.h"

namespace step::tmpl {

void Decimal::trim(Digits& digits) {
    while (!digits.empty() && digits.back() == 0) {
        digits.pop_back();
    }
}

Decimal Decimal::from(double value) {
    Decimal result;
    const std::string text = format_float(value, 'e', -1);
    const std::size_t e = text.find('e');
    std::int64_t decimals = 0;
    bool behind_point = false;
    for (const char c : text.substr(0, e)) {
        if (c == '-') {
            result.negative_ = true;
        } else if (c == '.') {
            behind_point = true;
        } else {
            result.digits_ += static_cast<char>(c - '0');
            decimals += behind_point ? 1 : 0;
        }
    }
    std::reverse(result.digits_.begin(), result.digits_.end());
    trim(result.digits_);
    const char* power = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(power, text.data() + text.size(), result.exponent_);
    result.exponent_ -= decimals;
    return result;
}

int Decimal::compare(const Digits& a, const Digits& b) {
    if (a.size() != b.size()) {
        return a.size() < b.size() ? -1 : 1;
    }
    for (std::size_t i = a.size(); i-- > 0;) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

Decimal::Digits Decimal::sum(const Digits& a, const Digits& b) {
    Digits result;
    int carry = 0;
    for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
        const int digit = (i < a.size() ? a[i] : 0) + (i < b.size() ? b[i] : 0) + carry;
        result += static_cast<char>(digit % 10);
        carry = digit / 10;
    }
    trim(result);
    return result;
}

Decimal::Digits Decimal::difference(const Digits& larger, const Digits& smaller) {
    Digits result = larger;
    int borrow = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
        int digit = result[i] - (i < smaller.size() ? smaller[i] : 0) - borrow;
        borrow = digit < 0 ? 1 : 0;
        digit += borrow * 10;
        result[i] = static_cast<char>(digit);
    }
    trim(result);
    return result;
}

Decimal::Digits Decimal::shifted(const Digits& digits, std::size_t by) {
    return digits.empty() ? digits : Digits(by, '\0') + digits;
}

Decimal Decimal::operator+(const Decimal& other) const {
    Decimal result;
    result.exponent_ = std::min(exponent_, other.exponent_);
    const Digits a = shifted(digits_, static_cast<std::size_t>(exponent_ - result.exponent_));
    const Digits b =
        shifted(other.digits_, static_cast<std::size_t>(other.exponent_ - result.exponent_));
    if (negative_ == other.negative_) {
        result.negative_ = negative_;
        result.digits_ = sum(a, b);
    } else if (compare(a, b) >= 0) {
        result.negative_ = negative_;
        result.digits_ = difference(a, b);
    } else {
        result.negative_ = other.negative_;
        result.digits_ = difference(b, a);
    }
    return result;
}

Decimal Decimal::operator-(const Decimal& other) const {
    Decimal minus = other;
    minus.negative_ = !other.negative_;
    return *this + minus;
}

Decimal Decimal::operator*(const Decimal& other) const {
    Decimal result;
    result.exponent_ = exponent_ + other.exponent_;
    result.negative_ = negative_ != other.negative_;
    std::string product(digits_.size() + other.digits_.size() + 1, '\0');
    for (std::size_t i = 0; i < digits_.size(); ++i) {
        int carry = 0;
        for (std::size_t j = 0; j < other.digits_.size() || carry > 0; ++j) {
            const int digit = product[i + j] + carry +
                              (j < other.digits_.size() ? digits_[i] * other.digits_[j] : 0);
            product[i + j] = static_cast<char>(digit % 10);
            carry = digit / 10;
        }
    }
    trim(product);
    result.digits_ = std::move(product);
    return result;
}

std::optional<Decimal> Decimal::divided_by(const Decimal& other) const {
    if (other.digits_.empty()) {
        return std::nullopt;
    }
    constexpr std::int64_t kPrecision = 16;
    Digits dividend = digits_, divisor = other.digits_;
    const std::int64_t shift = exponent_ - other.exponent_ + kPrecision;
    if (shift < 0) {
        divisor = shifted(divisor, static_cast<std::size_t>(-shift));
    } else {
        dividend = shifted(dividend, static_cast<std::size_t>(shift));
    }
    Decimal result;
    result.exponent_ = -kPrecision;
    result.negative_ = negative_ != other.negative_;
    Digits rest;
    for (std::size_t i = dividend.size(); i-- > 0;) {
        rest.insert(rest.begin(), dividend[i]);
        trim(rest);
        char times = 0;
        for (; compare(rest, divisor) >= 0; ++times) {
            rest = difference(rest, divisor);
        }
        result.digits_ += times;
    }
    std::reverse(result.digits_.begin(), result.digits_.end());
    trim(result.digits_);
    if (compare(sum(rest, rest), divisor) >= 0) {
        result.digits_ = sum(result.digits_, Digits(1, '\1'));
    }
    return result;
}

double Decimal::to_double() const {
    std::string text = negative_ ? "-" : "";
    for (std::size_t i = digits_.size(); i-- > 0;) {
        text += static_cast<char>('0' + digits_[i]);
    }
    if (digits_.empty()) {
        return 0;
    }
    return parse_float(text + "e" + std::to_string(exponent_)).value;
}

}  // namespace step::tmpl
