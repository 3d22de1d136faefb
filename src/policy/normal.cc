#include "policy/normal.h"

#include "base/ip.h"
#include "base/text.h"
#include "policy/domain.h"
#include "policy/idna.h"
#include "x509/mailbox.h"

namespace step::policy {
namespace {

constexpr unsigned kBitsPerOctet = 8;

std::string_view word(Sense sense) {
    return sense == Sense::kPermitted ? "permitted" : "excluded";
}

/// Gathers what the functions below find wrong, in front of which the original says what it read.
class Refusal {
public:
    Refusal(std::string_view kind, const std::string& rule, Sense sense)
        : start_(fmt::format("cannot parse {} {} constraint {}: ", word(sense), kind, quote(rule))),
          rule_(quote(rule)) {}

    /// `before` and `after` stand around the rule.
    Error operator()(std::string_view before, std::string_view after) const {
        return {.code = Code::kInvalidArgument,
                .detail = fmt::format("{}{} {}{}{}", start_, before, rule_,
                                      after.empty() ? "" : " ", after)};
    }
    Error not_ascii(std::string_view before, std::string_view after, const Error& why) const {
        return (*this)(before, std::string(after) + " converted to ASCII: " + why.detail);
    }

private:
    std::string start_, rule_;
};

std::string trimmed_lower(const std::string& rule) {
    return to_lower(trim(rule));
}

/// What DNS and URI rules have in common; `kind` is how the original begins its sentence.
Status check_wildcard(const std::string& normal, const Refusal& refuse, std::string_view kind) {
    if (normal.find("..") != std::string::npos) {
        return refuse(kind, "cannot have empty labels");
    }
    if (normal.starts_with('.')) {
        return refuse(kind, "with wildcard should start with *");
    }
    const std::size_t star = normal.rfind('*');
    if (star != std::string::npos && star > 0) {
        return refuse(kind, "can only have wildcard as starting character");
    }
    return ok();
}

/// Digits alone, as Go's dtoi; none if they are no number up to `most`.
std::optional<unsigned> parse_ones(std::string_view digits, unsigned most) {
    constexpr unsigned kTen = 10;
    unsigned value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * kTen + static_cast<unsigned>(c - '0');
        if (value > most) {
            return std::nullopt;
        }
    }
    return digits.empty() ? std::nullopt : std::optional(value);
}

constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

/// Go's net.ParseCIDR.
std::optional<Range> parse_range(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view address = text.substr(0, slash);
    std::optional<Bytes> octets = parse_ip(address);
    if (!octets) {
        return std::nullopt;
    }
    if (octets->size() == 4 && address.find(':') != std::string_view::npos) {
        octets->insert(0, kMapped);
    }
    const std::optional<unsigned> ones =
        parse_ones(text.substr(slash + 1), static_cast<unsigned>(octets->size()) * kBitsPerOctet);
    if (!ones) {
        return std::nullopt;
    }
    Range range{.octets = mask(*octets, *ones), .ones = *ones};
    if (range.octets.size() > kMapped.size() && range.octets.starts_with(kMapped)) {
        range.octets.erase(0, kMapped.size());
        range.ones -= static_cast<unsigned>(kMapped.size()) * kBitsPerOctet;
    }
    return range;
}

}  // namespace

Bytes mask(ByteView octets, unsigned ones) {
    Bytes out(octets);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto first = static_cast<unsigned>(i) * kBitsPerOctet;
        if (ones <= first) {
            out[i] = 0;
        } else if (const unsigned left = ones - first; left < kBitsPerOctet) {
            out[i] = static_cast<char>(static_cast<unsigned char>(out[i]) &
                                       (0xFFU << (kBitsPerOctet - left)));
        }
    }
    return out;
}

Result<std::string> normal_common_name(const std::string& rule, Sense sense) {
    const Refusal refuse("common name", rule, sense);
    const std::string_view trimmed = trim(rule);
    if (trimmed.empty()) {
        return refuse("constraint", "can not be empty or white space string");
    }
    if (trimmed == "*") {
        return refuse("wildcard constraint", "is not supported");
    }
    return fold_key(trimmed);
}

Result<std::string> normal_dns(const std::string& rule, Sense sense) {
    constexpr std::string_view kKind = "domain constraint";
    const Refusal refuse("domain", rule, sense);
    std::string normal = trimmed_lower(rule);
    if (normal.empty()) {
        return refuse("constraint", "can not be empty or white space string");
    }
    STEP_TRY(check_wildcard(normal, refuse, kKind));
    if (normal.size() >= 2 && normal.starts_with('*') && normal[1] != '.') {
        return refuse("wildcard character in domain constraint",
                      "can only be used to match (full) labels");
    }
    if (normal.starts_with("*.")) {
        normal.erase(0, 1);
    }
    Result<std::string> ascii = to_ascii(normal);
    if (!ascii) {
        return refuse.not_ascii(kKind, "can not be", ascii.error());
    }
    if (!is_readable_domain(*ascii)) {
        return refuse("cannot parse domain constraint", "");
    }
    return ascii;
}

Result<std::string> normal_uri(const std::string& rule, Sense sense) {
    constexpr std::string_view kKind = "URI domain constraint";
    const Refusal refuse("URI domain", rule, sense);
    std::string normal = trimmed_lower(rule);
    if (normal.empty()) {
        return refuse(kKind, "cannot be empty or white space string");
    }
    if (normal.find("://") != std::string::npos) {
        // The original's words, which clients match: no rule has a scheme here either.
        return refuse(kKind, "contains scheme (not supported yet)");
    }
    STEP_TRY(check_wildcard(normal, refuse, kKind));
    if (normal.starts_with("*.")) {
        normal.erase(0, 1);
    }
    if (normal.find_first_of("[]") != std::string::npos) {
        return refuse(kKind, "contains invalid square brackets");
    }
    if (split_host_port(normal)) {
        return refuse(kKind, "cannot contain port");
    }
    if (parse_ip(normal)) {
        return refuse(kKind, "cannot be an IP");
    }
    Result<std::string> ascii = to_ascii(normal);
    if (!ascii) {
        return refuse.not_ascii(kKind, "cannot be", ascii.error());
    }
    if (!is_readable_domain(*ascii)) {
        return refuse("cannot parse URI domain constraint", "");
    }
    return ascii;
}

Result<std::string> normal_email(const std::string& rule, Sense sense) {
    constexpr std::string_view kKind = "email constraint";
    const Refusal refuse("email", rule, sense);
    std::string normal = trimmed_lower(rule);
    if (normal.empty()) {
        return refuse(kKind, "can not be empty or white space string");
    }
    if (normal.find('*') != std::string::npos) {
        return refuse(kKind, "cannot contain asterisk wildcard");
    }
    if (std::ranges::count(normal, '@') > 1) {
        return refuse(kKind, "contains too many @ characters");
    }
    if (normal.starts_with('@')) {
        normal.erase(0, 1);
    }
    if (normal.empty()) {  // Where the original crashes.
        return refuse("cannot parse email domain constraint", "");
    }
    if (normal.starts_with('.')) {
        return refuse(kKind, "cannot start with period");
    }
    if (normal.find('@') != std::string::npos) {
        std::optional<x509::Mailbox> mailbox = x509::parse_mailbox(normal);
        if (!mailbox) {
            return refuse("cannot parse email constraint", "as RFC 2821 mailbox");
        }
        Result<std::string> ascii = to_ascii(mailbox->domain);
        if (!ascii) {
            return refuse.not_ascii(kKind, "domain part " + quote(mailbox->domain) + " cannot be",
                                    ascii.error());
        }
        normal = std::move(mailbox->local) + "@" + *ascii;
    } else {
        Result<std::string> ascii = to_ascii(normal);
        if (!ascii) {
            return refuse.not_ascii(kKind, "cannot be", ascii.error());
        }
        normal = *std::move(ascii);
    }
    if (!is_readable_domain(normal)) {
        return refuse("cannot parse email domain constraint", "");
    }
    return normal;
}

Result<Range> normal_ip(const std::string& rule, Sense sense) {
    if (std::optional<Range> range = parse_range(rule)) {
        return *std::move(range);
    }
    if (std::optional<Bytes> ip = parse_ip(rule)) {
        const auto ones = static_cast<unsigned>(ip->size()) * kBitsPerOctet;
        return Range{.octets = *std::move(ip), .ones = ones};
    }
    return Error{.code = Code::kInvalidArgument,
                 .detail = fmt::format("cannot parse {} constraint {} as IP nor CIDR", word(sense),
                                       quote(rule))};
}

}  // namespace step::policy
