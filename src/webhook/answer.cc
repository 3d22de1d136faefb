#include "webhook/answer.h"

#include <fmt/format.h>

#include "json/parse.h"

namespace step::webhook {
namespace {

/// A message goes to the client and into the log.
constexpr std::size_t kMaxRefusal = 2000;

Error mistyped(const json::Value& value, std::string_view into) {
    const json::Number* number = value.as_number();
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("json: cannot unmarshal {}{} into Go {}", value.kind(),
                                  number == nullptr ? "" : " " + number->text, into)};
}

Status read_text(const json::Value& object, std::string_view name, std::string& out) {
    const json::Value* value = object.find(name);
    if (value == nullptr || value->is_null()) {
        return ok();
    }
    if (value->as_string() == nullptr) {
        return mistyped(*value,
                        fmt::format("struct field ResponseBody.error.{} of type string", name));
    }
    out = *value->as_string();
    return ok();
}

}  // namespace

Result<Answer> parse_answer(std::string_view body) {
    Result<json::Value> parsed =
        json::parse(body, {.trailing = json::ParseOptions::Trailing::kIgnore});
    if (!parsed) {
        const bool empty = body.find_first_not_of(" \t\r\n") == std::string_view::npos;
        return Error{.code = Code::kInvalidArgument,
                     .detail = empty ? "EOF" : parsed.error().detail};
    }
    Answer answer;
    if (parsed->is_null()) {
        return answer;
    }
    if (parsed->as_object() == nullptr) {
        return mistyped(*parsed, "value of type webhook.ResponseBody");
    }
    if (const json::Value* data = parsed->find("data")) {
        answer.data = *data;
    }
    if (const json::Value* allow = parsed->find("allow"); allow != nullptr && !allow->is_null()) {
        if (allow->as_bool() == nullptr) {
            return mistyped(*allow, "struct field ResponseBody.allow of type bool");
        }
        answer.allow = *allow->as_bool();
    }
    if (const json::Value* error = parsed->find("error"); error != nullptr && !error->is_null()) {
        if (error->as_object() == nullptr) {
            return mistyped(*error, "struct field ResponseBody.error of type webhook.Error");
        }
        answer.error.emplace();
        STEP_TRY(read_text(*error, "code", answer.error->code));
        STEP_TRY(read_text(*error, "message", answer.error->message));
    }
    return answer;
}

std::string refusal_text(const Answer& answer) {
    if (!answer.error) {
        return "webhook server did not allow request";
    }
    const std::string text = fmt::format("{} ({})", answer.error->message, answer.error->code);
    return text.size() <= kMaxRefusal ? text : text.substr(0, kMaxRefusal) + "…";
}

}  // namespace step::webhook
