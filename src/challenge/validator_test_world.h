#pragma once

#include <string>

#include <doctest/doctest.h>

#include "base/system.h"
#include "challenge/validator.h"
#include "tests/support/fake_resolver.h"

namespace step::challenge {

inline constexpr const char* kToken = "DGyRejmCefe7v4NfDGDKfA";
/// RFC 8555 8.1: token and thumbprint.
inline constexpr const char* kKeyAuthorization =
    "DGyRejmCefe7v4NfDGDKfA.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI";

/// A validator that may dial loopback, and names out of a table.
struct TestWorld {
    SystemClock clock{};
    test::FakeResolver resolver{};
    Settings settings{};
    net::FilterRules rules{.allow = {"127.0.0.1", "127.0.0.2", "::1"}};

    std::unique_ptr<Validator> validator() {
        auto filter = net::AddressFilter::compile(rules);
        REQUIRE(filter);
        auto made = open_validator(clock, resolver, *std::move(filter), settings);
        REQUIRE(made);
        return *std::move(made);
    }

    /// "valid", or "retry" or "invalid" with problem and detail.
    std::string run(Kind kind, const std::string& value, const std::string& type = "dns") {
        return text_of(validator()->validate(request(kind, value, type)));
    }

    static Request request(Kind kind, const std::string& value, const std::string& type = "dns") {
        return {.kind = kind,
                .identifier_type = type,
                .value = value,
                .token = kToken,
                .key_authorization = kKeyAuthorization};
    }

    static std::string text_of(const Outcome& outcome) {
        if (outcome.verdict == Outcome::Verdict::kValid) {
            CHECK(outcome.problem.empty());
            return "valid";
        }
        return (outcome.verdict == Outcome::Verdict::kRetry ? "retry " : "invalid ") +
               outcome.problem + ": " + outcome.detail;
    }
};

}  // namespace step::challenge
