#include "base/text.h"
#include "policy/engine_impl.h"
#include "policy/idna.h"
#include "policy/normal.h"

namespace step::policy::impl {

std::string_view word(Kind kind) {
    constexpr std::array<std::string_view, kKinds> kWords = {"cn",    "dns", "ip",
                                                             "email", "uri", "principal"};
    return kWords[static_cast<std::size_t>(kind)];
}

Status Rulebook::add_one(Kind kind, const std::string& rule, RuleIndex index) {
    switch (kind) {
        case Kind::kCn: {
            STEP_ASSIGN(std::string normal, normal_common_name(rule, sense_));
            cn.add(std::move(normal), index);
            break;
        }
        case Kind::kDns: {
            STEP_ASSIGN(std::string normal, normal_dns(rule, sense_));
            dns.add(std::move(normal), index);
            break;
        }
        case Kind::kIp: {
            STEP_ASSIGN(const Range range, normal_ip(rule, sense_));
            ip.add(range, index);
            break;
        }
        case Kind::kEmail: {
            STEP_ASSIGN(const std::string normal, normal_email(rule, sense_));
            email.add(normal, index);
            break;
        }
        case Kind::kUri: {
            STEP_ASSIGN(std::string normal, normal_uri(rule, sense_));
            uri.add(std::move(normal), index);
            break;
        }
        case Kind::kPrincipal:
            if (rule == "*") {
                any_principal = std::min(any_principal, index);
            } else {
                principal.add(fold_key(rule), index);
            }
            break;
    }
    return ok();
}

void Rulebook::add(Kind kind, const Rules& rules, std::vector<Mistake>& mistakes) {
    RuleIndex index = 0;
    for (const Rule& rule : rules) {
        texts_[static_cast<std::size_t>(kind)].push_back(rule.text);
        if (const Status added = add_one(kind, rule.text, index); !added) {
            mistakes.push_back({.what = added.error().detail,
                                .path = fmt::format("{}[{}]", path_of(kind), index),
                                .place = rule.place});
        }
        ++index;
    }
}

bool Rulebook::has_any() const {
    return std::ranges::any_of(texts_, [](const auto& texts) { return !texts.empty(); });
}

std::string Rulebook::path_of(Kind kind) const {
    return fmt::format("{}.{}", path_, word(kind));
}

std::string Rulebook::describe(Kind kind, RuleIndex index) const {
    return fmt::format("{}[{}] {}", path_of(kind), index,
                       quote(texts_[static_cast<std::size_t>(kind)][index]));
}

}  // namespace step::policy::impl
