#include "http/server.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include "base/files.h"
#include "base/ip.h"
#include "http/connection_impl.h"

namespace step::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds kAcceptPause{50};
/// How late a deadline may be noticed: one that was set since the last look, one that was known.
constexpr std::chrono::nanoseconds kTick = std::chrono::milliseconds(250);
constexpr std::chrono::nanoseconds kShortTick = std::chrono::milliseconds(10);

Error cannot_listen(const std::string& address, std::string_view step, const error_code& problem) {
    return {
        .code = Code::kUnavailable,
        .detail = "listen tcp " + address + ": " + std::string(step) + errno_text(problem.value()),
        .reason = problem == asio::error::address_in_use ? kAddressInUse : nullptr};
}

/// What the address names: every address of both families if it has no host.
Result<tcp::endpoint> resolve(const std::string& address, asio::io_context& loop) {
    const auto parts = split_host_port(address);
    if (!parts) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "listen tcp: address " + address + ": missing port in address"};
    }
    if (parts->port.size() > 5 || (parts->port.size() == 5 && parts->port > "65535")) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "listen tcp: address " + parts->port + ": invalid port"};
    }
    error_code problem;
    tcp::resolver resolver(loop);
    tcp::endpoint endpoint;
    if (parts->host.empty()) {
        // Every address of both families, as Go does; IPv4 alone where there is no IPv6.
        const auto found =
            resolver.resolve("0.0.0.0", parts->port, tcp::resolver::numeric_host, problem);
        if (!problem) {
            endpoint = {tcp::v6(), found.begin()->endpoint().port()};
        }
    } else {
        const auto found = resolver.resolve(parts->host, parts->port, problem);
        if (!problem) {
            endpoint = found.begin()->endpoint();
        }
    }
    if (problem) {
        return Error{.code = Code::kUnavailable,
                     .detail = "listen tcp: lookup " + parts->host + ": no such host",
                     .cause = problem.message()};
    }
    return endpoint;
}

Status bind_to(const std::string& address, asio::io_context& loop, tcp::acceptor& acceptor) {
    STEP_ASSIGN(tcp::endpoint endpoint, resolve(address, loop));
    const bool any = split_host_port(address)->host.empty();
    error_code problem;
    acceptor.open(endpoint.protocol(), problem);
    if (problem && any) {
        endpoint = {tcp::v4(), endpoint.port()};
        acceptor.open(endpoint.protocol(), problem);
    }
    if (problem) {
        return cannot_listen(address, "socket: ", problem);
    }
    acceptor.set_option(tcp::acceptor::reuse_address(true), problem);
    if (endpoint.protocol() == tcp::v6()) {
        acceptor.set_option(asio::ip::v6_only(!any), problem);
    }
    acceptor.bind(endpoint, problem);
    if (problem) {
        return cannot_listen(address, "bind: ", problem);
    }
    return ok();
}

class AsioServer final : public Server {
public:
    AsioServer(Options options, TlsContextPtr tls, std::shared_ptr<const Router> router,
               const Clock& clock, Random& random)
        : hub_(std::move(options), clock, random),
          acceptor_(hub_.loop),
          pause_(hub_.loop),
          drain_(hub_.loop),
          tick_(hub_.loop) {
        hub_.tls = std::move(tls);
        hub_.router = std::move(router);
        hub_.on_close = [this] { closed(); };
    }

    // NOLINTNEXTLINE(bugprone-exception-escape): only for want of memory, which ends the process.
    ~AsioServer() override {
        hub_.workers.join();
        hub_.draining = true;
        // Connections that a server which never ran, or stopped hard, still holds.
        for (Connection* const connection : std::vector(hub_.open.begin(), hub_.open.end())) {
            connection->close();
        }
        hub_.loop.restart();
        hub_.loop.poll();
    }

    Status open() {
        STEP_TRY(bind_to(hub_.options.address, hub_.loop, acceptor_));
        error_code problem;
        acceptor_.listen(tcp::acceptor::max_listen_connections, problem);
        if (problem) {
            return cannot_listen(hub_.options.address, "listen: ", problem);
        }
        const tcp::endpoint bound = acceptor_.local_endpoint(problem);
        port_ = bound.port();
        address_ = join_host_port(bound.address().to_string(), std::to_string(port_));
        return ok();
    }

    std::string address() const override { return address_; }
    std::uint16_t port() const override { return port_; }

    void set_tls(TlsContextPtr tls) override {
        const std::scoped_lock lock(hub_.mutex);
        hub_.tls = std::move(tls);
    }
    void retire_connections() override {
        ++hub_.generation;
        asio::post(hub_.loop, [this] { hub_.retire_idle(); });
    }
    void set_router(std::shared_ptr<const Router> router) override {
        const std::scoped_lock lock(hub_.mutex);
        hub_.router = std::move(router);
    }

    void set_trace_header(std::string name) override {
        asio::post(hub_.loop, [this, name = std::move(name)]() mutable {
            hub_.options.trace_header = std::move(name);
        });
    }

    void run() override {
        accept();
        hub_.loop.run();
        hub_.workers.join();
        hub_.loop.restart();
        hub_.loop.poll();  // Answers of handlers that outlived the drain.
    }

    void stop() override {
        asio::post(hub_.loop, [this] { begin_drain(); });
    }

private:
    void accept() {
        if (accepting_ || hub_.draining || !acceptor_.is_open()) {
            return;
        }
        accepting_ = true;
        if (is_full()) {
            acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code problem) {
                accepting_ = false;
                if (problem) {
                    return;
                }
                if (is_full()) {
                    make_room();
                } else {
                    accept();
                }
            });
            return;
        }
        acceptor_.async_accept([this](error_code problem, tcp::socket socket) {
            accepting_ = false;
            if (!problem) {
                const unsigned generation = hub_.generation;
                TlsContextPtr tls;
                {
                    const std::scoped_lock lock(hub_.mutex);
                    tls = hub_.tls;
                }
                std::make_shared<Connection>(std::move(socket), generation, tls, hub_)->start();
                watch();
            } else if (problem != asio::error::operation_aborted &&
                       problem != asio::error::connection_aborted) {
                make_room();  // Out of descriptors or memory.
                return;
            }
            accept();
        });
    }

    bool is_full() const { return hub_.open.size() >= hub_.options.limits.connections; }

    /// Closes some of those that have waited longest for their client: among many that only want
    /// to be many, a new one still has the time that all of them need to come back. Then accepts
    /// again, at the latest after a moment.
    void make_room() {
        std::vector<Connection*> waiting;
        std::copy_if(hub_.open.begin(), hub_.open.end(), std::back_inserter(waiting),
                     [](const Connection* one) { return !one->lent(); });
        const std::size_t count =
            std::min(waiting.size(), hub_.options.limits.connections / 64 + 1);
        std::partial_sort(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count),
                          waiting.end(), [](const Connection* one, const Connection* other) {
                              return one->deadline() < other->deadline();
                          });
        waiting.resize(count);
        for (Connection* const connection : waiting) {
            connection->close();
        }
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([this](error_code cancelled) {
            if (!cancelled) {
                accept();
            }
        });
    }

    void closed() {
        if (hub_.open.empty()) {
            tick_.cancel();
        }
        if (hub_.draining) {
            if (hub_.open.empty()) {
                drain_.cancel();
            }
        } else {
            accept();
        }
    }

    /// Ends the connections whose time is over, every now and then while there are any: a timer
    /// for each would cost two system calls a request.
    void watch() {
        if (!std::exchange(watching_, true)) {
            watch_for(kTick);
        }
    }

    void watch_for(std::chrono::nanoseconds time) {
        tick_.expires_after(time);
        tick_.async_wait([this](error_code) {
            const auto now = hub_.clock.monotonic();
            auto next = now + kTick;
            std::vector<std::shared_ptr<Connection>> over;
            for (Connection* const connection : hub_.open) {
                const auto deadline = connection->deadline();
                if (deadline <= now) {
                    over.push_back(connection->shared_from_this());
                } else {
                    next = std::min(next, std::max(deadline, now + kShortTick));
                }
            }
            for (const auto& connection : over) {
                connection->close();
            }
            over.clear();
            watching_ = !hub_.open.empty();
            if (watching_) {
                watch_for(next - now);
            }
        });
    }

    void begin_drain() {
        if (hub_.draining) {
            return;
        }
        hub_.draining = true;
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        hub_.drain_idle();
        if (hub_.open.empty()) {
            return;
        }
        drain_.expires_after(hub_.options.limits.drain);
        drain_.async_wait([this](error_code cancelled) {
            if (cancelled) {
                return;
            }
            for (Connection* const connection : std::vector(hub_.open.begin(), hub_.open.end())) {
                connection->close();
            }
        });
    }

    Hub hub_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_, drain_, tick_;
    bool accepting_ = false;
    bool watching_ = false;
    std::string address_;
    std::uint16_t port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(Options options, TlsContextPtr tls,
                                               std::shared_ptr<const Router> router,
                                               const Clock& clock, Random& random) {
    auto server = std::make_unique<AsioServer>(std::move(options), std::move(tls),
                                               std::move(router), clock, random);
    STEP_TRY(server->open());
    return std::unique_ptr<Server>(std::move(server));
}

Status Server::probe(const std::string& address) {
    asio::io_context loop;
    tcp::acceptor acceptor(loop);
    return bind_to(address, loop, acceptor);
}

}  // namespace step::http
