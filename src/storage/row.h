#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace step::storage {

/// Builds the value of a row: a form number, then fields in a fixed order. What is written here
/// is read back by RowReader only, so fields need no names.
class RowWriter {
public:
    explicit RowWriter(std::uint8_t form) { out_.push_back(static_cast<char>(form)); }

    /// 8 octets, big-endian.
    RowWriter& number(std::int64_t value) {
        for (unsigned shift = 64; shift > 0; shift -= 8) {
            const std::uint64_t octet = (static_cast<std::uint64_t>(value) >> (shift - 8)) & 0xffU;
            out_.push_back(static_cast<char>(octet));
        }
        return *this;
    }
    RowWriter& octet(std::uint8_t value) {
        out_.push_back(static_cast<char>(value));
        return *this;
    }
    /// Length in groups of 7 bits, least significant first, then the octets.
    RowWriter& text(std::string_view value) {
        std::size_t length = value.size();
        for (; length >= 0x80U; length >>= 7U) {
            out_.push_back(static_cast<char>(0x80U | (length & 0x7fU)));
        }
        out_.push_back(static_cast<char>(length));
        out_.append(value);
        return *this;
    }
    std::string take() && { return std::move(out_); }

private:
    std::string out_;
};

/// Reads such a value. Aliases it. A value that is too short gives zeros and empty texts and
/// makes good() false.
class RowReader {
public:
    explicit RowReader(std::string_view row) : rest_(row) {
        const std::string_view form = take(1);
        form_ = form.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(form[0]);
    }

    std::uint8_t form() const { return form_; }
    bool good() const { return good_; }

    std::int64_t number() {
        std::uint64_t value = 0;
        for (const char c : take(8)) {
            value = (value << 8U) | static_cast<unsigned char>(c);
        }
        return static_cast<std::int64_t>(value);
    }
    std::uint8_t octet() {
        const std::string_view one = take(1);
        return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
    }
    std::string_view text() {
        std::size_t length = 0;
        for (unsigned shift = 0; shift < 63; shift += 7) {
            const std::string_view octet = take(1);
            if (octet.empty()) {
                return {};
            }
            const auto bits = static_cast<unsigned char>(octet[0]);
            length |= static_cast<std::size_t>(bits & 0x7fU) << shift;
            if ((bits & 0x80U) == 0) {
                return take(length);
            }
        }
        good_ = false;
        return {};
    }

private:
    std::string_view take(std::size_t count) {
        if (count > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest_;
    std::uint8_t form_ = 0;
    bool good_ = true;
};

}  // namespace step::storage
