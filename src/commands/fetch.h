#pragma once

#include <chrono>
#include <string>

#include "cli/command.h"
#include "http/client.h"

namespace step::commands {

/// Fetches from http and https URLs that a certificate or a person names. Proxies of the
/// environment are used; redirections are followed, five at most, never from https to http.
class Fetcher {
public:
    /// `roots` as in read_roots(): whom to trust over https. They are read when first needed.
    Fetcher(cli::Context& context, std::string roots)
        : context_(context), roots_(std::move(roots)) {}

    struct Request {
        std::string url{};
        std::size_t max_body = 0;  ///< No default: set it.
        std::chrono::milliseconds timeout{15'000};
        std::string body{};  ///< Not empty: sent by POST.
        std::string content_type{};
    };
    /// Reads the roots now. Fails as read_roots().
    Status load_roots();
    /// The answer, whatever its status. Fails with kUnavailable and the original's words:
    /// `Get "http://a/b": dial tcp …: connect: connection refused`; kTooLarge above max_body.
    Result<http::Incoming> send(const Request& request);

private:
    Result<http::Incoming> send_once(const Request& request, const std::string& url);

    cli::Context& context_;
    std::string roots_;
    http::TlsContextPtr tls_{};
};

}  // namespace step::commands
