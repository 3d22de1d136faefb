#include <charconv>

#include "api/handlers_impl.h"
#include "base/uri.h"
#include "json/write.h"
#include "provisioner/set.h"

namespace step::api {
namespace {

/// Go's strconv.Atoi; absent is 0.
Result<std::int64_t> parse_limit(const std::string& text) {
    if (text.empty()) {
        return std::int64_t{0};
    }
    const char* begin = text.data() + (text.front() == '+' ? 1 : 0);
    const char* end = text.data() + text.size();
    std::int64_t limit = 0;
    const auto [stop, problem] = std::from_chars(begin, end, limit);
    const bool two_signs = begin != text.data() && begin != end && *begin == '-';
    if (problem != std::errc{} || stop != end || two_signs) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "limit '" + text + "' is not an integer"};
    }
    return limit;
}

}  // namespace

Answer provisioners(const Call& call) {
    const std::string& query = call.request.query;
    STEP_ASSIGN(const std::int64_t limit, parse_limit(query_value(query, "limit")));
    const provisioner::ProvisionerSet::Page page =
        call.state.deps.provisioners.list(query_value(query, "cursor"), limit);

    std::string body = R"({"provisioners":)";
    if (page.entries.empty()) {
        body += "null";
    } else {
        char separator = '[';
        for (const std::string& entry : page.entries) {
            body += separator;
            body += entry;
            separator = ',';
        }
        body += ']';
    }
    body += R"(,"nextCursor":)";
    json::append_string(body, page.next);
    return http::Response{.body = body + "}\n"};
}

Answer encrypted_key(const Call& call) {
    STEP_ASSIGN(const std::string key,
                call.state.deps.provisioners.encrypted_key(call.request.captures.at(0)));
    std::string body = R"({"key":)";
    json::append_string(body, key);
    return http::Response{.body = body + "}\n"};
}

}  // namespace step::api
