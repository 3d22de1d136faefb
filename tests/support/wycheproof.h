#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hex.h"
#include "tests/support/data.h"

namespace step::test {

/// A row of tests/data/wycheproof (tools/gen/wycheproof.py).
struct WycheproofCase {
    std::vector<std::string> group{};  ///< scheme, "judge" or "refuse", form, key
    std::string number{};
    char result = '?';
    std::vector<Bytes> fields{};

    /// What the interface cannot express (another salt, another nonce) is to be refused.
    bool must_pass() const { return result == 'v' && group[1] == "judge"; }
    bool must_fail() const { return result == 'i' || group[1] == "refuse"; }
};

/// Every row of tests/data/wycheproof/NAME.
inline std::vector<WycheproofCase> wycheproof_cases(const std::string& name) {
    std::vector<WycheproofCase> all;
    std::vector<std::string> group;
    std::istringstream lines(data("wycheproof/" + name));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first == "group") {
            group.clear();
            for (std::string word; words >> word;) {
                group.push_back(word);
            }
        } else if (first != "#") {
            WycheproofCase& one = all.emplace_back();
            one.group = group;
            one.number = first;
            words >> one.result;
            for (std::string word; words >> word;) {
                one.fields.push_back(word == "-" ? Bytes() : *parse_hex(word));
            }
        }
    }
    return all;
}

}  // namespace step::test
