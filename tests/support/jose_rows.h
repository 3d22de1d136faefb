#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "jose/strict.h"
#include "tests/support/data.h"

namespace step::jose {

/// The rows of tests/data/jose/NAME whose first word is `kind`, split at spaces, without it.
inline std::vector<std::vector<std::string>> rows_for_test(const std::string& name,
                                                           const std::string& kind) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(test::data("jose/" + name));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word != kind) {
            continue;
        }
        auto& row = rows.emplace_back();
        while (words >> word) {
            row.push_back(word == "-" ? std::string() : word);
        }
    }
    return rows;
}

inline std::string decoded_for_test(const std::string& text) {
    return *parse_base64url(text);
}

}  // namespace step::jose
