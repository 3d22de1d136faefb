#pragma once

#include <string>

#include "json/value.h"

namespace step::setup {

/// Something wrong with a configuration, at its place in the text of ca.json.
struct Finding {
    enum class Severity : unsigned char {
        kError,    ///< The server does not start with it.
        kWarning,  ///< It starts, but somebody should look.
    } severity = Severity::kError;
    json::Place place{};   ///< 0 where no line is to blame.
    std::string what{};    ///< One line.
    std::string advice{};  ///< What to do about it; may be empty.
};

}  // namespace step::setup
