#include "ca/access_log.h"

#include <algorithm>
#include <variant>

#include "base/ip.h"
#include "base/text.h"
#include "base/time.h"
#include "json/write.h"

namespace step::ca {
namespace {

using FieldValue = decltype(Field::value);

/// Line breaks from outside would forge entries in formats that do not quote.
std::string one_line(std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return c == '\r' || c == '\n'; });
    return out;
}

std::string remote_host(const http::Request& request, bool real_ip) {
    if (real_ip) {
        for (const char* name : {"True-Client-IP", "X-Real-IP", "X-Forwarded-For"}) {
            const std::string_view value = http::find_header(request.headers, name);
            if (!value.empty()) {
                return one_line(trim(value.substr(0, value.find(','))));
            }
        }
    }
    const std::optional<HostPort> parts = split_host_port(request.remote);
    return parts ? parts->host : request.remote;
}

std::string target(const http::Request& request) {
    return one_line(request.query.empty() ? request.path : request.path + "?" + request.query);
}

std::string as_text(const FieldValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return *text;
    }
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*number);
    }
    if (const auto* flag = std::get_if<bool>(&value)) {
        return *flag ? "true" : "false";
    }
    return format_list(std::get<std::vector<std::string>>(value));
}

/// What logfmt writes bare; anything else is quoted.
bool is_bare(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._/@^+").find(c) != std::string_view::npos;
    });
}

void append_logfmt(std::string& out, std::string_view name, std::string_view text) {
    out += out.empty() ? "" : " ";
    out += name;
    out += '=';
    out += is_bare(text) ? std::string(text) : quote(text);
}

void append_json(std::string& out, std::string_view name, const FieldValue& value) {
    out += out.empty() ? '{' : ',';
    json::append_string(out, name);
    out += ':';
    if (const auto* text = std::get_if<std::string>(&value)) {
        json::append_string(out, *text);
    } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        out += '[';
        for (std::size_t i = 0; i < list->size(); ++i) {
            out += i == 0 ? "" : ",";
            json::append_string(out, (*list)[i]);
        }
        out += ']';
    } else {
        out += as_text(value);
    }
}

std::string_view level_of(int status) {
    return status < 400 ? "info" : status < 500 ? "warning" : "error";
}

/// By name; of two with one name the later wins. A token is no field, whoever says so.
void tidy(Fields& fields) {
    std::erase_if(fields, [](const Field& field) { return field.name == "ott"; });
    std::ranges::stable_sort(fields, {}, &Field::name);
    for (std::size_t i = fields.size(); i-- > 1;) {
        if (fields[i].name == fields[i - 1].name) {
            fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i) - 1);
        }
    }
}

std::string format_seconds(SysTime time) {
    return format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace

LogFormat to_log_format(std::string_view name) {
    return name == "json"     ? LogFormat::kJson
           : name == "common" ? LogFormat::kCommon
                              : LogFormat::kText;
}

std::string format_access(const AccessLogOptions& options, const http::Request& request,
                          const http::Response& response, std::chrono::nanoseconds took,
                          SysTime now) {
    if (options.skip_health && request.path == "/health" && response.status < 400) {
        return "";
    }
    const std::string begun =
        format_seconds(now - std::chrono::duration_cast<std::chrono::microseconds>(took));
    const std::string host = remote_host(request, options.real_ip);
    const std::string path = target(request);
    const std::string id = one_line(request.id);
    const auto size =
        static_cast<std::int64_t>(request.method == "HEAD" ? 0 : response.body.size());

    if (options.format == LogFormat::kCommon) {
        const auto dash = [](const std::string& text) { return text.empty() ? "-" : text; };
        return fmt::format("{} {} ca - {} {} \"{} {} {}\" {} {}\n", dash(id), dash(host), begun,
                           format_duration(took), dash(one_line(request.method)), dash(path),
                           dash(one_line(request.protocol)), response.status, size);
    }

    Fields fields{{"duration", format_duration(took)},
                  {"duration-ns", static_cast<std::int64_t>(took.count())},
                  {"fields.time", begun},
                  {"method", request.method},
                  {"name", "ca"},
                  {"path", path},
                  {"protocol", request.protocol},
                  {"referer", one_line(http::find_header(request.headers, "Referer"))},
                  {"remote-address", host},
                  {"request-id", id},
                  {"size", size},
                  {"status", static_cast<std::int64_t>(response.status)},
                  {"user-agent", one_line(http::find_header(request.headers, "User-Agent"))},
                  {"user-id", ""}};
    fields.insert(fields.end(), response.log.begin(), response.log.end());
    const std::string level(level_of(response.status));

    std::string line;
    line.reserve(1024);
    if (options.format == LogFormat::kJson) {
        fields.insert(fields.end(), {{"level", level}, {"msg", ""}, {"time", format_seconds(now)}});
        tidy(fields);
        for (const Field& field : fields) {
            append_json(line, field.name, field.value);
        }
        return line + "}\n";
    }
    tidy(fields);
    append_logfmt(line, "time", format_seconds(now));
    append_logfmt(line, "level", level);
    for (const Field& field : fields) {
        append_logfmt(line, field.name, as_text(field.value));
    }
    return line + "\n";
}

}  // namespace step::ca
