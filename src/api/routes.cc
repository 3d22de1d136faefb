#include "api/routes.h"

#include <memory>

#include "api/errors.h"
#include "api/handlers_impl.h"
#include "http/router.h"

namespace step::api {
namespace {

constexpr std::size_t kIgnored = 4UL * 1024;     ///< Read and thrown away, as the original does.
constexpr std::size_t kSmall = 64UL * 1024;      ///< A token and a few words.
constexpr std::size_t kRequest = 1024UL * 1024;  ///< A CSR with a thousand names.

struct Row {
    std::string_view method, path;
    std::size_t max_body;
    Answer (*handler)(const Call&);
};
constexpr Row kRoutes[] = {
    {"GET", "/version", kIgnored, version},
    {"GET", "/health", kIgnored, health},
    {"GET", "/root/{}", kIgnored, root},
    {"GET", "/roots", kIgnored, roots},
    {"GET", "/roots.pem", kIgnored, roots_pem},
    {"GET", "/intermediates", kIgnored, intermediates},
    {"GET", "/intermediates.pem", kIgnored, intermediates_pem},
    {"GET", "/federation", kIgnored, federation},
    {"GET", "/provisioners", kIgnored, provisioners},
    {"GET", "/provisioners/{}/encrypted-key", kIgnored, encrypted_key},
    {"POST", "/sign", kRequest, sign},
    {"POST", "/renew", kIgnored, renew},
    {"POST", "/re-sign", kIgnored, renew},  // Old clients.
    {"POST", "/rekey", kRequest, rekey},
    {"POST", "/revoke", kSmall, revoke},

    // Capabilities that are not there.
    {"GET", "/crl", kIgnored, absent_crl},
    {"POST", "/sign-ssh", kSmall, absent_unsupported},
    {"POST", "/ssh/sign", kSmall, absent_unsupported},
    {"POST", "/ssh/renew", kSmall, absent_unsupported},
    {"POST", "/ssh/rekey", kSmall, absent_unsupported},
    {"POST", "/ssh/revoke", kSmall, absent_unsupported},
    {"POST", "/ssh/check-host", kSmall, absent_unsupported},
    {"GET", "/ssh/roots", kIgnored, absent_not_found},
    {"GET", "/ssh/federation", kIgnored, absent_not_found},
    {"POST", "/ssh/config", kSmall, absent_not_found},
    {"POST", "/ssh/config/{}", kSmall, absent_not_found},
    {"POST", "/ssh/bastion", kSmall, absent_not_found},
    {"GET", "/ssh/hosts", kIgnored, absent_broken},
    {"GET", "/ssh/get-hosts", kIgnored, absent_broken},
};

http::Handler wrap(const Row& row, std::shared_ptr<const State> state) {
    return [handler = row.handler, state = std::move(state)](const http::Request& request) {
        Fields log;
        Answer answer = handler({.request = request, .state = *state, .log = log});
        http::Response response = answer ? *std::move(answer) : to_response(answer.error());
        response.log.insert(response.log.begin(), std::make_move_iterator(log.begin()),
                            std::make_move_iterator(log.end()));
        return response;
    };
}

}  // namespace

void mount(http::Router& router, const Deps& deps) {
    const auto state = std::make_shared<const State>(deps);
    for (const std::string_view prefix : {"", "/1.0"}) {
        for (const Row& row : kRoutes) {
            router.add({.method = row.method,
                        .pattern = std::string(prefix).append(row.path),
                        .max_body = row.max_body,
                        .handler = wrap(row, state)});
        }
    }
}

}  // namespace step::api
