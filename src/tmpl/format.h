#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tmpl/function.h"
#include "tmpl/value.h"

namespace step::tmpl {

/// Go's fmt.Sprint: spaces between operands when neither is a string.
Result<std::string> sprint(Context& context, std::span<const Value> args);
/// fmt.Sprintln.
Result<std::string> sprintln(Context& context, std::span<const Value> args);
/// fmt.Sprintf with every verb but %p, which prints no address. Wrong verbs and numbers of
/// arguments do not fail but show in the text, as in Go.
Result<std::string> sprintf(Context& context, std::string_view format, std::span<const Value> args);

/// fmt.Sprintf("%v"), or with %s, for messages, cut off where it gets long.
std::string to_text(const Value& value, char verb = 'v');
/// sprig's strval: a string or []byte as it is, all else by %v.
Result<std::string> string_of(Context& context, const Value& value);

}  // namespace step::tmpl
