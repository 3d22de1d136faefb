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

/// One try of one challenge: what is asked of the outside world, and what came of it. Blocks until
/// it knows, at most as long as kTryTime.
using TryChallenge = std::function<Try(const Authorization&, ChallengeType, const Account&)>;

/// Tries challenges in the background. A try that was announced begins at once; those that have to
/// be repeated, and those that another process left behind, are found in the database when they are
/// due. A crash loses no challenge: it is due again when its lease is over.
class Validation final : public Attempts {
public:
    /// Longer than any try takes: how long a challenge is this process's alone.
    static constexpr std::chrono::seconds kLease{60};

    struct Options {
        std::size_t threads = 16;                    ///< At most; made when they are needed.
        std::size_t waiting = 1000;                  ///< Announced and not yet begun.
        std::chrono::milliseconds look_every{2000};  ///< For what is due in the database.
    };
    /// All must outlive it.
    Validation(const Clock& clock, storage::Database& database, Log& log, TryChallenge attempt,
               Options options);
    Validation(const Validation&) = delete;
    Validation& operator=(const Validation&) = delete;
    /// Waits for the tries that run.
    ~Validation() override;

    void announce(const std::string& authorization_id, ChallengeType type) override;
    /// True if nothing is announced and nothing runs: for tests.
    bool idle() const;

private:
    using Job = std::pair<std::string, ChallengeType>;
    void work();
    void look();
    void run(const Job& job);
    /// Takes what is due, so that no other process does.
    Result<std::vector<Job>> claim();

    const Clock& clock_;
    storage::Database& database_;
    Log& log_;
    TryChallenge attempt_;
    Options options_;
    Store store_{};
    mutable std::mutex mutex_;
    std::condition_variable work_there_, look_again_;
    std::deque<Job> jobs_;
    std::size_t running_ = 0, free_ = 0;
    bool end_ = false;
    std::vector<std::thread> threads_;
    std::thread looker_;
};

}  // namespace step::acme
