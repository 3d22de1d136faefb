#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace step::http {

/// The threads that run handlers: a fixed number, and for each that waits outside (see
/// WaitingOutside) a spare one, which goes when nobody has needed it for a while. Thread-safe.
class Workers {
public:
    Workers(std::size_t threads, std::size_t spares);
    ~Workers() { join(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    template <class Work>
    void post(Work&& work) {
        boost::asio::post(queue_, std::forward<Work>(work));
    }
    /// Runs what was posted to its end, then ends the threads. Again: no effect.
    void join();

    /// The calling worker is about to wait. False if as many as `spares` do already.
    bool enter();
    void leave() noexcept;
    /// Whose worker the calling thread is; null if nobody's.
    static Workers* current();

    std::size_t spares_for_test() const;

private:
    using Threads = std::list<std::thread>;

    void start_spare();
    void serve(Threads::iterator self);

    boost::asio::io_context queue_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_;
    std::vector<std::thread> threads_{};

    mutable std::mutex mutex_;  ///< Guards the rest.
    std::condition_variable changed_{};
    Threads spares_{}, ended_{};
    std::size_t max_spares_;
    std::size_t waiting_ = 0;
    bool joining_ = false;
};

}  // namespace step::http
