#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "acme/service.h"
#include "acme/states.h"
#include "base/log.h"

namespace step::acme {

/// One try of one challenge: what is asked of the outside world, and what came of it.
class Attempter {
public:
    virtual ~Attempter() = default;
    /// Blocks until it knows, for less than Validation::kLease. Thread-safe.
    virtual Try attempt(const Authorization& authorization, ChallengeType type,
                        const Account& account) = 0;
    /// Tries that run, and those to come, end at once.
    virtual void stop() = 0;
};

/// Tries challenges in the background. A try that was announced begins at once; those that have to
/// be repeated, and those that another process left behind, are found in the database when they are
/// due. A crash loses no challenge: it is due again when its lease is over.
class Validation final : public Attempts {
public:
    /// Longer than any try takes: how long a challenge is this process's alone.
    static constexpr std::chrono::seconds kLease{60};

    struct Options {
        std::size_t threads = 16;                      ///< At most; made when they are needed.
        std::size_t waiting = 1000;                    ///< Announced and not yet begun.
        std::chrono::milliseconds look_every{10'000};  ///< For what other processes left behind.
    };
    /// All must outlive it.
    Validation(const Clock& clock, storage::Database& database, Log& log, Attempter& attempter,
               Options options);
    Validation(const Validation&) = delete;
    Validation& operator=(const Validation&) = delete;
    /// Stops the tries that run; whoever opens the database next makes them again.
    ~Validation() override;

    void announce(const std::string& authorization_id, ChallengeType type) override;
    /// True if nothing is announced and nothing runs: for tests.
    bool idle() const;
    /// Takes what is due now. The look-out does it; tests may.
    void look();

private:
    struct Job {
        std::string authorization_id{};
        ChallengeType type = ChallengeType::kHttp01;
    };
    void work();
    void look_out();
    void run(const Job& job);
    Result<Try> attempt(const Job& job);
    Status record(const Job& job, const Try& tried);
    Result<std::vector<Job>> claim(SysTime now);
    void enqueue(Job job);
    void warn(const char* what, const Error& error);

    const Clock& clock_;
    storage::Database& database_;
    Log& log_;
    Attempter& attempter_;
    Options options_;
    Store store_{};
    mutable std::mutex mutex_;
    std::condition_variable work_there_, look_again_;
    std::deque<Job> jobs_;
    std::size_t free_ = 0, running_ = 0;
    std::chrono::nanoseconds look_at_{};  ///< Monotonic.
    bool end_ = false;
    std::vector<std::thread> threads_;
    std::thread looker_;
};

}  // namespace step::acme
