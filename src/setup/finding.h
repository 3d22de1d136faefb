#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace step::setup {

/// Something wrong with a configuration, at its place in the text of ca.json.
struct Finding {
    enum class Severity : unsigned char {
        kError,    ///< The server does not start with it.
        kWarning,  ///< It starts, but somebody should look.
    } severity = Severity::kError;
    std::string file{};    ///< Empty: the configuration itself.
    json::Place place{};   ///< 0 where no line is to blame.
    std::string what{};    ///< One line.
    std::string advice{};  ///< What to do about it; may be empty.
};

/// The place of the value that `key` ("authority.provisioners[1].key") names, or of the nearest
/// thing around it that is there.
json::Place place_of_key(const json::Value& root, std::string_view key);

/// What to write instead of a value that cannot be read ("… of type string"); may be empty.
std::string advice_for(const std::string& detail);

}  // namespace step::setup
