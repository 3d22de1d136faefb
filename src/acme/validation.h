#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "acme/states.h"
#include "acme/types.h"

namespace step {
class Log;
}
namespace step::storage {
class Database;
}

namespace step::acme {

/// Where challenges that wait for a try are announced; the validation listens.
class Attempts {
public:
    virtual ~Attempts() = default;
    /// The challenge is processing, on record, and nobody else's until it is due. Never blocks;
    /// what is dropped (too many at once) is found in the database once it is due.
    virtual void announce(const std::string& authorization_id, ChallengeType type) = 0;
    /// Sleeps until a try of that authorization which this process has yet to end is on record, for
    /// at most `time`. False, at once, if there is none or too many wait already; false if it takes
    /// longer.
    virtual bool await(const std::string& authorization_id, std::chrono::milliseconds time) = 0;
};

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
        std::size_t watched = 64;                      ///< Callers of await() at once.
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
    bool await(const std::string& authorization_id, std::chrono::milliseconds time) override;
    /// True if nothing is announced and nothing runs, the look-out included: for tests.
    bool idle() const;
    /// Takes what is due now. The look-out does it; tests may.
    void look();

private:
    class Threads;
    std::unique_ptr<Threads> threads_;
};

/// What a process that died was trying, or was to try again, is due at once. Only before the first
/// Validation, and only where no other process has the database open: their tries would be made
/// twice.
Status take_over_tries(storage::Database& database, SysTime now);

}  // namespace step::acme
