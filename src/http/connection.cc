#include <poll.h>
#include <sys/socket.h>

#include <limits>

#include <boost/asio/post.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/ip.h"
#include "base/time.h"
#include "http/connection_impl.h"

namespace step::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxDiscarded = 256UL * 1024;
constexpr std::chrono::milliseconds kLinger{500};
constexpr std::size_t kFreeBody = 16UL * 1024;
constexpr std::size_t kHelloHead = 9;  ///< Type, version, length; type and length of the message.
constexpr std::size_t kMaxHello = 16UL * 1024;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::string text_of(const tcp::endpoint& endpoint) {
    return join_host_port(endpoint.address().to_string(), std::to_string(endpoint.port()));
}

bool usable_id(std::string_view id) {
    return !id.empty() && id.size() <= kMaxId &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// RFC 9110 15: no body and no length with these.
bool bodyless(int status) {
    return status / 100 == 1 || status == 204 || status == 304;
}

/// A value that could end its line would let the handler's input write headers.
std::string one_line(std::string_view value) {
    std::string out(value);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    return out;
}

Response too_large(std::size_t limit) {
    return {.status = 413,
            .body = fmt::format("{{\"status\":413,\"message\":\"request body is larger than {} "
                                "bytes\"}}\n",
                                limit)};
}

Response too_many_bodies() {
    return {.status = 503,
            .body = "{\"status\":503,\"message\":\"too many large requests at once\"}\n",
            .headers = {{"Retry-After", "5"}}};
}

bool has_hung_up(int fd) {
    pollfd one{fd, POLLIN | POLLRDHUP, 0};
    return ::poll(&one, 1, 0) < 0 || (one.revents & ~POLLIN) != 0;
}

/// OpenSSL makes room for as much as a hello says it has (up to 128 KiB) before it comes, and a
/// thousand clients that promise can have it for 9 octets each. An honest one has at most 3 KiB.
bool is_decent_hello(const std::array<unsigned char, kHelloHead>& head) {
    constexpr unsigned char kHandshake = 22, kClientHello = 1;
    if (head[0] != kHandshake || head[5] != kClientHello) {
        return true;  // No hello: OpenSSL says what it thinks of it.
    }
    const std::size_t record = head[3] * 256UL + head[4];
    const std::size_t hello = head[6] * 65536UL + head[7] * 256UL + head[8];
    return record >= kHelloHead - 5 && hello <= kMaxHello;
}

}  // namespace

std::string Hub::date() {
    const SysTime now = clock.now();
    const std::scoped_lock lock(date_mutex_);
    if (const auto second = std::chrono::floor<std::chrono::seconds>(now);
        second != date_time_ || date_.empty()) {
        date_time_ = second;
        date_ = format_http_date(now);
    }
    return date_;
}

void Hub::drain_idle() {
    for (Connection* const connection : std::vector(open.begin(), open.end())) {
        connection->drain();
    }
}

void Hub::retire_idle() {
    for (Connection* const connection : std::vector(open.begin(), open.end())) {
        connection->retire();
    }
}

Connection::Connection(tcp::socket socket, unsigned generation, const TlsContextPtr& tls, Hub& hub)
    : socket_(std::move(socket)),
      hub_(hub),
      generation_(generation),
      tls_(tls),
      ssl_(nullptr, SSL_free),
      deadline_(kNever) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    remote_ = text_of(socket_.remote_endpoint(ignored));
    hub_.open.insert(this);
}

Connection::~Connection() {
    hub_.open.erase(this);
    hold_body(0);
    if (hub_.on_close) {
        hub_.on_close();
    }
}

void Connection::start() {
    close_after(hub_.options.limits.idle);
    if (!tls_) {
        read();
        return;
    }
    // Until the head of the hello is there, a connection costs no TLS.
    error_code ignored;
    socket_.set_option(asio::socket_base::receive_low_watermark(static_cast<int>(kHelloHead)),
                       ignored);
    wait(/*to_read=*/true, &Connection::look_at_hello);
}

void Connection::look_at_hello() {
    std::array<unsigned char, kHelloHead> head{};
    const long count = ::recv(socket_.native_handle(), head.data(), head.size(), MSG_PEEK);
    if (count != static_cast<long>(head.size()) && !has_hung_up(socket_.native_handle())) {
        wait(/*to_read=*/true, &Connection::look_at_hello);  // Asio may wake us for nothing.
        return;
    }
    error_code ignored;
    socket_.set_option(asio::socket_base::receive_low_watermark(1), ignored);
    if (count != static_cast<long>(head.size()) || !is_decent_hello(head)) {
        linger();
        return;
    }
    ssl_.reset(SSL_new(tls_->get()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), static_cast<int>(socket_.native_handle())) != 1) {
        close();
        return;
    }
    SSL_set_accept_state(ssl_.get());
    shake_hands();
}

void Connection::close() {
    error_code ignored;
    deadline_ = kNever;
    if ((turn_ & kLent) != 0) {
        // The worker may be writing: the descriptor must not become another connection's.
        ::shutdown(socket_.native_handle(), SHUT_RDWR);
        return;
    }
    socket_.close(ignored);
}

void Connection::drain() {
    if ((turn_ & kLent) != 0) {
        return;  // The worker looks at Hub::draining.
    }
    keep_alive_ = false;
    if (!parser_ && !busy_) {
        close();
    }
}

void Connection::retire() {
    const bool idle = (turn_ & kLent) == 0 && !parser_ && !busy_;
    if (generation_ != hub_.generation && idle && ssl_ &&
        SSL_get0_peer_certificate(ssl_.get()) != nullptr) {
        close();
    }
}

void Connection::shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        read();
        return;
    }
    const bool spoke_http = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
    if (tls_wait(result, &Connection::shake_hands) == Step::kFailed) {
        if (spoke_http) {
            static constexpr std::string_view kHint =
                "HTTP/1.0 400 Bad Request\r\n\r\n"
                "Client sent an HTTP request to an HTTPS server.\n";
            (void)::send(socket_.native_handle(), kHint.data(), kHint.size(), MSG_NOSIGNAL);
        }
        ssl_.reset();
        linger();  // So that the alert arrives before the reset.
    }
}

void Connection::read() {
    for (;;) {
        if (!pending_.empty() && !parse()) {
            return;
        }
        Step step = Step::kDone;
        const long count =
            receive(hub_.scratch.data(), hub_.scratch.size(), step, &Connection::read);
        if (step != Step::kDone) {
            if (step == Step::kFailed) {
                close();
            }
            return;
        }
        pending_.append(hub_.scratch.data(), static_cast<std::size_t>(count));
    }
}

/// False if the request is complete (a worker has it) or beyond repair.
bool Connection::parse() {
    if (!parser_) {
        close_after(hub_.options.limits.request);
        parser_ = std::make_unique<RequestParser>(hub_.options.limits.header_bytes);
    }
    bool more = true;
    while (more && parser_->problem() == 0 && !parser_->done() && !pending_.empty()) {
        const bool had_head = parser_->head_done();
        const std::size_t used = parser_->put(pending_);
        pending_.erase(0, used);
        more = used > 0;
        if (!had_head && parser_->head_done() && parser_->problem() == 0 && !begin_body()) {
            return false;
        }
    }
    if (!hold_body(parser_->body_size())) {
        hand_over([](const Request&) { return too_many_bodies(); });
        return false;
    }
    if (pending_.empty()) {
        pending_ = {};  // The memory, too.
    }
    if (parser_->problem() == 413 && route_ != nullptr) {
        hand_over([limit = route_->max_body](const Request&) { return too_large(limit); });
        return false;
    }
    if (parser_->problem() == 413) {
        hand_over([refusal = std::move(refusal_)](const Request&) { return refusal; });
        return false;
    }
    // What cannot be parsed yet is a line: the size of a chunk, a trailer. None is that long.
    if (parser_->problem() == 0 && parser_->head_done() && !parser_->done() &&
        pending_.size() > hub_.options.limits.header_bytes) {
        refuse(400);
        return false;
    }
    if (parser_->problem() != 0) {
        refuse(parser_->problem());
        return false;
    }
    if (!parser_->done()) {
        return true;
    }
    hand_over(route_ != nullptr
                  ? route_->handler
                  : [refusal = std::move(refusal_)](const Request&) { return refusal; });
    return false;
}

/// Finds the route and holds the body to its limit.
bool Connection::begin_body() {
    Request& request = parser_->request();
    {
        const std::scoped_lock lock(hub_.mutex);
        router_ = hub_.router;
    }
    Router::Match match = router_->find(request.method, request.path);
    route_ = match.route;
    request.captures = std::move(match.captures);
    if (route_ == nullptr) {
        // A small body of a request that has no route is read and dropped.
        refusal_ = match.allowed.empty() ? not_found() : method_not_allowed(match.allowed);
        parser_->limit_body(hub_.options.limits.header_bytes);
    } else {
        parser_->limit_body(route_->max_body);
    }
    if (parser_->problem() == 0 && !parser_->done() && parser_->expects_continue() &&
        pending_.empty()) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        Step step = Step::kDone;
        // 25 bytes into an empty socket buffer: if even that must wait, the client is not
        // reading; without the line it sends its body after a while (RFC 9110 10.1.1).
        if (ssl_) {
            ERR_clear_error();
            const int sent =
                SSL_write(ssl_.get(), kContinue.data(), static_cast<int>(kContinue.size()));
            ERR_clear_error();
            if (sent <= 0) {  // OpenSSL would send the rest of it in place of the answer.
                close();
                return false;
            }
        } else {
            (void)transmit(kContinue.data(), kContinue.size(), step, nullptr);
        }
    }
    return true;
}

/// Says how much of a body is held now. False if all bodies together are too large.
bool Connection::hold_body(std::size_t size) {
    const std::size_t counted = size > kFreeBody ? size - kFreeBody : 0;
    const bool more = counted > body_held_;
    const std::size_t all = hub_.bodies += counted - body_held_;  // Modulo 2^64.
    body_held_ = counted;
    return !more || all <= hub_.options.limits.bodies;
}

/// Answers what is no HTTP, as Go's server does.
void Connection::refuse(int status) {
    busy_ = true;
    keep_alive_ = false;
    parser_.reset();
    id_ = make_uuid(hub_.random);
    answer({.status = status,
            .content_type = "text/plain; charset=utf-8",
            .body = fmt::format("{} {}", status, reason_phrase(status))});
}

void Connection::hand_over(Handler handler) {
    deadline_ = kNever;
    keep_alive_ = keep_alive_ && parser_->done() && parser_->keep_alive();
    Request request = std::move(parser_->request());
    parser_.reset();
    route_ = nullptr;
    request.id = id_ = request_id(request.headers);
    request.remote = remote_;
    is_head_ = request.method == "HEAD";
    if (ssl_) {
        if (!peer_chain_) {
            peer_chain_ = verified_chain(ssl_.get());
        }
        request.peer_chain = *peer_chain_;
    }
    turn_ = kLent;
    next_ = &Connection::read;
    arm();
    // The wait, and once it is over held_, keep the connection alive for the worker.
    hub_.workers.post([this, router = std::move(router_), handler = std::move(handler),
                       request = std::move(request)] { work(handler, request); });
}

/// On a worker: runs the handler and gives the connection back.
void Connection::work(const Handler& handler, const Request& request) {
    const std::chrono::nanoseconds began = hub_.clock.monotonic();
    Response response;
    try {
        response = handler(request);
        if (hub_.options.on_answer) {
            hub_.options.on_answer(request, response, hub_.clock.monotonic() - began);
        }
    } catch (...) {  // The request boundary: a bug or no memory ends here.
        response = {.status = 500,
                    .content_type = "text/plain; charset=utf-8",
                    .body = "Internal Server Error\n"};
    }
    hold_body(0);
    Hub& hub = hub_;
    const unsigned generation = generation_;
    if (!answer_at_once(response)) {
        asio::post(hub.loop, [self = shared_from_this()] { self->take_back(); });
        return;
    }
    close_after(hub.options.limits.idle);
    if ((turn_.exchange(0) & kReadable) != 0) {
        asio::post(hub.loop, [self = std::move(held_)] { self->resume(); });
    } else if (hub.draining) {  // Nothing of this object may be touched here: the loop has it.
        asio::post(hub.loop, [&hub] { hub.drain_idle(); });
    } else if (hub.generation != generation) {
        asio::post(hub.loop, [&hub] { hub.retire_idle(); });
    }
}

/// On a worker: true if the answer is written and nothing is left to do but to wait for the next
/// request. If not, out_ from written_ on is left to write.
bool Connection::answer_at_once(const Response& response) {
    keep_alive_ = keep_alive_ && !leaving();
    put_answer(response);
    Step step = Step::kDone;
    while (written_ < out_.size()) {
        const long count = transmit(out_.data() + written_, out_.size() - written_, step, nullptr);
        if (step != Step::kDone) {
            return false;
        }
        written_ += static_cast<std::size_t>(count);
    }
    if (!keep_alive_ || stream_ || !pending_.empty() ||
        (ssl_ && SSL_has_pending(ssl_.get()) != 0)) {
        return false;
    }
    out_ = {};
    is_head_ = false;
    return true;
}

/// On the loop again: bytes came while the worker was at it.
void Connection::resume() {
    if (socket_.is_open()) {
        read();
    }
    if (hub_.draining) {
        drain();
    }
}

/// On the loop again: the worker could not finish.
void Connection::take_back() {
    turn_ = 0;
    next_ = nullptr;
    busy_ = true;
    const std::shared_ptr<Connection> self = std::move(held_);
    close_after(hub_.options.limits.write);
    write();
}

std::string Connection::request_id(const Headers& headers) const {
    for (const std::string_view name :
         {std::string_view("X-Request-Id"), std::string_view(hub_.options.trace_header)}) {
        if (const std::string_view id = find_header(headers, name); usable_id(id)) {
            return std::string(id);
        }
    }
    return make_uuid(hub_.random);
}

std::string Connection::head(const Response& response) const {
    std::string out;
    out.reserve(256 + response.body.size());
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    const std::string_view reason = reason_phrase(response.status);
    out.append(reason.empty() ? "Unknown" : reason).append("\r\n");
    const auto add = [&](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    if (!response.content_type.empty()) {
        add("Content-Type", one_line(response.content_type));
    }
    for (const auto& [name, value] : response.headers) {
        add(one_line(name), one_line(value));
    }
    add("X-Request-Id", id_);
    add("Date", hub_.date());
    if (!bodyless(response.status) && !(is_head_ && response.body.empty() && !response.stream)) {
        const std::uint64_t more = response.stream ? response.stream->length : 0;
        add("Content-Length", std::to_string(response.body.size() + more));
    }
    if (!keep_alive_) {
        add("Connection", "close");
    }
    return out.append("\r\n");
}

void Connection::put_answer(const Response& response) {
    out_ = head(response);
    if (!is_head_ && !bodyless(response.status)) {
        out_ += response.body;
        stream_ = response.stream;
    }
    streamed_ = 0;
    written_ = 0;
}

void Connection::answer(const Response& response) {
    put_answer(response);
    close_after(hub_.options.limits.write);
    write();
}

/// The next piece of a streamed answer into out_; false if there is none, or the connection ended.
bool Connection::refill() {
    if (!stream_) {
        return false;
    }
    if (streamed_ == stream_->length) {
        stream_.reset();
        return false;
    }
    Result<Bytes> piece = stream_->next();
    if (!piece || piece->empty() || piece->size() > stream_->length - streamed_) {
        // The head has promised more than there is.
        stream_.reset();
        keep_alive_ = false;
        close();
        return false;
    }
    streamed_ += piece->size();
    out_ = *std::move(piece);
    written_ = 0;
    close_after(hub_.options.limits.write);
    return true;
}

void Connection::write() {
    while (written_ < out_.size() || refill()) {
        Step step = Step::kDone;
        const long count =
            transmit(out_.data() + written_, out_.size() - written_, step, &Connection::write);
        if (step != Step::kDone) {
            if (step == Step::kFailed) {
                close();
            }
            return;
        }
        written_ += static_cast<std::size_t>(count);
    }
    if (!socket_.is_open()) {
        return;  // refill() gave up.
    }
    finish_answer();
}

void Connection::finish_answer() {
    out_ = {};
    busy_ = false;
    is_head_ = false;
    if (keep_alive_ && !leaving()) {
        close_after(hub_.options.limits.idle);
        read();
        return;
    }
    if (ssl_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
        ssl_.reset();
    }
    linger();
}

/// Closing a socket that still has bytes to read resets it, and the client may lose the answer:
/// end our half, then read and drop for a moment.
void Connection::linger() {
    busy_ = true;
    pending_ = {};
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    close_after(kLinger);
    discard();
}

void Connection::discard() {
    while (discarded_ < kMaxDiscarded) {
        Step step = Step::kDone;
        const long count =
            receive(hub_.scratch.data(), hub_.scratch.size(), step, &Connection::discard);
        if (step == Step::kWaiting) {
            return;
        }
        if (step == Step::kFailed) {
            break;
        }
        discarded_ += static_cast<std::size_t>(count);
    }
    close();
}

}  // namespace step::http
