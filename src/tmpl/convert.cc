#include "tmpl/convert.h"

#include <cmath>

#include "base/base64.h"
#include "json/decode.h"
#include "json/parse.h"
#include "json/write.h"
#include "tmpl/strconv.h"

namespace step::tmpl {

Result<Value> from_json(const json::Value& value) {
    if (const auto* text = value.as_string()) {
        return Value(*text);
    }
    if (const auto* flag = value.as_bool()) {
        return Value(*flag);
    }
    if (const auto* number = value.as_number()) {
        const auto real = json::to_double(*number);
        if (!real) {
            return failure(fmt::format(
                "json: cannot unmarshal number {} into Go value of type float64", number->text));
        }
        return Value(*real);
    }
    if (const auto* array = value.as_array()) {
        List items;
        items.reserve(array->size());
        for (const json::Value& element : *array) {
            STEP_ASSIGN(Value item, from_json(element));
            items.push_back(std::move(item));
        }
        return Value(std::move(items));
    }
    if (const auto* object = value.as_object()) {
        auto map = make_map();
        for (const json::Member& member : *object) {
            STEP_ASSIGN(Value item, from_json(member.value));
            map->set(member.name, std::move(item));
        }
        return Value(std::move(map));
    }
    return Value();
}

Result<Value> from_json_text(Context& context, std::string_view text) {
    // A short text can name many values: "[[],[],…".
    constexpr std::size_t kPerOctet = 48;
    STEP_TRY(context.reserve(text.size() * kPerOctet));
    STEP_TRY(context.spend(text.size() / 16));
    STEP_ASSIGN(const json::Value value, json::parse(text));
    return from_json(value);
}

namespace {

class JsonWriter {
public:
    JsonWriter(Context& context, JsonStyle style) : context_(context), style_(style) {}

    Status write(const Value& value, unsigned depth) {
        STEP_TRY(context_.spend());
        if (out_.size() > context_.limits().output || depth > kMaxNesting * 4) {
            return context_.reserve_text(context_.limits().output + 1);
        }
        if (value.is_nil() || (value.is_null() && value.kind() != Kind::kStruct)) {
            out_ += "null";
            return ok();
        }
        if (value.type()->json != nullptr) {
            own_form(value.type()->json(value), depth);
            return ok();
        }
        switch (value.kind()) {
            case Kind::kBool:
                out_ += value.as_bool() ? "true" : "false";
                return ok();
            case Kind::kString:
                return string(value.as_text());
            case Kind::kFloat32:
            case Kind::kFloat64:
                return real(value.as_float());
            case Kind::kSlice:
                return list(value, depth);
            case Kind::kMap:
                return map(value, depth);
            case Kind::kStruct:
            case Kind::kPointer:
                return object(value, depth);
            default:
                break;
        }
        if (value.is_signed()) {
            out_ += std::to_string(value.as_int());
            return ok();
        }
        if (value.is_unsigned()) {
            out_ += std::to_string(value.as_uint());
            return ok();
        }
        return failure(fmt::format("json: unsupported type: {}", value.type_name()));
    }

    std::string take() { return std::move(out_); }

private:
    Status real(double value) {
        if (!std::isfinite(value)) {
            return failure(
                fmt::format("json: unsupported value: {}", format_float(value, 'g', -1)));
        }
        out_ += format_json_float(value);
        return ok();
    }

    Status string(std::string_view text) {
        std::string quoted;
        json::append_string(quoted, text);
        if (style_.escape_html) {
            out_ += quoted;
            return ok();
        }
        // The three characters that only HTML minds, put back.
        constexpr std::pair<std::string_view, char> kEscapes[] = {
            {"\\u003c", '<'}, {"\\u003e", '>'}, {"\\u0026", '&'}};
        for (std::size_t i = 0; i < quoted.size();) {
            const std::string_view rest = std::string_view(quoted).substr(i);
            char plain = '\0';
            for (const auto& [escape, c] : kEscapes) {
                plain = rest.starts_with(escape) ? c : plain;
            }
            const std::size_t size = plain != '\0' ? 6 : rest[0] == '\\' ? 2 : 1;
            out_.append(plain != '\0' ? std::string_view(&plain, 1) : rest.substr(0, size));
            i += size;
        }
        return ok();
    }

    /// What MarshalJSON gave, laid out like the rest.
    void own_form(const std::string& text, unsigned depth) {
        const auto parsed =
            style_.indent.empty() ? Result<json::Value>(json::Value()) : json::parse(text);
        if (style_.indent.empty() || !parsed) {
            out_ += text;
            return;
        }
        for (const char c : json::encode_indent(*parsed, style_.indent)) {
            if (c == '\n') {
                line(depth);
            } else {
                out_ += c;
            }
        }
    }

    void line(unsigned depth) {
        if (!style_.indent.empty()) {
            out_ += '\n';
            for (unsigned i = 0; i < depth; ++i) {
                out_ += style_.indent;
            }
        }
    }

    void colon() { out_ += style_.indent.empty() ? ":" : ": "; }

    Status list(const Value& value, unsigned depth) {
        if (value.as_list() == nullptr) {
            out_.append("\"").append(encode_base64(value.as_text())).append("\"");
            return ok();
        }
        if (value.length() == 0) {
            out_ += "[]";
            return ok();
        }
        char before = '[';
        for (const Value& item : **value.as_list()) {
            out_ += std::exchange(before, ',');
            line(depth + 1);
            STEP_TRY(write(item, depth + 1));
        }
        line(depth);
        out_ += ']';
        return ok();
    }

    Status map(const Value& value, unsigned depth) {
        if (value.length() == 0) {
            out_ += "{}";
            return ok();
        }
        char before = '{';
        for (const auto& [key, item] : (*value.as_map())->items()) {
            out_ += std::exchange(before, ',');
            line(depth + 1);
            STEP_TRY(string(key));
            colon();
            STEP_TRY(write(item, depth + 1));
        }
        line(depth);
        out_ += '}';
        return ok();
    }

    Status object(const Value& value, unsigned depth) {
        const auto fields = value.as_object()->json_fields();
        if (fields.empty()) {
            out_ += "{}";
            return ok();
        }
        char before = '{';
        for (const auto& [name, item] : fields) {
            out_ += std::exchange(before, ',');
            line(depth + 1);
            STEP_TRY(string(name));
            colon();
            STEP_TRY(write(item, depth + 1));
        }
        line(depth);
        out_ += '}';
        return ok();
    }

    Context& context_;
    JsonStyle style_;
    std::string out_{};
};

}  // namespace

Result<std::string> to_json(Context& context, const Value& value, JsonStyle style) {
    JsonWriter writer(context, style);
    STEP_TRY(writer.write(value, 0));
    std::string text = writer.take();
    STEP_TRY(context.reserve_text(text.size()));
    return text;
}

}  // namespace step::tmpl
