#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace step {

enum class Level : unsigned char { kTrace, kDebug, kInfo, kWarning, kError };

/// One structured field. Never a secret and never a whole token.
struct Field {
    std::string name{};
    std::variant<std::string, std::int64_t, bool, std::vector<std::string>> value{};
};
using Fields = std::vector<Field>;

/// Where the program tells what it does. Thread-safe; a write never fails visibly.
class Log {
public:
    virtual ~Log() = default;
    virtual void write(Level level, std::string_view message, const Fields& fields) = 0;
};

}  // namespace step
