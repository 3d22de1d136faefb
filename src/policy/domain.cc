#include "policy/domain.h"

#include <algorithm>

namespace step::policy {

bool is_readable_domain(std::string_view domain) {
    if (domain.starts_with('.')) {
        domain.remove_prefix(1);
        if (domain.empty()) {
            return false;
        }
    }
    constexpr char kFirst = 33, kLast = 126;
    char before = domain.empty() ? 'a' : '.';
    for (const char c : domain) {
        if (c < kFirst || c > kLast || (c == '.' && before == '.')) {
            return false;
        }
        before = c;
    }
    return before != '.';
}

std::string_view parent_of(std::string_view domain) {
    const std::size_t dot = domain.find('.');
    return dot == std::string_view::npos ? std::string_view() : domain.substr(dot + 1);
}

}  // namespace step::policy
