#pragma once

#include <optional>
#include <string>

#include "base/runtime.h"

namespace step {

/// The machine's clocks. Programs make one in main; tests use tests/support/fake_clock.h.
class SystemClock final : public Clock {
public:
    SysTime now() const override;
    std::chrono::nanoseconds monotonic() const override;
};

/// Where programs read the environment; everything below main gets values or this interface.
class Environment {
public:
    virtual ~Environment() = default;
    /// None if the variable is not defined; "" if it is defined and empty.
    virtual std::optional<std::string> get(const std::string& name) const = 0;
    /// The home folder that the user database gives this user: what counts where HOME is not set.
    virtual std::optional<std::string> user_home() const { return std::nullopt; }
};

class SystemEnvironment final : public Environment {
public:
    std::optional<std::string> get(const std::string& name) const override;
    std::optional<std::string> user_home() const override;
};

}  // namespace step
