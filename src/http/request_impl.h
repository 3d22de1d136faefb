#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace step::http {

/// Reads one HTTP/1.x request (RFC 9112) from bytes as they arrive. Stricter than the RFC where
/// two readers could disagree on where a request ends: no Content-Length beside
/// Transfer-Encoding, no coding but chunked, no folded lines, exactly one Host. The wrapping of a
/// chunked body may have as many bytes as a head and seven for each byte of the body.
class RequestParser {
public:
    explicit RequestParser(std::size_t header_bytes);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Takes bytes and says how many it used; offer the rest again, followed by more. Stops
    /// after the head, so that the caller can set the limit of the body.
    std::size_t put(std::string_view bytes);
    /// The status to refuse with (400, 413, 417, 431, 501, 505), or 0.
    int problem() const { return problem_; }
    bool head_done() const;
    bool done() const;
    /// Octets of the body that are held so far.
    std::size_t body_size() const;

    /// What follows the head may have this many bytes. Sets problem() to 413 if it says it has
    /// more.
    void limit_body(std::size_t bytes);
    /// The client waits for "100 Continue" before it sends the body.
    bool expects_continue() const { return expects_continue_; }
    bool keep_alive() const { return keep_alive_; }

    /// Method, path, query, headers and protocol once the head is done; the body when all is.
    Request& request() { return request_; }

private:
    struct Impl;
    void check_head(std::string_view raw);
    int check_headers();
    bool split_target(std::string_view target);

    std::unique_ptr<Impl> impl_;
    Request request_;
    int problem_ = 0;
    bool expects_continue_ = false;
    bool keep_alive_ = false;
};

/// Reads one answer, with the same strictness and the same limit on wrapping. Heads of 1xx answers
/// are skipped.
class AnswerParser {
public:
    AnswerParser(std::size_t header_bytes, std::size_t body_bytes, bool has_no_body);
    ~AnswerParser();
    AnswerParser(const AnswerParser&) = delete;
    AnswerParser& operator=(const AnswerParser&) = delete;

    enum class Problem : unsigned char { kNone, kMalformed, kTooLarge };
    /// As RequestParser::put, without the stop after the head.
    std::size_t put(std::string_view bytes);
    /// The connection has ended. Ends a body of unknown length; anything else is malformed.
    void put_end();
    Problem problem() const { return problem_; }
    bool done() const;
    bool keep_alive() const;

    int status() const;
    Headers headers() const;
    std::string take_body();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    Problem problem_ = Problem::kNone;
};

}  // namespace step::http
