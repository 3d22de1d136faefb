#include "tmpl/convert.h"
#include "tmpl/families_impl.h"
#include "tmpl/format.h"

namespace step::tmpl {
namespace {

bool is_empty(const Value& value) {
    return !is_true(value);
}

Result<Value> fallback(Call& call) {
    return call.size() < 2 || is_empty(call[1]) ? call[0] : call[1];
}

Result<Value> empty(Call& call) {
    return Value(is_empty(call[0]));
}

Result<Value> coalesce(Call& call) {
    const auto values = call.from(0);
    const auto found = std::find_if(values.begin(), values.end(), is_true);
    return found == values.end() ? Value() : *found;
}

Result<Value> all(Call& call) {
    const auto values = call.from(0);
    return Value(std::all_of(values.begin(), values.end(), is_true));
}

Result<Value> any(Call& call) {
    const auto values = call.from(0);
    return Value(std::any_of(values.begin(), values.end(), is_true));
}

Result<Value> ternary(Call& call) {
    return call.flag(2) ? call[0] : call[1];
}

Result<Value> must_from_json(Call& call) {
    return from_json_text(call.context(), call.text(0));
}

/// Limits stop a template even where sprig swallows errors.
Result<Value> or_else(Result<Value> value, Value otherwise) {
    return value || value.error().has_reason(kLimit) ? value : Result<Value>(std::move(otherwise));
}

Result<Value> from_json_or_nil(Call& call) {
    return or_else(must_from_json(call), Value());
}

template <bool kEscape, bool kIndent>
Result<Value> must_to_json(Call& call) {
    STEP_ASSIGN(std::string text, to_json(call.context(), call[0],
                                          {.escape_html = kEscape, .indent = kIndent ? "  " : ""}));
    return Value(std::move(text));
}

template <bool kIndent>
Result<Value> to_json_or_nothing(Call& call) {
    return or_else(must_to_json<true, kIndent>(call), Value(""));
}

constexpr Entry kFamily[] = {
    {"default", "any any...", fallback},
    {"empty", "any", empty},
    {"coalesce", "any...", coalesce},
    {"all", "any...", all},
    {"any", "any...", any},
    {"ternary", "any any bool", ternary},
    {"fromJson", "string", from_json_or_nil},
    {"mustFromJson", "string", must_from_json},
    {"toJson", "any", to_json_or_nothing<false>},
    {"mustToJson", "any", must_to_json<true, false>},
    {"toPrettyJson", "any", to_json_or_nothing<true>},
    {"mustToPrettyJson", "any", must_to_json<true, true>},
    {"toRawJson", "any", must_to_json<false, false>},
    {"mustToRawJson", "any", must_to_json<false, false>},
};

Result<Value> type_of(Call& call) {
    return Value(call[0].type_name());
}

Result<Value> type_is(Call& call) {
    return Value(call.text(0) == call[1].type_name());
}

Result<Value> type_is_like(Call& call) {
    const std::string_view type = call[1].type_name();
    return Value(call.text(0) == type || (type.starts_with('*') && call.text(0) == type.substr(1)));
}

Result<Value> kind_of(Call& call) {
    return Value(kind_name(call[0].kind()));
}

Result<Value> kind_is(Call& call) {
    return Value(call.text(0) == kind_name(call[1].kind()));
}

Result<Value> deep_equals(Call& call) {
    STEP_TRY(call.context().spend(call[0].length()));
    return Value(deep_equal(call[0], call[1]));
}

Result<Value> fail(Call& call) {
    Error error = failure(std::string(call.text(0)));
    error.reason = kFailCalled;
    return error;
}

constexpr Entry kTypeFamily[] = {
    {"typeOf", "any", type_of},
    {"typeIs", "string any", type_is},
    {"typeIsLike", "string any", type_is_like},
    {"kindOf", "any", kind_of},
    {"kindIs", "string any", kind_is},
    {"deepEqual", "any any", deep_equals},
    {"fail", "string", fail},
};

}  // namespace

std::span<const Entry> default_family() {
    return kFamily;
}

std::span<const Entry> type_family() {
    return kTypeFamily;
}

}  // namespace step::tmpl
