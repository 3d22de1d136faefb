#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace step {

/// ASCII only; locales never matter here.
char to_lower(char c);
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equal_fold(std::string_view a, std::string_view b);

/// Removes what Go's unicode.IsSpace calls white space (ASCII, U+0085, U+00A0 and the Unicode
/// spaces, in UTF-8).
std::string_view trim_right(std::string_view text);
std::string_view trim(std::string_view text);

/// Like Go's strings.Split: "a,,b" gives three parts, "" gives one empty part.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

/// Go's %v of a []string: "[a b c]".
std::string format_list(const std::vector<std::string>& parts);
/// Go's %q.
std::string quote(std::string_view text);

/// With '?' for each control character (C0, DEL, C1): what comes from a file or a server must not
/// steer a terminal.
std::string printable(std::string_view text);

/// True for well-formed UTF-8 (no surrogates, nothing overlong).
bool is_utf8(std::string_view text);

}  // namespace step
