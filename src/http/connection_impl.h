#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/request_impl.h"
#include "http/server.h"
#include "http/tls_impl.h"
#include "http/workers_impl.h"

namespace step::http {

class Connection;

/// What the connections of one server share. All but `tls`, `router`, `bodies`, `draining`,
/// `generation`, date() and the pool belong to the loop's thread.
struct Hub {
    Hub(Server::Options given, const Clock& time, Random& dice)
        : options(std::move(given)),
          clock(time),
          random(dice),
          workers(options.limits.workers, options.limits.spares) {}

    Server::Options options;
    const Clock& clock;
    Random& random;
    boost::asio::io_context loop{1};
    Workers workers;

    std::mutex mutex;  ///< Guards the two below.
    TlsContextPtr tls{};
    std::shared_ptr<const Router> router{};

    std::unordered_set<Connection*> open{};
    std::atomic<std::size_t> bodies = 0;  ///< See Limits::bodies.
    std::function<void()> on_close{};     ///< A connection is gone.
    /// Set before the open connections are told, each of which looks again when it falls idle.
    std::atomic<bool> draining = false;
    /// Connections of an earlier one end with their next answer; see Server::retire_connections.
    std::atomic<unsigned> generation = 0;
    std::array<char, 16UL * 1024> scratch{};  ///< What a read puts bytes in before they are kept.

    /// The Date header's value, made anew each second. Thread-safe.
    std::string date();
    /// Closes the connections on which nothing is in flight.
    void drain_idle();
    /// Closes those of an earlier generation that a client certificate speaks for and on which
    /// nothing is in flight.
    void retire_idle();

private:
    std::mutex date_mutex_;
    SysSeconds date_time_{};
    std::string date_{};
};

/// One client. Lives as long as a wait holds it; closing the socket ends all waits. TLS works on
/// the socket itself, so an idle connection keeps no buffers.
///
/// It belongs to the loop's thread, except from hand_over() on, until the worker that runs the
/// handler gives it back. That worker writes the answer, too, if it can be written at once. Before
/// the loop lends the connection it waits for the next request's bytes already, so that a worker
/// that is done has nobody to wake: `turn_` says who finds those bytes.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// `generation` is the hub's, read before `tls` was.
    Connection(boost::asio::ip::tcp::socket socket, unsigned generation, const TlsContextPtr& tls,
               Hub& hub);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();
    /// Closes an idle connection; one with a request in flight closes after its answer.
    void drain();
    /// If it is of an earlier generation, has a client certificate and is idle: closes it.
    void retire();
    /// At once. If a worker has the connection, only the socket's both directions end now.
    void close();
    /// In the clock's monotonic time: when to close it.
    std::chrono::nanoseconds deadline() const { return std::chrono::nanoseconds(deadline_); }
    /// A worker has it: its request is complete and its answer not yet written.
    bool lent() const { return (turn_ & kLent) != 0; }

private:
    /// Whether this answer is the last.
    bool leaving() const { return hub_.draining || hub_.generation != generation_; }

    enum class Step : unsigned char { kDone, kWaiting, kFailed };
    using Next = void (Connection::*)();

    // What turn_ holds: both unset, the loop has the connection.
    static constexpr std::uint8_t kLent = 1;      ///< A worker has it.
    static constexpr std::uint8_t kReadable = 2;  ///< And bytes, or an end, have come meanwhile.

    void look_at_hello();
    void shake_hands();
    void read();
    bool parse();
    bool begin_body();
    void refuse(int status);
    void hand_over(Handler handler);
    void resume();
    void take_back();
    void answer(const Response& response);
    void write();
    bool refill();
    void finish_answer();
    void linger();
    void discard();

    // On the worker.
    void work(const Handler& handler, const Request& request);
    bool answer_at_once(const Response& response);

    /// Bytes moved, or at most 0 and what to do about it in `step`.
    long receive(char* into, std::size_t size, Step& step, Next next);
    long transmit(const char* from, std::size_t size, Step& step, Next next);
    Step tls_wait(int result, Next next);
    Step plain_wait(bool to_read, Next next);
    void wait(bool to_read, Next next);
    void arm();
    void on_readable(std::shared_ptr<Connection> self, bool good);
    void close_after(std::chrono::milliseconds time);
    bool hold_body(std::size_t size);

    void put_answer(const Response& response);
    std::string head(const Response& response) const;
    std::string request_id(const Headers& headers) const;

    boost::asio::ip::tcp::socket socket_;
    Hub& hub_;
    const unsigned generation_;  ///< Hub::generation when it was accepted.
    TlsContextPtr tls_;
    SslPtr ssl_;
    std::string remote_;
    std::optional<std::vector<Bytes>> peer_chain_{};  ///< Once asked for.

    std::string pending_{};      ///< Received and not yet parsed.
    std::size_t body_held_ = 0;  ///< Our part of Hub::bodies.
    std::unique_ptr<RequestParser> parser_{};
    std::shared_ptr<const Router> router_{};  ///< Keeps the request's route.
    const Route* route_ = nullptr;
    Response refusal_{};  ///< The answer if there is no route.
    bool busy_ = false;   ///< An answer leaves, or the connection ends.
    bool is_head_ = false;
    bool keep_alive_ = true;
    std::string id_{};
    std::string out_{};
    std::size_t written_ = 0;
    std::shared_ptr<const Stream> stream_{};  ///< What is left of an answer after out_.
    std::uint64_t streamed_ = 0;
    std::size_t discarded_ = 0;

    std::atomic<std::int64_t> deadline_;  ///< Nanoseconds of the clock's monotonic time.
    std::atomic<std::uint8_t> turn_ = 0;
    bool armed_ = false;                  ///< A wait for bytes to read is under way.
    Next next_ = nullptr;                 ///< What to do when they come; nothing if null.
    std::shared_ptr<Connection> held_{};  ///< Itself, from kReadable until the worker is done.
};

}  // namespace step::http
