#pragma once

#include <string_view>

namespace step::policy {

/// True if Go's policy engine can take `domain` apart: no empty label but the first, no dot at the
/// end, printable ASCII. "" passes.
bool is_readable_domain(std::string_view domain);

/// What follows the first label: "b.c" of "a.b.c", "" of "a".
std::string_view parent_of(std::string_view domain);

}  // namespace step::policy
