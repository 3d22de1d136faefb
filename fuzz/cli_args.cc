#include <string>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/complete.h"
#include "fuzz/fuzz.h"
#include "json/parse.h"

namespace {

using step::cli::FlagType;

/// STEP_… variables, one in each line of the fuzzer's second part.
struct Variables final : step::Environment {
    std::vector<std::string> lines{};
    std::optional<std::string> get(const std::string& name) const override {
        for (const std::string& line : lines) {
            if (line.starts_with(name + "=")) {
                return line.substr(name.size() + 1);
            }
        }
        return std::nullopt;
    }
};

step::cli::Command sample() {
    return {.path = "sample",
            .flags = {{.name = "url"},
                      {.name = "f/force", .type = FlagType::kBool},
                      {.name = "san", .type = FlagType::kList},
                      {.name = "kty", .fallback = "EC", .values = "EC RSA"},
                      {.name = "size", .type = FlagType::kInt},
                      {.name = "limit", .type = FlagType::kUint},
                      {.name = "wait", .type = FlagType::kDuration}}};
}

}  // namespace

// Three parts with a NUL between: words, variables, defaults.json; words and variables are lines.
FUZZ_TARGET(cli_args) {
    const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
    std::vector<std::string> parts = step::split(text, '\0');
    parts.resize(3);
    const std::vector<std::string> words = step::split(parts[0], '\n');
    Variables variables;
    variables.lines = step::split(parts[1], '\n');
    const auto defaults = step::json::parse(parts[2]);
    const step::cli::Command command = sample();
    const auto parsed = step::cli::parse_args(command, words, variables,
                                              defaults ? *defaults : step::json::Value());
    if (parsed) {
        const step::cli::Args& args = *parsed->args;
        // Positionals are words, in their order.
        std::size_t at = 0;
        for (const std::string& word : args.positionals()) {
            while (at < words.size() && words[at] != word) {
                ++at;
            }
            STEP_CHECK(at++ < words.size());
        }
        // What a flag holds is of its type.
        for (const char* flag : {"size", "limit"}) {
            STEP_CHECK(!args.is_set(flag) || step::cli::parse_go_int(args.get(flag)));
        }
        STEP_CHECK(args.integer("limit") >= 0);
        STEP_CHECK(step::cli::parse_go_bool(args.is_set("force") ? args.get("force") : "0"));
    } else {
        STEP_CHECK(!parsed.error().detail.empty());
    }
    // Behind "--" nothing is a flag.
    std::vector<std::string> behind{"--"};
    behind.insert(behind.end(), words.begin(), words.end());
    const auto plain = step::cli::parse_args(command, behind, Variables{}, {});
    STEP_CHECK(plain && plain->args->positionals() == words && !plain->help);

    static constexpr step::cli::Entry kEntries[] = {{"sample", sample}};
    std::vector<std::string> line{"sample"};
    line.insert(line.end(), words.begin(), words.end() - 1);
    for (const auto& found :
         step::cli::complete({.program = "x", .commands = kEntries}, line, words.back()).words) {
        STEP_CHECK(words.back().find('=') != std::string::npos ||
                   found.word.starts_with(words.back()));
    }
}
