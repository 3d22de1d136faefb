#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "remote/fetcher.h"

namespace step::test {

/// Servers that exist on paper: what stands at each URL. Others cannot be reached.
class FakeFetcher final : public remote::Fetcher {
public:
    using Answer = std::function<Result<http::Incoming>(const http::Outgoing&)>;

    void put(const std::string& url, Answer answer) {
        const std::scoped_lock lock(mutex_);
        answers_[url] = std::move(answer);
    }
    void put(const std::string& url, std::string body, http::Headers headers = {},
             int status = 200) {
        put(url, [=](const http::Outgoing&) {
            return http::Incoming{.status = status, .headers = headers, .body = body};
        });
    }
    void remove(const std::string& url) {
        const std::scoped_lock lock(mutex_);
        answers_.erase(url);
    }
    std::vector<http::Outgoing> asked() const {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

    Result<http::Incoming> fetch(const http::Outgoing& request, remote::Route /*route*/) override {
        Answer answer;
        {
            const std::scoped_lock lock(mutex_);
            asked_.push_back(request);
            const auto found = answers_.find(request.url);
            if (found == answers_.end()) {
                return Error{.code = Code::kUnavailable, .detail = "dial tcp: no such host"};
            }
            answer = found->second;
        }
        Result<http::Incoming> got = answer(request);
        if (got && got->body.size() > request.max_body) {
            return Error{.code = Code::kTooLarge, .detail = "response body is larger than allowed"};
        }
        return got;
    }

private:
    mutable std::mutex mutex_{};
    std::map<std::string, Answer> answers_{};
    std::vector<http::Outgoing> asked_{};
};

}  // namespace step::test
