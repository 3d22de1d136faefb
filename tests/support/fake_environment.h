#pragma once

#include <map>
#include <string>

#include "base/system.h"

namespace step::test {

/// Exactly the variables it is given.
struct FakeEnvironment final : Environment {
    std::map<std::string, std::string> variables{};
    std::optional<std::string> user_home_folder{};

    FakeEnvironment() = default;
    explicit FakeEnvironment(std::map<std::string, std::string> given)
        : variables(std::move(given)) {}
    std::optional<std::string> get(const std::string& name) const override {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::string> user_home() const override { return user_home_folder; }
};

}  // namespace step::test
