#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/runtime.h"
#include "http/message.h"

namespace step::ca {

enum class LogFormat : unsigned char { kText, kJson, kCommon };

/// `logger.format` of ca.json: "" and "text" are logfmt, "json", "common".
LogFormat to_log_format(std::string_view name);

struct AccessLogOptions {
    LogFormat format = LogFormat::kText;
    /// STEP_LOGGER_LOG_REAL_IP: the address comes from True-Client-IP, X-Real-IP or the first
    /// X-Forwarded-For, which any client can set.
    bool real_ip = false;
    /// STEP_LOGGER_ONLY_TRACE_HEALTH_ENDPOINT: /health is not logged.
    bool skip_health = false;
};

/// What is logged at the moment, for all listeners. Thread-safe.
class AccessLog {
public:
    /// None: nothing is logged.
    void set(std::optional<AccessLogOptions> options) {
        const std::scoped_lock lock(mutex_);
        options_ = options;
    }
    std::optional<AccessLogOptions> get() const {
        const std::scoped_lock lock(mutex_);
        return options_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<AccessLogOptions> options_{};
};

/// One line about one request, with its newline, or "" if it is not to be logged. The fields are
/// those of the original and those the handler gave; never a token, and no line
/// break from outside. `now` is when the answer was ready, `took` how long it took.
std::string format_access(const AccessLogOptions& options, const http::Request& request,
                          const http::Response& response, std::chrono::nanoseconds took,
                          SysTime now);

}  // namespace step::ca
