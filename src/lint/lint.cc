#include "lint/lint.h"

#include <algorithm>

#include "base/time.h"
#include "lint/rule.h"

namespace step::lint {
namespace {

SysSeconds day(Since since) {
    constexpr Calendar kDays[] = {
        {.year = 1, .month = 1, .day = 1},    {.year = 1999, .month = 1, .day = 1},
        {.year = 2002, .month = 4, .day = 1}, {.year = 2008, .month = 5, .day = 1},
        {.year = 2012, .month = 7, .day = 1}, {.year = 2013, .month = 1, .day = 1},
        {.year = 2013, .month = 6, .day = 1}, {.year = 2020, .month = 8, .day = 1},
    };
    const auto time = from_calendar(kDays[static_cast<std::size_t>(since)]);
    return time ? *time : SysSeconds{};
}

Verdict broken(std::string_view name) {
    if (name.starts_with("e_")) {
        return Verdict::kError;
    }
    return name.starts_with("w_") ? Verdict::kWarning : Verdict::kNotice;
}

Finding judge(const Rule& rule, const Facts& facts) {
    Finding finding{.rule = rule.name};
    if (!rule.applies(facts)) {
        return finding;
    }
    // A start that cannot be read makes nothing too old.
    if (facts.not_before.time && *facts.not_before.time < day(rule.since)) {
        finding.verdict = Verdict::kNotEffective;
        return finding;
    }
    Outcome outcome = rule.check(facts);
    finding.details = std::move(outcome.details);
    switch (outcome.kind) {
        case Outcome::Kind::kFine:
            finding.verdict = Verdict::kPass;
            break;
        case Outcome::Kind::kBroken:
            finding.verdict = broken(rule.name);
            break;
        case Outcome::Kind::kUnreadable:
            finding.verdict = Verdict::kFatal;
            break;
        case Outcome::Kind::kNotApplicable:
            break;
    }
    return finding;
}

}  // namespace

std::string_view word(Verdict verdict) {
    constexpr std::string_view kWords[] = {"NA", "NE", "pass", "info", "warn", "error", "fatal"};
    return kWords[static_cast<std::size_t>(verdict)];
}

Result<std::vector<Finding>> lint_certificate(ByteView der) {
    STEP_ASSIGN(const Facts facts, read_facts(der));
    std::vector<Finding> findings;
    for (const auto rules : {outline_rules(), name_rules(), alt_name_rules(), extension_rules(),
                             key_usage_rules(), policy_rules(), constraint_rules()}) {
        for (const Rule& rule : rules) {
            findings.push_back(judge(rule, facts));
        }
    }
    std::ranges::sort(findings, {}, &Finding::rule);
    return findings;
}

}  // namespace step::lint
