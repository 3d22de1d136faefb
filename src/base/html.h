#pragma once

#include <string>
#include <string_view>

namespace step {

/// `text` for the inside of an HTML element or a quoted attribute: & < > " ' become references,
/// spelt as Go's html.EscapeString spells them. Changes nothing else; what is no UTF-8 stays so.
std::string escape_html(std::string_view text);

}  // namespace step
