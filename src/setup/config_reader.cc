#include <algorithm>
#include <charconv>

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

void Reader::find(json::Place place, bool own, std::string what, std::string advice) {
    const auto same = [place](const Finding& known) {
        return known.severity == Finding::Severity::kError && known.place.line == place.line &&
               known.place.column == place.column;
    };
    // A value that cannot be read is not missing as well.
    if (own && std::any_of(findings_.begin(), findings_.end(), same)) {
        return;
    }
    findings_.push_back({.severity = Finding::Severity::kError,
                         .place = place,
                         .what = std::move(what),
                         .advice = std::move(advice)});
}

void Reader::fail(Code code, const std::string& detail, const std::string& key,
                  const json::Value* value, std::string advice) {
    if (status_) {
        status_ = error(code, detail, key, value);
    }
    const bool placed = value != nullptr && value->place().line != 0;
    find(placed ? value->place() : place_of_key(root_, key), placed, detail,
         advice.empty() ? advice_for(detail) : std::move(advice));
}

void Reader::warn(std::string what, const json::Value* value, std::string advice) {
    warnings_.push_back(what);
    findings_.push_back({.severity = Finding::Severity::kWarning,
                         .place = value != nullptr ? value->place() : root_.place(),
                         .what = std::move(what),
                         .advice = std::move(advice)});
}

void Reader::unreadable(const std::string& detail, const std::string& key,
                        const json::Value* value) {
    if (status_) {
        status_ =
            error(Code::kInvalidArgument, "error parsing " + file_ + ": " + detail, key, value);
    }
    constexpr std::string_view kGo = "json: ";
    find(value != nullptr ? value->place() : json::Place{}, /*own=*/true,
         detail.starts_with(kGo) ? detail.substr(kGo.size()) : detail, advice_for(detail));
}

void Reader::take(const std::vector<Error>& failures) {
    for (const Error& failure : failures) {
        if (status_) {
            status_ = Error{Code::kInvalidArgument,
                            "error parsing " + file_ + ": json: " + failure.detail +
                                (failure.cause.empty() ? "" : " (" + failure.cause + ")")};
        }
        find(json::place_of(failure), /*own=*/true, failure.detail, advice_for(failure.detail));
    }
}

void Reader::take_syntax(const Error& error) {
    if (status_) {
        status_ = Error{Code::kInvalidArgument,
                        "error parsing " + file_ + ": " + error.detail +
                            (error.cause.empty() ? "" : " (" + error.cause + ")")};
    }
    find(json::place_of(error), /*own=*/true, error.detail,
         "mend the JSON; nothing behind this was read");
}

void Reader::refuse(const json::Value* value, const std::string& key, std::string_view what) {
    if (value != nullptr && !is_empty(*value)) {
        fail(Code::kUnsupported, std::string(what) + " is not supported by this version", key,
             value, "remove " + key);
    }
}

json::Place place_of_key(const json::Value& root, std::string_view key) {
    const json::Value* at = &root;
    while (!key.empty()) {
        const std::size_t end = key.find_first_of(".[", key.front() == '[' ? 1 : 0);
        std::string_view part = key.substr(0, end);
        key.remove_prefix(end == std::string_view::npos ? key.size()
                                                        : end + (key[end] == '.' ? 1 : 0));
        const json::Value* next = nullptr;
        if (part.starts_with('[')) {
            std::size_t index = 0;
            const auto read = std::from_chars(part.data() + 1, part.data() + part.size(), index);
            const json::Array* array = at->as_array();
            next = read.ec == std::errc{} && array != nullptr && index < array->size()
                       ? &(*array)[index]
                       : nullptr;
        } else {
            next = at->find(part);
        }
        if (next == nullptr) {
            break;
        }
        at = next;
    }
    return at->place();
}

std::string advice_for(const std::string& detail) {
    struct Row {
        std::string_view type, advice;
    };
    constexpr Row kRows[] = {{"string", "write a string in double quotes"},
                             {"bool", "write true or false"},
                             {"int64", "write a whole number"},
                             {"float64", "write a number, without quotes"},
                             {"[]string", "write a list of strings in brackets"},
                             {"object", "write an object in braces"}};
    for (const Row& row : kRows) {
        if (detail.ends_with(" of type " + std::string(row.type))) {
            return std::string(row.advice);
        }
    }
    return detail.find("duration") == std::string::npos
               ? ""
               : R"(write a duration like "24h", "1h30m" or "500ms")";
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
