#include "acme/validation.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "acme/store.h"
#include "base/futex.h"
#include "base/log.h"

namespace step::acme {
namespace {

constexpr std::size_t kClaimAtOnce = 64;
constexpr std::size_t kTakenOver = 10'000;  ///< Whatever is beyond waits for its time.

}  // namespace

class Validation::Threads {
public:
    Threads(const Clock& clock, storage::Database& database, Log& log, Attempter& attempter,
            Options options);
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads();

    struct Job {
        std::string authorization_id{};
        ChallengeType type = ChallengeType::kHttp01;
    };
    void enqueue(Job job);
    bool await(const std::string& authorization_id, std::chrono::milliseconds time);
    bool idle() const;
    void look();

private:
    /// Somebody in await(). Leaves `waiters_` when its word is set, or by itself.
    struct Waiter {
        const std::string& authorization_id;
        FutexWord over = 0;
    };

    void work();
    bool start_thread();
    std::vector<Waiter*> end(const Job& job);
    void look_out();
    void run(const Job& job);
    /// `authorization` is set to what is tried.
    Result<Try> attempt(const Job& job, Authorization& authorization);
    Status record(const Job& job, const Try& tried);
    Result<std::vector<Job>> claim(SysTime now);
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
    std::size_t free_ = 0;
    std::vector<std::string> running_;  ///< Their authorizations.
    std::vector<Waiter*> waiters_;
    std::chrono::nanoseconds look_at_{};  ///< Monotonic.
    bool looking_ = true;
    bool end_ = false;
    std::vector<std::thread> threads_;
    std::thread looker_;
};

Validation::Validation(const Clock& clock, storage::Database& database, Log& log,
                       Attempter& attempter, Options options)
    : threads_(std::make_unique<Threads>(clock, database, log, attempter, options)) {}

Validation::~Validation() = default;

void Validation::announce(const std::string& authorization_id, ChallengeType type) {
    threads_->enqueue({.authorization_id = authorization_id, .type = type});
}

bool Validation::idle() const {
    return threads_->idle();
}

bool Validation::await(const std::string& authorization_id, std::chrono::milliseconds time) {
    return threads_->await(authorization_id, time);
}

void Validation::look() {
    threads_->look();
}

Validation::Threads::Threads(const Clock& clock, storage::Database& database, Log& log,
                             Attempter& attempter, Options options)
    : clock_(clock),
      database_(database),
      log_(log),
      attempter_(attempter),
      options_(options),
      look_at_(clock.monotonic()),
      looker_([this] { look_out(); }) {}

Validation::Threads::~Threads() {
    {
        const std::lock_guard lock(mutex_);
        end_ = true;
    }
    attempter_.stop();
    work_there_.notify_all();
    look_again_.notify_all();
    looker_.join();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

bool Validation::Threads::idle() const {
    const std::lock_guard lock(mutex_);
    return jobs_.empty() && running_.empty() && !looking_;
}

/// False if there is no thread at all: the system gives none.
bool Validation::Threads::start_thread() {
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        return !threads_.empty();  // Those that are there get to it.
    }
    return true;
}

bool Validation::Threads::await(const std::string& authorization_id,
                                std::chrono::milliseconds time) {
    Waiter waiter{.authorization_id = authorization_id};
    {
        const std::lock_guard lock(mutex_);
        const bool runs = std::ranges::find(running_, authorization_id) != running_.end();
        if (!runs &&
            std::ranges::find(jobs_, authorization_id, &Job::authorization_id) == jobs_.end()) {
            return false;
        }
        if (end_ || waiters_.size() >= options_.watched) {
            return false;
        }
        waiters_.push_back(&waiter);
    }
    while (waiter.over.load(std::memory_order_acquire) == 0 &&
           futex_wait_for(waiter.over, 0, time)) {
    }
    if (waiter.over.load(std::memory_order_acquire) != 0) {
        return true;
    }
    const std::lock_guard lock(mutex_);
    return std::erase(waiters_, &waiter) == 0;
}

void Validation::Threads::enqueue(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (end_ || jobs_.size() >= options_.waiting) {
            return;  // It is due once its lease is over.
        }
        jobs_.push_back(std::move(job));
        if (jobs_.size() > free_ && threads_.size() < options_.threads && !start_thread()) {
            jobs_.pop_back();
            return;
        }
    }
    work_there_.notify_one();
}

void Validation::Threads::work() {
    std::unique_lock lock(mutex_);
    while (!end_) {
        if (jobs_.empty()) {
            ++free_;
            work_there_.wait(lock, [this] { return end_ || !jobs_.empty(); });
            --free_;
            continue;
        }
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        running_.push_back(job.authorization_id);
        lock.unlock();
        run(job);
        lock.lock();
        const std::vector<Waiter*> told = end(job);
        lock.unlock();
        for (Waiter* const waiter : told) {
            futex_wake(waiter->over, 1);  // If it has left by now, this wakes nobody.
        }
        lock.lock();
    }
}

/// Gives those who waited for it, who are told already and only have to be woken.
std::vector<Validation::Threads::Waiter*> Validation::Threads::end(const Job& job) {
    running_.erase(std::ranges::find(running_, job.authorization_id));
    std::vector<Waiter*> told;
    std::erase_if(waiters_, [&](Waiter* const waiter) {
        if (waiter->authorization_id != job.authorization_id) {
            return false;
        }
        told.push_back(waiter);
        return true;
    });
    for (Waiter* const waiter : told) {
        waiter->over.store(1, std::memory_order_release);
    }
    return told;
}

void Validation::Threads::run(const Job& job) {
    Authorization authorization;
    const Result<Try> tried = attempt(job, authorization);
    if (!tried) {
        warn("a challenge could not be tried", tried.error());
        return;  // Due again when its lease is over.
    }
    if (Status recorded = record(job, *tried); !recorded) {
        warn("the outcome of a challenge could not be recorded", recorded.error());
    }
    if (tried->verdict != Try::Verdict::kValid) {
        log_.write(Level::kInfo, "ACME: a challenge was not met",
                   {{.name = "authorization", .value = job.authorization_id},
                    {.name = "identifier", .value = authorization.identifier.value},
                    {.name = "challenge", .value = std::string(name_of(job.type))},
                    {.name = "error", .value = tried->error.type + ": " + tried->error.detail}});
    }
}

Result<Try> Validation::Threads::attempt(const Job& job, Authorization& authorization) {
    std::optional<Account> account;
    STEP_TRY(database_.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(std::optional<Authorization> found,
                    store_.authorizations.get(view, job.authorization_id));
        if (!found) {
            return Error{.code = Code::kNotFound, .cause = "it is gone"};
        }
        authorization = *std::move(found);
        STEP_ASSIGN(account, store_.accounts.get(view, authorization.account_id));
        return ok();
    }));
    if (!account) {
        return Error{.code = Code::kNotFound, .cause = "its account is gone"};
    }
    return attempter_.attempt(authorization, job.type, *account);
}

Status Validation::Threads::record(const Job& job, const Try& tried) {
    bool ending = false;
    {
        const std::lock_guard lock(mutex_);
        ending = end_ && tried.verdict == Try::Verdict::kRetry;
    }
    const SysTime now = clock_.now();
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(now);
    std::optional<SysSeconds> due;
    STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
        due.reset();
        STEP_ASSIGN(std::optional<Authorization> authorization,
                    store_.authorizations.get(transaction, job.authorization_id));
        if (!authorization) {
            return ok();
        }
        const auto challenge =
            std::ranges::find(authorization->challenges, job.type, &Challenge::type);
        if (challenge == authorization->challenges.end()) {
            return ok();
        }
        if (ending) {
            if (!challenge->due) {
                return ok();
            }
            challenge->due = second;  // For whoever serves the database next.
        } else if (!apply(*authorization, job.type, tried, now)) {
            if (!challenge->due) {
                return ok();
            }
            challenge->due.reset();  // It ended otherwise, or ran out.
        }
        due = challenge->due;
        return store_.authorizations.update(transaction, *authorization);
    }));
    if (due && !ending) {
        const std::lock_guard lock(mutex_);
        look_at_ = std::min(look_at_, clock_.monotonic() + (*due - second));
        look_again_.notify_all();
    }
    return ok();
}

void Validation::Threads::look_out() {
    std::unique_lock lock(mutex_);
    while (!end_) {
        const std::chrono::nanoseconds now = clock_.monotonic();
        if (now < look_at_) {
            looking_ = false;
            look_again_.wait_for(lock, look_at_ - now);
            looking_ = true;
            continue;
        }
        look_at_ = now + options_.look_every;
        lock.unlock();
        look();
        lock.lock();
    }
}

void Validation::Threads::look() {
    const SysTime now = clock_.now();
    std::optional<SysSeconds> next;
    const Status read = database_.read([&](const storage::Snapshot& view) -> Status {
        STEP_ASSIGN(next, store_.authorizations.next_due(view));
        return ok();
    });
    if (!read) {
        warn("challenges that are due could not be looked for", read.error());
        return;
    }
    if (!next) {
        return;
    }
    if (*next > now) {
        const std::lock_guard lock(mutex_);
        look_at_ = std::min(
            look_at_,
            clock_.monotonic() + std::chrono::duration_cast<std::chrono::nanoseconds>(*next - now));
        return;
    }
    Result<std::vector<Job>> claimed = claim(now);
    if (!claimed) {
        warn("challenges that are due could not be taken", claimed.error());
        return;
    }
    if (claimed->size() >= kClaimAtOnce) {  // There may be more.
        const std::lock_guard lock(mutex_);
        look_at_ = clock_.monotonic();
    }
    for (Job& job : *claimed) {
        enqueue(std::move(job));
    }
}

/// Takes what is due, so that no other process does: its next time is when this one must have
/// failed.
Result<std::vector<Validation::Threads::Job>> Validation::Threads::claim(SysTime now) {
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(now);
    std::vector<Job> claimed;
    STEP_TRY(database_.transact([&](storage::Transaction& transaction) -> Status {
        claimed.clear();
        STEP_ASSIGN(
            std::vector<Authorization> due,
            store_.authorizations.due(transaction, second + std::chrono::seconds(1), kClaimAtOnce));
        for (Authorization& authorization : due) {
            const bool lives =
                effective_status(authorization, now) == AuthorizationStatus::kPending;
            for (Challenge& challenge : authorization.challenges) {
                if (!challenge.due || *challenge.due > second) {
                    continue;
                }
                challenge.due.reset();
                if (lives && challenge.status == ChallengeStatus::kProcessing) {
                    challenge.due = second + kLease;
                    claimed.push_back(
                        {.authorization_id = authorization.id, .type = challenge.type});
                }
            }
            STEP_TRY(store_.authorizations.update(transaction, authorization));
        }
        return ok();
    }));
    return claimed;
}

void Validation::Threads::warn(const char* what, const Error& error) {
    log_.write(Level::kWarning, std::string("ACME: ") + what,
               {{.name = "error", .value = error.detail + error.cause}});
}

Status take_over_tries(storage::Database& database, SysTime now) {
    const SysSeconds second = std::chrono::floor<std::chrono::seconds>(now);
    const Store store;
    return database.transact([&](storage::Transaction& transaction) -> Status {
        STEP_ASSIGN(std::vector<Authorization> waiting,
                    store.authorizations.due(transaction, SysSeconds::max(), kTakenOver));
        for (Authorization& authorization : waiting) {
            for (Challenge& challenge : authorization.challenges) {
                if (challenge.due) {
                    challenge.due = std::min(*challenge.due, second);
                }
            }
            STEP_TRY(store.authorizations.update(transaction, authorization));
        }
        return ok();
    });
}

}  // namespace step::acme
