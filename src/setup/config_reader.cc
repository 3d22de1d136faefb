#include "setup/config_impl.h"

namespace step::setup {

Error Reader::error(Code code, const std::string& detail, const std::string& key,
                    const json::Value* value) const {
    std::string where = file_;
    if (!key.empty()) {
        where += ": " + key;
    }
    if (value != nullptr && value->place().line != 0) {
        where += ", line " + std::to_string(value->place().line) + ", column " +
                 std::to_string(value->place().column);
    }
    return Error{code, detail + " (" + where + ")"};
}

void Reader::fail(Code code, const std::string& detail, const std::string& key,
                  const json::Value* value) {
    if (status_) {
        status_ = error(code, detail, key, value);
    }
}

void Reader::unreadable(const std::string& detail, const std::string& key,
                        const json::Value* value) {
    fail(Code::kInvalidArgument, "error parsing " + file_ + ": " + detail, key, value);
}

void Reader::take(const json::Fields& fields) {
    const Status found = fields.status();
    if (status_ && !found) {
        const Error& error = found.error();
        status_ = Error{Code::kInvalidArgument,
                        "error parsing " + file_ + ": json: " + error.detail +
                            (error.cause.empty() ? "" : " (" + error.cause + ")")};
    }
}

void Reader::refuse(const json::Value* value, const std::string& key, std::string_view what) {
    if (value != nullptr && !is_empty(*value)) {
        fail(Code::kUnsupported, std::string(what) + " is not supported by this version", key,
             value);
    }
}

bool is_empty(const json::Value& value) {
    if (const std::string* text = value.as_string()) {
        return text->empty();
    }
    if (const bool* flag = value.as_bool()) {
        return !*flag;
    }
    if (const json::Number* number = value.as_number()) {
        return number->text.find_first_not_of("-0.eE+") == std::string::npos;
    }
    if (const json::Array* array = value.as_array()) {
        return array->empty();
    }
    if (const json::Object* object = value.as_object()) {
        for (const json::Member& member : *object) {
            if (!is_empty(member.value)) {
                return false;
            }
        }
    }
    return true;
}

const json::Value* section(Reader& reader, const json::Value& parent, std::string_view name,
                           const std::string& key) {
    const json::Value* value = parent.find(name);
    if (value == nullptr || value->is_null()) {
        return nullptr;
    }
    if (value->as_object() == nullptr) {
        reader.unreadable("json: cannot unmarshal " + std::string(value->kind()) + " into field " +
                              key + " of type object",
                          key, value);
        return nullptr;
    }
    return value;
}

void read_duration(Reader& reader, const json::Value& object, std::string_view name,
                   const std::string& key, Duration& out) {
    const json::Value* value = object.find(name);
    if (value == nullptr || value->is_null()) {
        return;
    }
    const std::string* text = value->as_string();
    if (text == nullptr) {
        reader.unreadable("error unmarshaling " + key + ": a duration is a string like \"24h\"",
                          key, value);
        return;
    }
    const Result<Duration> duration = parse_duration(*text);
    if (!duration) {
        reader.unreadable("error parsing " + *text + " as duration: " + duration.error().detail,
                          key, value);
        return;
    }
    out = *duration;
}

}  // namespace step::setup
