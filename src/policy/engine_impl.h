#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/compile.h"
#include "policy/entry.h"
#include "policy/tables_impl.h"
#include "x509/san.h"

namespace step::policy::impl {

enum class Kind : unsigned char { kCn, kDns, kIp, kEmail, kUri, kPrincipal };
inline constexpr std::size_t kKinds = 6;
/// The original's word, which is the member's name in ca.json too.
std::string_view word(Kind kind);

/// The rules of one list (allow or deny) in tables.
class Rulebook {
public:
    /// `path` is "authority.policy.x509.deny".
    Rulebook(std::string path, Sense sense) : path_(std::move(path)), sense_(sense) {}

    /// Takes over a member's rules; those that are none go to `mistakes`.
    void add(Kind kind, const Rules& rules, std::vector<Mistake>& mistakes);

    bool has(Kind kind) const { return !texts_[static_cast<std::size_t>(kind)].empty(); }
    bool has_any() const;
    /// `authority.policy.x509.deny.dns[3] "*.evil.test"`
    std::string describe(Kind kind, RuleIndex index) const;
    std::string path_of(Kind kind) const;

    DomainTable dns{}, uri{};
    EmailTable email{};
    AddressTable ip{};
    TextTable cn{}, principal{};
    RuleIndex any_principal = kNoRule;  ///< The rule "*".

private:
    Status add_one(Kind kind, const std::string& rule, RuleIndex index);

    std::string path_;
    Sense sense_;
    std::array<std::vector<std::string>, kKinds> texts_{};
};

/// What is to be checked, sorted into kinds. Aliases the lists it was made from.
struct NameLists {
    std::span<const std::string> dns{};
    std::span<const Bytes> ips{};
    std::span<const std::string> emails{}, uris{}, principals{};
};

/// One name and its kind, as the original sorts them: IP address (`text` is its octets), URI with a
/// scheme (as Go's URL.String writes it), what has an "@", else DNS.
struct Sorted {
    Kind kind = Kind::kDns;
    std::string text{};
};
Sorted sort_name(const std::string& name);

/// The rules of one certificate kind and the original's way of applying them.
class Engine {
public:
    struct Lists {
        Rulebook allow, deny;
        bool allow_wildcard_names = false;
        std::string path{};
    };
    explicit Engine(Lists lists);

    bool has_rules() const { return has_allow_ || deny_.has_any(); }
    /// In the order DNS, IP, email, URI, principal; the first refusal counts.
    Status check(const NameLists& names) const;
    /// "" passes.
    Status check_common_name(const std::string& name) const;
    /// A name of a kind that has no rules; `shown` says what it is.
    Status check_other(std::string_view shown) const;

private:
    Status check_dns(Kind shown_as, const std::string& name) const;
    Status check_ip(Kind shown_as, ByteView ip) const;
    Status check_email(Kind shown_as, const std::string& name) const;
    Status check_uri(Kind shown_as, const std::string& name) const;
    Status check_principal(const std::string& name) const;

    bool is_unruled(Kind kind) const { return !allow_.has(kind) && !deny_.has(kind); }
    Error not_allowed(Kind shown_as, std::string_view name, std::string cause) const;
    /// The verdict on a name that two rules (or none) were found for.
    Status judge(Kind kind, Kind shown_as, std::string_view name, RuleIndex denied,
                 RuleIndex allowed) const;
    /// Refuses a kind without rules if another has an allow rule.
    Status check_ruled(Kind kind, Kind shown_as, std::string_view name) const;

    Rulebook allow_, deny_;
    bool allow_wildcard_names_;
    bool has_allow_;
    std::string path_;
};

}  // namespace step::policy::impl
