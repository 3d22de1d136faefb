#include "http/folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/html.h"
#include "base/readable_file.h"
#include "base/text.h"
#include "base/time.h"
#include "base/uri.h"
#include "http/ranges.h"
#include "http/router.h"

namespace step::http {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

Response plain(int status, std::string text) {
    return {.status = status,
            .content_type = "text/plain; charset=utf-8",
            .body = std::move(text) + "\n",
            .headers = {{"X-Content-Type-Options", "nosniff"}}};
}

Response failed(const Error& error) {
    switch (error.code) {
        case Code::kNotFound:
            return not_found();
        case Code::kForbidden:
            return plain(403, "403 Forbidden");
        case Code::kInvalidArgument:  // No regular file.
            return not_found();
        default:
            return plain(500, "500 Internal Server Error");
    }
}

Response redirect(const Request& request, std::string target) {
    target += request.query.empty() ? "" : "?" + request.query;
    return {.status = 301, .content_type = "", .headers = {{"Location", std::move(target)}}};
}

/// Go's built-in types; what is not among them is guessed from its first octets.
std::string type_of(std::string_view name, ByteView head) {
    constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {".avif", "image/avif"},
        {".css", "text/css; charset=utf-8"},
        {".gif", "image/gif"},
        {".htm", "text/html; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".jpeg", "image/jpeg"},
        {".jpg", "image/jpeg"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".pdf", "application/pdf"},
        {".png", "image/png"},
        {".svg", "image/svg+xml"},
        {".wasm", "application/wasm"},
        {".webp", "image/webp"},
        {".xml", "text/xml; charset=utf-8"},
    };
    constexpr std::pair<std::string_view, std::string_view> kHeads[] = {
        {"%PDF-", "application/pdf"},
        {"\x89PNG\r\n\x1a\n", "image/png"},
        {"\xff\xd8\xff", "image/jpeg"},
        {"GIF87a", "image/gif"},
        {"GIF89a", "image/gif"},
        {"PK\x03\x04", "application/zip"},
        {"\x1f\x8b\x08", "application/x-gzip"},
        {"<?xml", "text/xml; charset=utf-8"},
    };
    const std::size_t dot = name.rfind('.');
    const std::string extension = dot == std::string_view::npos ? "" : to_lower(name.substr(dot));
    for (const auto& [known, type] : kTypes) {
        if (known == extension) {
            return std::string(type);
        }
    }
    for (const auto& [known, type] : kHeads) {
        if (head.starts_with(known)) {
            return std::string(type);
        }
    }
    const std::string start = to_lower(trim(head.substr(0, 64)));
    if (start.starts_with("<!doctype html") || start.starts_with("<html")) {
        return "text/html; charset=utf-8";
    }
    const bool binary = std::ranges::any_of(head, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1b';
    });
    return binary ? "application/octet-stream" : "text/plain; charset=utf-8";
}

/// A relative reference to a name; one that looks like a scheme gets "./" before it.
std::string link_to(const std::string& name) {
    const std::string link = format_uri({.path = name});
    return name.substr(0, name.find('/')).find(':') != std::string::npos && !link.starts_with("./")
               ? "./" + link
               : link;
}

std::string list_of(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        std::error_code ignored;
        const bool below = std::filesystem::is_directory(entry->symlink_status(ignored));
        names.push_back(entry->path().filename().string() + (below ? "/" : ""));
    }
    std::ranges::sort(names);
    std::string html =
        "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n";
    for (const std::string& name : names) {
        html += fmt::format("<a href=\"{}\">{}</a>\n", link_to(name), escape_html(name));
    }
    return html + "</pre>\n";
}

/// The time of a file in whole seconds, as HTTP has them.
std::optional<SysSeconds> time_of(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        return std::nullopt;
    }
    return SysSeconds(std::chrono::seconds(info.st_mtim.tv_sec));
}

/// True if the client's copy, of the time that `header` names, is as good as ours.
bool not_modified(const Request& request, const std::string& modified) {
    return find_header(request.headers, "If-None-Match").empty() &&
           find_header(request.headers, "If-Modified-Since") == modified;
}

/// A body of pieces, one after the other: text, or part of the file.
struct Part {
    std::string text{};
    ByteRange range{};
};

std::shared_ptr<const Stream> stream_of(ReadableFile file, std::vector<Part> parts) {
    struct State {
        ReadableFile file;
        std::vector<Part> parts;
        std::size_t at = 0;
    };
    std::uint64_t length = 0;
    for (const Part& part : parts) {
        length += part.text.size() + part.range.length;
    }
    auto state = std::make_shared<State>(State{std::move(file), std::move(parts)});
    return std::make_shared<const Stream>(Stream{
        .length = length, .next = [state]() -> Result<Bytes> {
            while (state->at < state->parts.size()) {
                Part& part = state->parts[state->at];
                if (!part.text.empty()) {
                    return std::exchange(part.text, {});
                }
                if (part.range.length == 0) {
                    ++state->at;
                    continue;
                }
                const auto count =
                    static_cast<std::size_t>(std::min<std::uint64_t>(part.range.length, kPiece));
                STEP_ASSIGN(Bytes piece, state->file.read_at(part.range.start, count));
                part.range.start += piece.size();
                part.range.length -= piece.size();
                return piece;
            }
            return Bytes();
        }});
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
    return fmt::format("bytes {}-{}/{}", range.start, range.start + range.length - 1, size);
}

/// One range as it is, several as multipart/byteranges (RFC 9110 14.6).
void answer_ranges(Response& response, ReadableFile file, const std::vector<ByteRange>& ranges,
                   Random& random) {
    constexpr std::size_t kBoundary = 30;
    const std::uint64_t size = file.size();
    response.status = 206;
    if (ranges.size() == 1) {
        response.headers.emplace_back("Content-Range", content_range(ranges[0], size));
        response.stream = stream_of(std::move(file), {{.range = ranges[0]}});
        return;
    }
    const std::string boundary = encode_hex(random.bytes(kBoundary));
    std::vector<Part> parts;
    parts.reserve(ranges.size() + 1);
    for (const ByteRange& range : ranges) {
        parts.push_back(
            {.text = fmt::format("{}--{}\r\nContent-Range: {}\r\nContent-Type: {}\r\n\r\n",
                                 parts.empty() ? "" : "\r\n", boundary, content_range(range, size),
                                 response.content_type),
             .range = range});
    }
    parts.push_back({.text = "\r\n--" + boundary + "--\r\n"});
    response.content_type = "multipart/byteranges; boundary=" + boundary;
    response.stream = stream_of(std::move(file), std::move(parts));
}

Response answer_file(const Request& request, const std::string& path, Random& random) {
    constexpr std::size_t kSniffed = 512;
    auto file = ReadableFile::open(path);
    if (!file) {
        return failed(file.error());
    }
    const auto time = time_of(path);
    const std::string modified = time ? format_http_date(*time) : "";
    const auto head = file->read_at(0, kSniffed);
    if (!head) {
        return failed(head.error());
    }
    Response response{.content_type = type_of(name_of(path), *head),
                      .headers = {{"Accept-Ranges", "bytes"}, {"Last-Modified", modified}}};
    if (not_modified(request, modified)) {
        return {.status = 304, .content_type = "", .headers = {{"Last-Modified", modified}}};
    }
    std::string_view wanted = find_header(request.headers, "Range");
    const std::string_view if_range = find_header(request.headers, "If-Range");
    if (!if_range.empty() && if_range != modified) {
        wanted = {};
    }
    std::vector<ByteRange> ranges;
    if (!wanted.empty()) {
        auto parsed = parse_ranges(wanted, file->size());
        if (!parsed) {
            Response refused = plain(416, parsed.error().detail);
            refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", file->size()));
            return refused;
        }
        ranges = *std::move(parsed);
    }
    const std::uint64_t asked = std::accumulate(
        ranges.begin(), ranges.end(), std::uint64_t{0},
        [](std::uint64_t sum, const ByteRange& range) { return sum + range.length; });
    if (ranges.empty() || asked > file->size()) {
        // Who asks for more than all of it gets it once.
        const std::uint64_t size = file->size();
        response.stream = stream_of(*std::move(file), {{.range = {.start = 0, .length = size}}});
        return response;
    }
    answer_ranges(response, *std::move(file), ranges, random);
    return response;
}

Response answer_folder(const Request& request, const std::string& path) {
    const auto time = time_of(path);
    const std::string modified = time ? format_http_date(*time) : "";
    if (not_modified(request, modified)) {
        return {.status = 304, .content_type = "", .headers = {{"Last-Modified", modified}}};
    }
    return {.content_type = "text/html; charset=utf-8",
            .body = list_of(path),
            .headers = {{"Last-Modified", modified}}};
}

Response answer(const Request& request, const std::string& folder, Random& random) {
    const auto decoded = percent_decode(request.path);
    if (!decoded || decoded->find('\0') != std::string::npos) {
        return not_found();
    }
    const std::string& asked = *decoded;
    constexpr std::string_view kIndex = "/index.html";
    if (asked.ends_with(kIndex)) {
        return redirect(request, "./");
    }
    // Cleaned below a root that has no parent: nothing leads out.
    const std::string place = clean_path("/" + asked);
    const std::string path = place == "/" ? folder : folder + place;
    const bool slash = asked.ends_with('/');
    switch (kind_of(path)) {
        case Kind::kNothing:
            return not_found();
        case Kind::kFolder: {
            if (!slash) {
                return redirect(request, link_to(name_of(place)) + "/");
            }
            const std::string index = path + std::string(kIndex);
            return kind_of(index) == Kind::kFile ? answer_file(request, index, random)
                                                 : answer_folder(request, path);
        }
        default:
            return slash ? redirect(request, "../" + link_to(name_of(place)))
                         : answer_file(request, path, random);
    }
}

}  // namespace

Handler serve_folder(std::string folder, Random& random) {
    return [folder = std::move(folder), &random](const Request& request) {
        return answer(request, folder, random);
    };
}

}  // namespace step::http
