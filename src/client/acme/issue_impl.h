#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "client/acme/issue.h"

// For issue.cc and issue_authorize.cc.
namespace step::client::acme {

inline Error prefixed(Error error, std::string_view prefix) {
    error.detail.insert(0, prefix);
    return error;
}

template <class T>
Result<T> prefixed(Result<T> result, std::string_view prefix) {
    return result ? std::move(result) : Result<T>(prefixed(std::move(result).error(), prefix));
}

/// How long to wait before the next look: as the server says, unless it says next to nothing.
Duration pause_after(std::optional<Duration> retry_after, unsigned looks);

/// Says how a step ended, whatever way it was left.
class Step {
public:
    Step(const Tell& tell, std::string_view title) : tell_(tell) { tell_(title); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { tell_(done_ ? " done!\n" : " Error!\n\n"); }
    template <class T>
    Result<T> end(Result<T> result) {
        done_ = static_cast<bool>(result);
        return result;
    }

private:
    const Tell& tell_;
    bool done_ = false;
};

}  // namespace step::client::acme
