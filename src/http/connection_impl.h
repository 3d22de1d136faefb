#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "http/request_impl.h"
#include "http/server.h"
#include "http/tls_impl.h"

namespace step::http {

class Connection;

/// What the connections of one server share. All but `tls`, `router` and the pool belong to the
/// loop's thread.
struct Hub {
    Hub(Server::Options given, const Clock& time, Random& dice)
        : options(std::move(given)),
          clock(time),
          random(dice),
          workers(std::max<std::size_t>(options.limits.workers, 1)) {}

    Server::Options options;
    const Clock& clock;
    Random& random;
    boost::asio::io_context loop{1};
    boost::asio::thread_pool workers;

    std::mutex mutex;  ///< Guards the two below.
    TlsContextPtr tls{};
    std::shared_ptr<const Router> router{};

    std::unordered_set<Connection*> open{};
    std::function<void()> on_close{};  ///< A connection is gone.
    bool draining = false;
    std::array<char, 16UL * 1024> scratch{};  ///< What a read puts bytes in before they are kept.

    /// The Date header's value, made anew each second.
    const std::string& date();

private:
    SysSeconds date_time_{};
    std::string date_{};
};

/// One client. Lives as long as a wait or a handler holds it; closing the socket ends all waits.
/// TLS works on the socket itself, so an idle connection keeps no buffers.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(boost::asio::ip::tcp::socket socket, const TlsContextPtr& tls, Hub& hub);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start();
    /// Closes an idle connection; one with a request in flight closes after its answer.
    void drain();
    void close();

private:
    enum class Step : unsigned char { kDone, kWaiting, kFailed };
    using Next = void (Connection::*)();

    void shake_hands();
    void read();
    bool parse();
    bool begin_body();
    void refuse(int status);
    void hand_over(Handler handler);
    void answer(const Response& response);
    void write();
    void finish_answer();
    void linger();
    void discard();

    /// Bytes moved, or at most 0 and what to do about it in `step`.
    long receive(char* into, std::size_t size, Step& step, Next next);
    long transmit(const char* from, std::size_t size, Step& step, Next next);
    Step tls_wait(int result, Next next);
    Step plain_wait(bool to_read, Next next);
    void wait(bool to_read, Next next);
    void close_after(std::chrono::milliseconds time);

    std::string head(const Response& response) const;
    std::string request_id(const Headers& headers) const;

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer deadline_;
    Hub& hub_;
    TlsContextPtr tls_;
    SslPtr ssl_;
    std::string remote_;
    std::optional<std::vector<Bytes>> peer_chain_{};  ///< Once asked for.

    std::string pending_{};  ///< Received and not yet parsed.
    std::unique_ptr<RequestParser> parser_{};
    std::shared_ptr<const Router> router_{};  ///< Keeps the request's route.
    const Route* route_ = nullptr;
    Response refusal_{};  ///< The answer if there is no route.
    bool busy_ = false;   ///< A handler runs or an answer leaves.
    bool is_head_ = false;
    bool keep_alive_ = true;
    std::string id_{};
    std::string out_{};
    std::size_t written_ = 0;
    std::size_t discarded_ = 0;
};

}  // namespace step::http
