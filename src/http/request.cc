#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/text.h"
#include "base/uri.h"
#include "http/request_impl.h"

namespace step::http {
namespace {

namespace beast = boost::beast::http;
using boost::system::error_code;

/// A chunk of one octet takes six. Extensions of chunks mean nothing, and without a limit a small
/// body could keep a server reading for ever (CVE-2023-39326 of others).
constexpr std::size_t kMostWrapping = 8;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

/// RFC 9112 5.2 lets a server refuse lines that continue the one before.
bool has_folded_line(std::string_view head) {
    return head.find("\n ") != std::string_view::npos ||
           head.find("\n\t") != std::string_view::npos;
}

/// RFC 9112 6.3: digits and nothing else; a list of equal lengths is refused, too.
bool is_length(std::string_view value) {
    return !value.empty() && value.size() <= 18 &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int status_of(const error_code& problem) {
    if (problem == beast::error::header_limit || problem == beast::error::buffer_overflow) {
        return 431;
    }
    if (problem == beast::error::body_limit) {
        return 413;
    }
    if (problem == beast::error::bad_version) {
        return 505;
    }
    return 400;
}

}  // namespace

struct RequestParser::Impl {
    beast::request_parser<beast::string_body> parser;
    bool head_checked = false;
    std::size_t header_bytes = 0;
    std::size_t body_on_wire = 0;  ///< Octets of the body with its chunks' sizes and extensions.
};

RequestParser::RequestParser(std::size_t header_bytes) : impl_(std::make_unique<Impl>()) {
    impl_->header_bytes = header_bytes;
    impl_->parser.header_limit(static_cast<std::uint32_t>(header_bytes));
    impl_->parser.body_limit(boost::none);  // limit_body() sets it once the head is known.
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
    std::size_t used = 0;
    while (problem_ == 0 && !done() && used < bytes.size()) {
        error_code problem;
        const std::string_view rest = bytes.substr(used);
        const std::size_t count = impl_->parser.put({rest.data(), rest.size()}, problem);
        used += count;
        impl_->body_on_wire += impl_->head_checked ? count : 0;
        if (problem && problem != beast::error::need_more) {
            problem_ = status_of(problem);
        } else if (impl_->body_on_wire > impl_->header_bytes + kMostWrapping * body_size()) {
            problem_ = 400;
        } else if (!impl_->head_checked && impl_->parser.is_header_done()) {
            impl_->head_checked = true;
            check_head(bytes.substr(0, used));
            break;
        } else if (count == 0) {
            break;
        }
    }
    if (problem_ == 0 && done()) {
        request_.body = std::move(impl_->parser.get().body());
    }
    return used;
}

std::size_t RequestParser::body_size() const {
    return impl_->parser.get().body().size();
}

bool RequestParser::head_done() const {
    return impl_->head_checked;
}

bool RequestParser::done() const {
    return impl_->head_checked && impl_->parser.is_done();
}

void RequestParser::limit_body(std::size_t bytes) {
    impl_->parser.body_limit(bytes);
    impl_->parser.eager(true);
    if (impl_->parser.content_length().value_or(0) > bytes) {
        problem_ = 413;
    }
}

void RequestParser::check_head(std::string_view raw) {
    const auto& message = impl_->parser.get();
    request_.method = view(message.method_string());
    request_.protocol = message.version() == 10 ? "HTTP/1.0" : "HTTP/1.1";
    keep_alive_ = message.version() >= 11 && message.keep_alive();
    for (const auto& field : message) {
        request_.headers.emplace_back(view(field.name_string()), view(field.value()));
    }
    if (has_folded_line(raw) || !split_target(view(message.target()))) {
        problem_ = 400;
        return;
    }
    problem_ = check_headers();
}

int RequestParser::check_headers() {
    const bool old = request_.protocol == "HTTP/1.0";
    int hosts = 0;
    int lengths = 0;
    bool coded = false;
    for (const auto& [name, value] : request_.headers) {
        if (equal_fold(name, "Host")) {
            ++hosts;
        } else if (equal_fold(name, "Content-Length")) {
            ++lengths;
            if (!is_length(value)) {
                return 400;
            }
        } else if (equal_fold(name, "Transfer-Encoding")) {
            if (coded || old) {
                return 400;
            }
            coded = true;
            if (!equal_fold(value, "chunked")) {
                return 501;
            }
        } else if (equal_fold(name, "Expect")) {
            if (!equal_fold(value, "100-continue")) {
                return 417;
            }
            expects_continue_ = !old;
        }
    }
    const bool framed_twice = lengths > 1 || (coded && lengths > 0);
    return framed_twice || hosts > 1 || (hosts == 0 && !old) ? 400 : 0;
}

/// RFC 9112 3.2: origin-form, absolute-form or "*". CONNECT's form is not for us.
bool RequestParser::split_target(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equal_fold(target.substr(0, scheme.size()), scheme)) {
            target.remove_prefix(scheme.size());
            const std::size_t end = target.find_first_of("/?");
            if (end == 0 || target.empty()) {
                return false;
            }
            target = end == std::string_view::npos ? "/" : target.substr(end);
            if (target.front() == '?') {
                request_.path = "/";
                request_.query = target.substr(1);
                return true;
            }
            break;
        }
    }
    if (target.empty() || (target.front() != '/' && target != "*")) {
        return false;
    }
    const std::size_t mark = target.find('?');
    request_.path = target.substr(0, mark);
    if (mark != std::string_view::npos) {
        request_.query = target.substr(mark + 1);
    }
    return static_cast<bool>(percent_decode(request_.path));
}

struct AnswerParser::Impl {
    Impl(std::size_t most_header, std::size_t most_body, bool bodyless)
        : header_bytes(most_header), body_bytes(most_body), has_no_body(bodyless) {}

    std::size_t header_bytes, body_bytes;
    bool has_no_body;
    int interim = 0;
    bool head_checked = false;
    std::size_t body_on_wire = 0;  ///< Octets of the body with its chunks' sizes and extensions.
    using Parser = beast::response_parser<beast::string_body>;
    std::unique_ptr<Parser> parser{};

    void begin() {
        parser = std::make_unique<Parser>();
        parser->header_limit(static_cast<std::uint32_t>(header_bytes));
        parser->body_limit(body_bytes);
        parser->skip(has_no_body);
        head_checked = false;
        body_on_wire = 0;
    }
};

AnswerParser::AnswerParser(std::size_t header_bytes, std::size_t body_bytes, bool has_no_body)
    : impl_(std::make_unique<Impl>(header_bytes, body_bytes, has_no_body)) {
    impl_->begin();
}

AnswerParser::~AnswerParser() = default;

std::size_t AnswerParser::put(std::string_view bytes) {
    constexpr int kMaxInterim = 5;
    std::size_t used = 0;
    while (problem_ == Problem::kNone && !done() && used < bytes.size()) {
        error_code problem;
        const std::string_view rest = bytes.substr(used);
        const std::size_t count = impl_->parser->put({rest.data(), rest.size()}, problem);
        used += count;
        impl_->body_on_wire += impl_->head_checked ? count : 0;
        if (problem && problem != beast::error::need_more) {
            problem_ =
                problem == beast::error::body_limit ? Problem::kTooLarge : Problem::kMalformed;
        } else if (impl_->body_on_wire >
                   impl_->header_bytes + kMostWrapping * impl_->parser->get().body().size()) {
            problem_ = Problem::kMalformed;
        } else if (!impl_->head_checked && impl_->parser->is_header_done()) {
            impl_->head_checked = true;
            const auto& message = impl_->parser->get();
            const std::string_view coding = view(message[beast::field::transfer_encoding]);
            if (message.result_int() / 100 == 1) {
                // 101 would hand the connection to another protocol: we never ask for it.
                if (message.result_int() == 101 || ++impl_->interim > kMaxInterim) {
                    problem_ = Problem::kMalformed;
                } else {
                    impl_->begin();
                }
            } else if (has_folded_line(rest.substr(0, count)) ||
                       (!coding.empty() && !equal_fold(coding, "chunked"))) {
                problem_ = Problem::kMalformed;
            } else {
                impl_->parser->eager(true);
            }
        } else if (count == 0) {
            break;
        }
    }
    return used;
}

void AnswerParser::put_end() {
    error_code problem;
    if (problem_ == Problem::kNone && !done()) {
        if (!impl_->head_checked) {
            problem_ = Problem::kMalformed;
            return;
        }
        impl_->parser->put_eof(problem);
        if (problem || !impl_->parser->is_done()) {
            problem_ = Problem::kMalformed;
        }
    }
}

bool AnswerParser::done() const {
    return impl_->head_checked && impl_->parser->is_done();
}

bool AnswerParser::keep_alive() const {
    return impl_->parser->get().keep_alive() && !impl_->parser->need_eof();
}

int AnswerParser::status() const {
    return static_cast<int>(impl_->parser->get().result_int());
}

Headers AnswerParser::headers() const {
    Headers headers;
    for (const auto& field : impl_->parser->get()) {
        headers.emplace_back(view(field.name_string()), view(field.value()));
    }
    return headers;
}

std::string AnswerParser::take_body() {
    return std::move(impl_->parser->get().body());
}

}  // namespace step::http
