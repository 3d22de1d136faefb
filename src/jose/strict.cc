#include "jose/strict.h"

#include "base/base64.h"
#include "json/parse.h"

namespace step::jose {
namespace {

/// Deep enough for any claim; shallow enough for the recursion below.
constexpr unsigned kMaxDepth = 64;
/// Up to here comparing each pair is quicker than sorting.
constexpr std::size_t kFew = 16;

const std::string* duplicate_of(const json::Object& members) {
    if (members.size() <= kFew) {
        for (std::size_t i = 0; i < members.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (members[i].name == members[j].name) {
                    return &members[i].name;
                }
            }
        }
        return nullptr;
    }
    std::vector<const std::string*> names;
    names.reserve(members.size());
    for (const json::Member& member : members) {
        names.push_back(&member.name);
    }
    const auto less = [](const std::string* a, const std::string* b) { return *a < *b; };
    const auto same = [](const std::string* a, const std::string* b) { return *a == *b; };
    std::sort(names.begin(), names.end(), less);
    const auto found = std::adjacent_find(names.begin(), names.end(), same);
    return found == names.end() ? nullptr : *found;
}

}  // namespace

Error invalid(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

Status check_no_duplicates(const json::Value& value) {
    if (const json::Array* elements = value.as_array()) {
        for (const json::Value& element : *elements) {
            STEP_TRY(check_no_duplicates(element));
        }
    }
    if (const json::Object* members = value.as_object()) {
        if (const std::string* name = duplicate_of(*members)) {
            return invalid(fmt::format("json: duplicate key '{}' in object", *name));
        }
        for (const json::Member& member : *members) {
            STEP_TRY(check_no_duplicates(member.value));
        }
    }
    return ok();
}

Result<json::Value> parse_object(std::string_view text, std::string_view what) {
    STEP_ASSIGN(json::Value value, json::parse(text, {.max_depth = kMaxDepth}));
    if (value.as_object() == nullptr) {
        return invalid(fmt::format("json: cannot unmarshal {} into {}", value.kind(), what));
    }
    STEP_TRY(check_no_duplicates(value));
    return value;
}

Status get_string(const json::Value& object, std::string_view name, std::string& out) {
    const json::Value* value = object.find_exact(name);
    if (value == nullptr || value->is_null()) {
        return ok();
    }
    if (value->as_string() == nullptr) {
        return invalid(fmt::format("json: cannot unmarshal {} into field {} of type string",
                                   value->kind(), name));
    }
    out = *value->as_string();
    return ok();
}

Result<Bytes> parse_base64url(std::string_view text) {
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    return parse_base64(text, Base64::kRawUrl);
}

std::string encode_base64url(ByteView bytes) {
    return encode_base64(bytes, Base64::kRawUrl);
}

std::string strip_space(std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
    return out;
}

}  // namespace step::jose
