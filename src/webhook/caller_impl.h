#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "tmpl/template.h"
#include "webhook/answer.h"
#include "webhook/config.h"
#include "webhook/connections_impl.h"
#include "webhook/secrets.h"

namespace step::webhook {

/// A webhook with all that a call needs. Immutable.
class Target {
public:
    /// Fails with kInvalidArgument if the URL is a template that does not parse.
    static Result<Target> make(Webhook config, Credentials credentials);

    const Webhook& config() const { return config_; }
    const Credentials& credentials() const { return credentials_; }
    /// Whether the URL depends on what the certificate's template sees.
    bool has_template() const { return template_.has_value(); }
    /// The URL for a request. Fails with kForbidden if the template fails or what it gives is no
    /// URL to call.
    Result<std::string> url(const tmpl::Value& data, const tmpl::Surroundings& around) const;

private:
    Target(Webhook config, Credentials credentials)
        : config_(std::move(config)), credentials_(std::move(credentials)) {}

    Webhook config_;
    Credentials credentials_;
    std::optional<tmpl::Template> template_{};
};

/// Calls webhook servers. Thread-safe.
class Caller {
public:
    Caller(const Clock& clock, World world, Patience patience)
        : clock_(clock), patience_(patience), connections_(std::move(world), clock) {}

    /// POSTs what body.h made, signed, and reads the answer. Tries again once, after a pause, if
    /// no answer came or its status is 500 or above. Redirects are followed on the same host only.
    ///
    /// Fails with kForbidden: the detail is for the client and names no host; the cause says all.
    Result<Answer> call(const Target& target, const std::string& url, std::string_view rest,
                        const std::string& request_id);

    const Patience& patience() const { return patience_; }

    /// From now on no call waits before it tries again; it fails instead.
    void hurry();

private:
    Result<http::Incoming> exchange(const Target& target, http::Outgoing request,
                                    std::chrono::nanoseconds end);
    bool pause();

    const Clock& clock_;
    const Patience patience_;
    Connections connections_;
    std::mutex mutex_;
    std::condition_variable hurried_;
    bool hurry_ = false;
};

}  // namespace step::webhook
