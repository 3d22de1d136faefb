#pragma once

#include <span>

#include "tmpl/function.h"

namespace step::tmpl {

// The families of functions, one file each (functions_<family>.cc).
std::span<const Entry> builtin_family();     ///< text/template's but the comparisons.
std::span<const Entry> comparison_family();  ///< eq, ne, lt, le, gt, ge.
std::span<const Entry> string_family();
std::span<const Entry> split_family();  ///< split, join, sortAlpha: texts and lists of them.
std::span<const Entry> case_family();   ///< title, wrap, abbrev: the longer string functions.
std::span<const Entry> words_family();  ///< camelcase, snakecase, kebabcase.
std::span<const Entry> math_family();
std::span<const Entry> list_family();
std::span<const Entry> list_access_family();
std::span<const Entry> dict_family();
std::span<const Entry> default_family();
std::span<const Entry> type_family();
std::span<const Entry> date_family();
std::span<const Entry> encoding_family();
std::span<const Entry> path_family();
std::span<const Entry> regex_family();
std::span<const Entry> semver_family();
std::span<const Entry> url_family();
std::span<const Entry> crypto_family();
std::span<const Entry> random_family();

/// sprig's and reflect's wording when something is called on the wrong type.
Error cannot(std::string_view what, const Value& value);

}  // namespace step::tmpl
