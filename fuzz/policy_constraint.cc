#include <cstdlib>

#include "fuzz/fuzz.h"
#include "json/parse.h"
#include "policy/compile.h"

using namespace step;
using namespace step::policy;

namespace {

/// The list with one more rule.
Rules plus(Rules rules, const std::string& text) {
    rules.push_back({.text = text});
    return rules;
}

std::optional<X509Policy> compiled(const X509Entry& entry) {
    Result<X509Policy> policy = X509Policy::compile(entry, "policy");
    return policy ? std::optional(*std::move(policy)) : std::nullopt;
}

}  // namespace

// The input is a line of JSON, the entry, and then a name. A deny rule never makes anything
// allowed, an encoded entry reads as it was, and a mistake is found if and only if none compiles.
FUZZ_TARGET(policy_constraint) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const std::size_t line = std::min(text.find('\n'), text.size());
    const std::string name(text.substr(std::min(line + 1, text.size())));
    const Result<json::Value> value = json::parse(text.substr(0, line));
    if (!value) {
        return;
    }
    const Result<Entry> entry = parse_entry(*value, "policy");
    if (!entry) {
        return;
    }
    const Result<Entry> again = parse_entry(encode_entry(*entry), "policy");
    if (!again || !(encode_entry(*again) == encode_entry(*entry))) {
        std::abort();
    }
    const Result<Policies> policies = compile(*entry, "policy");
    if (static_cast<bool>(policies) != find_mistakes(*entry, "policy").empty()) {
        std::abort();
    }
    const std::optional<X509Policy> policy = compiled(entry->x509);
    if (!policy) {
        return;
    }
    const x509::AltNames as_dns{.dns = {name}}, as_email{.emails = {name}}, as_uri{.uris = {name}};
    X509Entry stricter = entry->x509;
    stricter.deny.dns = plus(stricter.deny.dns, "denied.test");
    stricter.deny.email = plus(stricter.deny.email, "@denied.test");
    stricter.deny.uri = plus(stricter.deny.uri, "denied.test");
    const std::optional<X509Policy> strict = compiled(stricter);
    if (!strict) {
        std::abort();
    }
    for (const x509::AltNames* names : {&as_dns, &as_email, &as_uri}) {
        // A kind that had no rules has one now: without allow rules elsewhere it stays allowed.
        const bool had_allow = !entry->x509.allow.empty();
        if (!had_allow && strict->check("", *names) && !policy->check("", *names)) {
            std::abort();
        }
        (void)policy->check(name, *names);
    }
    if (policies && policies->ssh != nullptr) {
        (void)policies->ssh->check_user({name});
        (void)policies->ssh->check_host({name});
    }
}
