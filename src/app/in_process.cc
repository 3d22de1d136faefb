#include "app/in_process.h"

#include <variant>

#include <fmt/format.h>

#include "http/router.h"
#include "issuance/issue.h"
#include "x509/verify.h"

namespace step::app {
namespace {

/// What the server's handshake asks of a client certificate.
Status verify_client(const std::vector<Bytes>& chain, const issuance::Authority& authority,
                     SysTime now) {
    std::vector<x509::Certificate> sent;
    for (const Bytes& der : chain) {
        STEP_ASSIGN(x509::Certificate certificate, x509::parse_certificate(der));
        sent.push_back(std::move(certificate));
    }
    x509::VerifyOptions options{.now = std::chrono::floor<std::chrono::seconds>(now),
                                .usage = x509::oid::kClientAuth};
    for (const x509::Certificate& root : authority.roots) {
        options.roots.push_back(&root);
    }
    for (const x509::Certificate& above : authority.chain) {
        options.intermediates.push_back(&above);
    }
    for (auto above = sent.begin() + 1; above != sent.end(); ++above) {
        options.intermediates.push_back(&*above);
    }
    STEP_TRY(x509::verify_chain(sent.front(), options));
    return ok();
}

class InProcess final : public http::Client {
public:
    InProcess(std::shared_ptr<App> app, std::vector<Bytes> chain, Log& log)
        : app_(std::move(app)), chain_(std::move(chain)), log_(log) {}

    Result<http::Incoming> send(const http::Outgoing& outgoing) override {
        http::Response response = answer(outgoing);
        for (const Field& field : response.log) {
            const auto* why = std::get_if<std::string>(&field.value);
            if (field.name == "error" && why != nullptr &&
                response.body.find(*why) == std::string::npos) {
                log_.write(Level::kError, *why, {});
            }
        }
        if (response.body.size() > outgoing.max_body) {
            return Error{.code = Code::kTooLarge, .detail = "the answer is too long"};
        }
        return http::Incoming{.status = response.status,
                              .headers = std::move(response.headers),
                              .body = std::move(response.body)};
    }

private:
    http::Response answer(const http::Outgoing& outgoing) const {
        http::Request request{.method = outgoing.method,
                              .headers = outgoing.headers,
                              .body = outgoing.body,
                              .protocol = "HTTP/1.1",
                              .peer_chain = chain_};
        const std::size_t host = outgoing.url.find("://");
        const std::size_t path = outgoing.url.find('/', host == std::string::npos ? 0 : host + 3);
        const std::size_t query = std::min(outgoing.url.find('?'), outgoing.url.size());
        request.path = path < query ? outgoing.url.substr(path, query - path) : "/";
        request.query = query < outgoing.url.size() ? outgoing.url.substr(query + 1) : "";
        request.id = http::find_header(outgoing.headers, "X-Request-Id");

        const auto router = app_->router();
        http::Router::Match match = router->find(request.method, request.path);
        if (match.route == nullptr) {
            return match.allowed.empty() ? http::not_found()
                                         : http::method_not_allowed(match.allowed);
        }
        if (request.body.size() > match.route->max_body) {
            return {.status = 413,
                    .body = fmt::format(
                        R"({{"status":413,"message":"request body is larger than {} bytes"}})",
                        match.route->max_body)};
        }
        request.captures = std::move(match.captures);
        return match.route->handler(request);
    }

    std::shared_ptr<App> app_;
    std::vector<Bytes> chain_;
    Log& log_;
};

}  // namespace

Result<std::unique_ptr<http::Client>> connect_in_process(std::shared_ptr<App> app,
                                                         std::vector<Bytes> chain,
                                                         Runtime runtime) {
    if (!chain.empty()) {
        STEP_TRY(verify_client(chain, app->issuer().authority(), runtime.clock.now()));
    }
    return std::unique_ptr<http::Client>(
        std::make_unique<InProcess>(std::move(app), std::move(chain), runtime.log));
}

}  // namespace step::app
