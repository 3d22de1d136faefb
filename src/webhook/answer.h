#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace step::webhook {

/// Why a webhook server says no.
struct Refusal {
    std::string code{}, message{};
};

/// What a webhook server says.
struct Answer {
    bool allow = false;
    json::Value data{};
    std::optional<Refusal> error{};
};

/// Reads the body of an answer, as leniently as the original: unknown members and text after the
/// first value are ignored, null says nothing. The caller limits its size. Fails with
/// kInvalidArgument and Go's words: "EOF" for an empty body, "json: cannot unmarshal string into
/// Go struct field ResponseBody.allow of type bool".
Result<Answer> parse_answer(std::string_view body);

/// Why a server does not allow a request: "MESSAGE (CODE)", or that it does not.
std::string refusal_text(const Answer& answer);

}  // namespace step::webhook
