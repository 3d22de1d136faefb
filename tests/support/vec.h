#pragma once

#include <string>
#include <vector>

#include "base/hex.h"
#include "tests/support/data.h"

namespace step::test {

/// A field as Go's %q prints it; the test fails on anything else.
inline std::string unquote(std::string_view text) {
    REQUIRE(text.size() >= 2);
    std::string result;
    const auto code_point = [&result](unsigned long value) {
        if (value < 0x80) {
            result += static_cast<char>(value);
        } else if (value < 0x800) {
            result += static_cast<char>(0xc0U | value >> 6U);
            result += static_cast<char>(0x80U | (value & 0x3fU));
        } else if (value < 0x10000) {
            result += static_cast<char>(0xe0U | value >> 12U);
            result += static_cast<char>(0x80U | (value >> 6U & 0x3fU));
            result += static_cast<char>(0x80U | (value & 0x3fU));
        } else {
            result += static_cast<char>(0xf0U | value >> 18U);
            result += static_cast<char>(0x80U | (value >> 12U & 0x3fU));
            result += static_cast<char>(0x80U | (value >> 6U & 0x3fU));
            result += static_cast<char>(0x80U | (value & 0x3fU));
        }
    };
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] != '\\') {
            result += text[i];
            continue;
        }
        const char c = text[++i];
        constexpr std::string_view kLetters = "abfnrtv\\\"";
        constexpr std::string_view kNamed = "\a\b\f\n\r\t\v\\\"";
        if (const auto named = kLetters.find(c); named != std::string_view::npos) {
            result += kNamed[named];
            continue;
        }
        const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        const std::string octets = *parse_hex(text.substr(i + 1, digits));
        i += digits;
        unsigned long value = 0;
        for (const char octet : octets) {
            value = value << 8U | static_cast<unsigned char>(octet);
        }
        if (c == 'x') {
            result += static_cast<char>(value);
        } else {
            code_point(value);
        }
    }
    return result;
}

/// The rows of tests/data/NAME: fields as %q, separated by tabs; lines beginning with # say
/// where the file is from.
inline std::vector<std::vector<std::string>> vectors(const std::string& name) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(data(name));
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        std::vector<std::string> fields;
        std::istringstream parts(line);
        for (std::string part; std::getline(parts, part, '\t');) {
            fields.push_back(unquote(part));
        }
        rows.push_back(std::move(fields));
    }
    REQUIRE(!rows.empty());
    return rows;
}

}  // namespace step::test
