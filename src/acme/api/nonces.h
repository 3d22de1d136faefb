#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret.h"
#include "storage/database.h"

namespace step::acme {

/// Makes and takes the nonces of RFC 8555 6.5. A nonce is a number and the time, authenticated and
/// hidden with a key that is kept in the database, so that making one writes nothing. Each is good
/// once, for an hour. Thread-safe.
///
/// There is one object for a database in a process; Apps that follow each other share it.
class Nonces {
public:
    /// Where it is remembered that a nonce was used.
    enum class Memory : std::uint8_t {
        /// In this process: a bit for each. Good where one process has the database; nonces of
        /// another one, or from before a restart, are refused.
        kProcess,
        /// In a row that is inserted if absent: right for any number of processes on one database.
        kDatabase,
    };
    /// How many nonces may be out at once in kProcess; those that are older are refused.
    static constexpr std::uint64_t kMaxOutstanding = std::uint64_t{1} << 26U;
    static constexpr std::chrono::seconds kGoodFor{3600};

    /// Reads the key, or makes it if there is none. All must outlive it.
    static Result<std::shared_ptr<Nonces>> open(storage::Database& database, Random& random,
                                                const Clock& clock,
                                                Memory memory = Memory::kProcess);
    /// What the database must be opened with.
    static std::vector<std::string> keyspaces();

    /// A fresh one: 40 characters of base64url.
    std::string make();
    /// Uses it up. Fails with kInvalidArgument, reason kBadNonce, if it is not ours, too old or
    /// used; in kDatabase with what the database fails with.
    Status use(std::string_view nonce);
    /// Removes rows of nonces that ran out: how many went. Nothing to do in kProcess.
    Result<std::size_t> sweep(std::size_t limit);

private:
    struct Token {
        std::uint32_t made = 0;    ///< Seconds since 1970.
        std::uint32_t origin = 0;  ///< Which object made it.
        std::uint64_t number = 0;
    };
    /// A bit for each of some numbers in a row.
    struct Used {
        std::vector<std::uint64_t> bits{};
        std::uint32_t last_made = 0;
    };

    Nonces(storage::Database& database, const Clock& clock, Memory memory, const Secret& key,
           std::uint32_t origin);
    std::uint32_t now() const;
    std::string encode(const Token& token) const;
    bool decode(std::string_view nonce, Token& token) const;
    void forget(const Token& newest);
    Status mark_in_process(const Token& token);
    Status mark_in_database(const Token& token);

    storage::Database& database_;
    const Clock& clock_;
    const Memory memory_;
    const std::uint32_t origin_;
    const Secret tag_key_, mask_key_;
    std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::uint64_t first_ = 0;  ///< The number of the first bit of used_.
    std::deque<Used> used_;
};

}  // namespace step::acme
