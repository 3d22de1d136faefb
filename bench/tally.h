#pragma once

#include <cstddef>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace step::bench {

/// Where the values of a load generator's flags go.
struct Flags {
    std::map<std::string_view, std::string*> texts{};
    std::map<std::string_view, std::size_t*> numbers{};
    std::map<std::string_view, bool*> switches{};
};
/// False: an unknown flag, one without its value, or a number that is none.
bool parse_flags(int argc, char** argv, const Flags& flags);

/// What came of many requests by several threads. Adding is thread-safe; look at it afterwards.
class Tally {
public:
    /// Serials of certificates are appended to `serials`, each at once; empty: to nothing.
    explicit Tally(const std::string& serials);
    ~Tally();
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;

    void failed(const std::string& why);
    /// `chain` is PEM, leaf first; empty: there is no certificate.
    void succeeded(double milliseconds, std::string_view chain);
    void clear();

    std::size_t successes() const { return times_.size(); }
    std::size_t failures() const { return failures_; }
    /// Milliseconds, of those that succeeded.
    double quantile(double q);
    /// Says on standard error what the first failure was, if there was one.
    void explain() const;

private:
    std::mutex mutex_{};
    std::vector<double> times_{};
    std::size_t failures_ = 0;
    std::string first_failure_{};
    std::FILE* serials_ = nullptr;
};

}  // namespace step::bench
