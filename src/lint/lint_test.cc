#include "lint/lint.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/text.h"
#include "tests/support/vec.h"

namespace step::lint {
namespace {

/// "rule=word" of each rule that is broken or cannot read what it is about, sorted.
std::set<std::string> broken(const std::vector<Finding>& findings) {
    std::set<std::string> found;
    for (const Finding& finding : findings) {
        if (finding.verdict > Verdict::kPass) {
            found.insert(std::string(finding.rule) + "=" + std::string(word(finding.verdict)));
        }
    }
    return found;
}

}  // namespace

TEST_CASE("each made-up certificate breaks the rules that zlint finds broken, and no other") {
    for (const auto& row : test::vectors("lint/verdicts.vec")) {
        CAPTURE(row[0]);
        const auto findings = lint_certificate(*parse_hex(row[1]));
        REQUIRE(findings);
        std::set<std::string> expected;
        if (!row[2].empty()) {
            for (const std::string& rule : split(row[2], ' ')) {
                expected.insert(rule);
            }
        }
        const auto found = broken(*findings);
        CHECK(join({found.begin(), found.end()}, " ") ==
              join({expected.begin(), expected.end()}, " "));
    }
}

TEST_CASE("every rule has a name of its own and says by its first letter what it is") {
    const auto der = parse_hex(test::vectors("lint/verdicts.vec").front()[1]);
    const auto findings = lint_certificate(*der);
    REQUIRE(findings);
    CHECK(findings->size() >= 80);
    std::set<std::string_view> names;
    for (const Finding& finding : *findings) {
        CAPTURE(finding.rule);
        CHECK(names.insert(finding.rule).second);
        const std::string_view kind = finding.rule.substr(0, 2);
        CHECK((kind == "e_" || kind == "w_" || kind == "n_"));
    }
}

TEST_CASE("whatever is cut off a certificate, it is refused or judged, never misread") {
    const auto der = parse_hex(test::vectors("lint/verdicts.vec").front()[1]);
    for (std::size_t size = 0; size < der->size(); ++size) {
        const auto findings = lint_certificate(ByteView(*der).substr(0, size));
        REQUIRE_FALSE(findings);
        CHECK(findings.error().detail.starts_with("x509: malformed certificate: "));
    }
    CHECK_FALSE(lint_certificate(*der + "x"));
}

}  // namespace step::lint
