#include "http/client.h"

#include <sys/socket.h>

#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/base64.h"
#include "base/files.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/uri.h"
#include "http/request_impl.h"
#include "http/socket_impl.h"
#include "http/tls_impl.h"

namespace step::http {
namespace {

constexpr std::size_t kHeaderBytes = 64UL * 1024;
constexpr std::size_t kReadBytes = 16UL * 1024;

Error failure(std::string detail, Code code = Code::kUnavailable) {
    return {.code = code, .detail = std::move(detail)};
}

struct Target {
    bool tls = false;
    std::string host{}, port{};  ///< Without brackets.
    std::string authority{};     ///< For the Host header: without the scheme's own port.
    std::string path{};          ///< With the query.

    std::string address() const { return join_host_port(host, port); }
};

Result<Target> parse_target(const std::string& url) {
    STEP_ASSIGN(const Uri uri, parse_uri(url));
    if (uri.scheme != "https" && uri.scheme != "http") {
        return failure("unsupported protocol scheme " + quote(uri.scheme), Code::kInvalidArgument);
    }
    Target target{.tls = uri.scheme == "https", .host = uri.hostname(), .port = uri.port()};
    if (target.host.empty()) {
        return failure("http: no Host in request URL", Code::kInvalidArgument);
    }
    const std::string own_port = target.tls ? "443" : "80";
    if (target.port.empty()) {
        target.port = own_port;
    }
    target.authority =
        target.port == own_port
            ? (target.host.find(':') == std::string::npos ? target.host : "[" + target.host + "]")
            : target.address();
    target.path = uri.raw_path.empty() ? "/" : uri.raw_path;
    if (!uri.query.empty()) {
        target.path += "?" + uri.query;
    }
    // parse_uri lets octets through that would end the request line.
    if (std::any_of(target.path.begin(), target.path.end(),
                    [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; })) {
        return failure("net/http: invalid character in URL", Code::kInvalidArgument);
    }
    return target;
}

bool breaks_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

class BlockingClient final : public Client {
public:
    explicit BlockingClient(Options options) : options_(std::move(options)) {}
    ~BlockingClient() override { disconnect(); }

    Result<Incoming> send(const Outgoing& request) override {
        STEP_ASSIGN(const Target target, parse_target(request.url));
        STEP_ASSIGN(const std::string text, to_text(request, target));
        if (!request.address.empty() && !options_.proxy.empty()) {
            return failure("an address to dial and a proxy", Code::kInvalidArgument);
        }
        STEP_TRY(socket_.arm(request.timeout, request.stop_fd));
        std::string key = (target.tls ? "https://" : "http://") + target.address();
        if (!request.address.empty()) {
            key += "@" + request.address;
        }
        const bool reused = key == connected_to_ && !socket_.stale();
        if (!reused) {
            STEP_TRY(connect(target, request.address));
            connected_to_ = key;
        }
        bool answered = false;
        Result<Incoming> incoming = exchange(request, text, answered);
        const bool again =
            request.repeatable || request.method == "GET" || request.method == "HEAD";
        if (!incoming && reused && !answered && again &&
            incoming.error().code == Code::kUnavailable) {
            // The server closed the kept connection while our request was on its way.
            STEP_TRY(connect(target, request.address));
            connected_to_ = key;
            incoming = exchange(request, text, answered);
        }
        if (!incoming) {
            disconnect();
        }
        return incoming;
    }

private:
    void disconnect() {
        ssl_.reset();
        socket_.close();
        connected_to_.clear();
    }

    Result<std::string> to_text(const Outgoing& request, const Target& target) const {
        const bool whole_url = !target.tls && !options_.proxy.empty();
        std::string text = request.method + " ";
        text += (whole_url ? "http://" + target.authority : "") + target.path + " HTTP/1.1\r\n";
        text += "Host: " + target.authority + "\r\n";
        for (const auto& [name, value] : request.headers) {
            if (name.empty() || breaks_line(name) || breaks_line(value)) {
                return failure("net/http: invalid header field value for " + quote(name),
                               Code::kInvalidArgument);
            }
            text.append(name).append(": ").append(value).append("\r\n");
        }
        if (whole_url) {
            STEP_ASSIGN(const std::string credentials, proxy_credentials());
            text += credentials;
        }
        if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
            request.method == "PATCH") {
            text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
        }
        if (breaks_line(request.method) || request.method.find(' ') != std::string::npos) {
            return failure("net/http: invalid method " + quote(request.method),
                           Code::kInvalidArgument);
        }
        return text + "\r\n" + request.body;
    }

    Result<std::string> proxy_credentials() const {
        STEP_ASSIGN(const Uri proxy, parse_uri(options_.proxy));
        if (proxy.user.empty()) {
            return std::string();
        }
        STEP_ASSIGN(const std::string user, percent_decode(proxy.user));
        return "Proxy-Authorization: Basic " + encode_base64(user) + "\r\n";
    }

    Status connect(const Target& target, const std::string& address) {
        disconnect();
        if (options_.proxy.empty()) {
            STEP_TRY(socket_.connect(address.empty() ? target.host : address, target.port,
                                     options_.source));
        } else {
            STEP_TRY(connect_by_proxy(target));
        }
        if (!target.tls) {
            return ok();
        }
        if (!options_.tls) {
            return failure("no TLS set-up for " + target.authority, Code::kInternal);
        }
        ssl_ = SslPtr(SSL_new(options_.tls->get()), SSL_free);
        if (!ssl_ || !attach_socket(ssl_.get(), socket_.fd())) {
            ERR_clear_error();
            return failure("cannot set up TLS");
        }
        STEP_TRY(expect_host(ssl_.get(), target.host));
        SSL_set_connect_state(ssl_.get());
        for (;;) {
            ERR_clear_error();
            const int result = SSL_do_handshake(ssl_.get());
            if (result == 1) {
                return ok();
            }
            STEP_ASSIGN(const bool again, wait_for_tls(result));
            if (!again) {
                return handshake_error(ssl_.get(), target.host);
            }
        }
    }

    Status connect_by_proxy(const Target& target) {
        STEP_ASSIGN(const Uri proxy, parse_uri(options_.proxy));
        if (proxy.scheme != "http") {
            return failure("proxy: only http:// is supported, not " + quote(proxy.scheme),
                           Code::kUnsupported);
        }
        const std::string port = proxy.port().empty() ? "80" : proxy.port();
        Status dialled = socket_.connect(proxy.hostname(), port, options_.source);
        if (!dialled) {
            return failure("proxyconnect tcp: " + dialled.error().detail);
        }
        if (!target.tls) {
            return ok();
        }
        STEP_ASSIGN(const std::string credentials, proxy_credentials());
        STEP_TRY(write_all("CONNECT " + target.address() + " HTTP/1.1\r\nHost: " +
                           target.address() + "\r\n" + credentials + "\r\n"));
        // Byte by byte: nothing after the head is ours to take from the socket.
        AnswerParser parser(kHeaderBytes, 0, /*has_no_body=*/true);
        std::string seen;
        while (!parser.done() && parser.problem() == AnswerParser::Problem::kNone) {
            char byte = 0;
            STEP_ASSIGN(const std::size_t count, read_some(&byte, 1));
            if (count == 0) {
                return failure("proxyconnect tcp: EOF");
            }
            seen += byte;
            seen.erase(0, parser.put(seen));
            if (seen.size() > kHeaderBytes) {
                break;
            }
        }
        if (!parser.done()) {
            return failure("proxyconnect tcp: malformed HTTP response");
        }
        if (parser.status() / 100 != 2) {
            return failure(std::string(reason_phrase(parser.status())));
        }
        return ok();
    }

    Result<Incoming> exchange(const Outgoing& request, std::string_view text, bool& answered) {
        Status written = write_all(text);
        if (!written && written.error().detail == "context deadline exceeded") {
            return std::move(written).error();
        }
        // A server that refuses a body answers and closes before it has read it all: look for
        // the answer even if the request did not get through.
        AnswerParser parser(kHeaderBytes, request.max_body, request.method == "HEAD");
        std::string pending;
        std::string buffer(kReadBytes, '\0');
        while (!parser.done() && parser.problem() == AnswerParser::Problem::kNone) {
            auto count = read_some(buffer.data(), buffer.size());
            if (!count) {
                return written ? std::move(count).error() : std::move(written).error();
            }
            if (*count == 0) {
                if (!answered) {
                    return written ? failure("EOF") : std::move(written).error();
                }
                parser.put_end();
                if (parser.problem() != AnswerParser::Problem::kNone) {
                    return failure("unexpected EOF");
                }
                break;
            }
            answered = true;
            pending.append(buffer.data(), *count);
            pending.erase(0, parser.put(pending));
            if (pending.size() > 2 * kHeaderBytes) {
                return failure("malformed HTTP response");
            }
        }
        if (parser.problem() == AnswerParser::Problem::kTooLarge && request.drop_large_body) {
            disconnect();
            return Incoming{
                .status = parser.status(), .headers = parser.headers(), .body_dropped = true};
        }
        if (parser.problem() == AnswerParser::Problem::kTooLarge) {
            return failure(fmt::format("response body is larger than {} bytes", request.max_body),
                           Code::kTooLarge);
        }
        if (parser.problem() != AnswerParser::Problem::kNone) {
            return failure("malformed HTTP response");
        }
        Incoming incoming{.status = parser.status(), .headers = parser.headers()};
        incoming.body = parser.take_body();
        if (ssl_) {
            incoming.peer_chain = sent_chain(ssl_.get());
        }
        if (!written || !parser.keep_alive() || !pending.empty()) {
            disconnect();
        }
        return incoming;
    }

    /// True after a wait that OpenSSL asked for; false if the call failed for good.
    Result<bool> wait_for_tls(int result) {
        const int reason = SSL_get_error(ssl_.get(), result);
        if (reason == SSL_ERROR_SYSCALL && errno != 0 && ERR_peek_error() == 0) {
            return failure("read tcp " + socket_.name() + ": read: " + errno_text(errno));
        }
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
            return false;
        }
        STEP_TRY(socket_.wait(reason == SSL_ERROR_WANT_READ));
        return true;
    }

    Status write_all(std::string_view bytes) {
        while (!bytes.empty()) {
            long count = 0;
            if (ssl_) {
                ERR_clear_error();
                const int size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20U));
                errno = 0;
                count = SSL_write(ssl_.get(), bytes.data(), size);
                if (count <= 0) {
                    STEP_ASSIGN(const bool again, wait_for_tls(static_cast<int>(count)));
                    if (!again) {
                        return handshake_error(ssl_.get(), "");
                    }
                    continue;
                }
            } else {
                count = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
                if (count < 0) {
                    if (errno != EAGAIN && errno != EINTR) {
                        return failure("write tcp " + socket_.name() +
                                       ": write: " + errno_text(errno));
                    }
                    STEP_TRY(socket_.wait(/*to_read=*/false));
                    continue;
                }
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return ok();
    }

    /// 0 at the end of what the server sends.
    Result<std::size_t> read_some(char* into, std::size_t size) {
        for (;;) {
            if (ssl_) {
                ERR_clear_error();
                errno = 0;
                const int count = SSL_read(ssl_.get(), into, static_cast<int>(size));
                if (count > 0) {
                    return static_cast<std::size_t>(count);
                }
                if (SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN) {
                    return std::size_t{0};
                }
                STEP_ASSIGN(const bool again, wait_for_tls(count));
                if (!again) {
                    return handshake_error(ssl_.get(), "");
                }
                continue;
            }
            const long count = ::recv(socket_.fd(), into, size, 0);
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno != EAGAIN && errno != EINTR) {
                return failure("read tcp " + socket_.name() + ": read: " + errno_text(errno));
            }
            STEP_TRY(socket_.wait(/*to_read=*/true));
        }
    }

    Options options_;
    Socket socket_;
    SslPtr ssl_{nullptr, SSL_free};
    std::string connected_to_{};
};

}  // namespace

std::unique_ptr<Client> Client::make(Options options) {
    return std::make_unique<BlockingClient>(std::move(options));
}

}  // namespace step::http
