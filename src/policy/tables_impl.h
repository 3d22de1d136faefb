#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "policy/normal.h"

namespace step::policy::impl {

/// The place of a rule in its list; kNoRule where none matches.
using RuleIndex = std::uint32_t;
inline constexpr RuleIndex kNoRule = std::numeric_limits<RuleIndex>::max();

/// Texts to the first rule that says them.
class TextTable {
public:
    void add(std::string text, RuleIndex index) { rows_.try_emplace(std::move(text), index); }
    RuleIndex find(std::string_view text) const {
        const auto found = rows_.find(text);
        return found == rows_.end() ? kNoRule : found->second;
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    std::unordered_map<std::string, RuleIndex, Hash, std::equal_to<>> rows_{};
};

/// Domain rules as normal_dns() writes them: whole names, and ".a.test" for exactly one label more.
class DomainTable {
public:
    void add(std::string rule, RuleIndex index);
    /// The first rule that is `domain` (lower case), or its parent with a dot.
    RuleIndex find(std::string_view domain) const;
    /// The first rule that speaks of anything which the wildcard "*.PARENT" stands for.
    RuleIndex find_under(std::string_view parent) const;

private:
    TextTable exact_, one_more_, parents_;
};

/// Mail rules as normal_email() writes them: addresses and whole domains.
class EmailTable {
public:
    void add(const std::string& rule, RuleIndex index);
    /// `domain` in lower case. The local part is compared octet by octet.
    RuleIndex find(const std::string& local, const std::string& domain) const;
    /// The same with the local part in any case.
    RuleIndex find_in_any_case(const std::string& local, const std::string& domain) const;

private:
    TextTable rules_;
};

/// Ranges of addresses, by their lengths.
class AddressTable {
public:
    void add(const Range& range, RuleIndex index);
    /// `ip` has 4 or 16 octets; a mapped address counts as the IPv4 address it is.
    RuleIndex find(ByteView ip) const;

private:
    struct Length {
        std::size_t octets = 0;
        unsigned ones = 0;
        TextTable networks{};
    };
    std::vector<Length> lengths_{};  ///< At most 33 + 129.
};

}  // namespace step::policy::impl
