#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "client/acme/http_answers.h"
#include "http/server.h"

namespace step::client::acme {
namespace {

class Standalone final : public HttpAnswers {
public:
    Standalone(std::string address, const Clock& clock, Random& random)
        : address_(std::move(address)), clock_(clock), random_(random) {}
    Standalone(const Standalone&) = delete;
    Standalone& operator=(const Standalone&) = delete;
    ~Standalone() override {
        if (server_ != nullptr) {
            server_->stop();
            serving_.join();
        }
    }

    std::string_view name() const override { return "Standalone"; }

    Status show(const std::string& token, const std::string& text) override {
        {
            const std::scoped_lock lock(mutex_);
            shown_[token] = text;
        }
        return server_ != nullptr ? ok() : listen();
    }

    Status hide(const std::string& token) override {
        const std::scoped_lock lock(mutex_);
        shown_.erase(token);
        return ok();
    }

private:
    Status listen() {
        auto router = std::make_shared<http::Router>();
        router->add({"GET", "/.well-known/acme-challenge/{}", /*max_body=*/0,
                     [this](const http::Request& request) { return answer(request); }});
        auto server = http::Server::listen(
            {.address = address_, .limits = {.drain = std::chrono::seconds(1), .workers = 2}},
            nullptr, std::move(router), clock_, random_);
        if (!server) {
            Error error = std::move(server).error();
            error.detail = fmt::format(
                "error listening at {} for the HTTP challenge: {}; free the port, or use "
                "'--http-listen' or '--webroot'",
                address_, error.detail);
            return error;
        }
        server_ = *std::move(server);
        serving_ = std::thread([this] { server_->run(); });
        return ok();
    }

    http::Response answer(const http::Request& request) {
        const std::scoped_lock lock(mutex_);
        const auto found = shown_.find(request.captures.at(0));
        return found == shown_.end() ? http::not_found()
                                     : http::Response{.content_type = "application/octet-stream",
                                                      .body = found->second};
    }

    std::string address_;
    const Clock& clock_;
    Random& random_;
    std::mutex mutex_{};
    std::map<std::string, std::string> shown_{};
    std::unique_ptr<http::Server> server_{};
    std::thread serving_{};
};

}  // namespace

std::unique_ptr<HttpAnswers> standalone_answers(std::string address, const Clock& clock,
                                                Random& random) {
    return std::make_unique<Standalone>(std::move(address), clock, random);
}

}  // namespace step::client::acme
