#include "acme/api/routes.h"

#include <algorithm>
#include <memory>

#include "acme/api/handlers_impl.h"
#include "acme/api/nonces.h"
#include "acme/problem_types.h"
#include "base/hex.h"
#include "base/uri.h"
#include "crypto/digest.h"
#include "http/router.h"
#include "issuance/authority.h"
#include "provisioner/set.h"

namespace step::acme {
namespace {

constexpr std::size_t kNothing = 4UL * 1024;    ///< Read and thrown away.
constexpr std::size_t kSmall = 16UL * 1024;     ///< A JWS with a key and a few words.
constexpr std::size_t kNames = 128UL * 1024;    ///< A hundred identifiers, as long as they get.
constexpr std::size_t kRequest = 256UL * 1024;  ///< A CSR or a certificate.
constexpr std::size_t kKeptKeys = 4096, kCounted = 65536;

using Plain = Answer (*)(const Place&, const State&, Reply&);
using Signed = Answer (*)(const AcmeRequest&, const State&, Reply&);

struct PlainRow {
    std::string_view method, path;
    Plain handler;
    bool gives_nonce = false;
};
constexpr PlainRow kPlain[] = {
    {"GET", "/directory", directory},       {"HEAD", "/new-nonce", new_nonce, true},
    {"GET", "/new-nonce", new_nonce, true}, {"GET", "/renewal-info/{}", renewal_info},
    {"GET", "/issuer/{}", issuer},
};

struct SignedRow {
    std::string_view method, path;
    std::size_t max_body;
    SignedBy signer;
    Signed handler;
};
constexpr SignedRow kSigned[] = {
    {"POST", "/new-account", kSmall, SignedBy::kKey, new_account},
    {"POST", "/account/{}", kSmall, SignedBy::kAccount, account},
    {"POST", "/account/{}/orders", kSmall, SignedBy::kAccount, orders},
    {"POST", "/key-change", kSmall, SignedBy::kAccount, key_change},
    {"POST", "/new-order", kNames, SignedBy::kAccount, new_order},
    {"POST", "/order/{}", kSmall, SignedBy::kAccount, order},
    {"POST", "/order/{}/finalize", kRequest, SignedBy::kAccount, finalize},
    {"POST", "/authz/{}", kSmall, SignedBy::kAccount, authorization},
    {"POST", "/challenge/{}/{}", kSmall, SignedBy::kAccount, challenge},
    {"POST", "/certificate/{}", kSmall, SignedBy::kAccount, certificate},
    {"POST", "/issuer/{}", kSmall, SignedBy::kAccount, issuer_as_get},
    {"POST", "/revoke-cert", kRequest, SignedBy::kEither, revoke_certificate},
};

Error not_for_acme(const provisioner::Provisioner& found) {
    return {.code = Code::kUnauthenticated,
            .detail = found.failure.empty()
                          ? "provisioner must be of type ACME"
                          : "provisioner is disabled due to an initialization error",
            .reason = kUnauthorized};
}

/// True for what may stand in an address: nothing that could end it, or the header it is in.
bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~:[]").find(c) != std::string_view::npos;
    });
}

std::string_view host_of(const http::Request& request, const State& state) {
    const std::string_view host = http::find_header(request.headers, "Host");
    return is_host(host) ? host : std::string_view(state.deps.host);
}

/// What stands behind "/acme/", decoded if it can be.
std::string provisioner_name(const http::Request& request) {
    const std::string& segment = request.captures.front();
    Result<std::string> name = percent_decode(segment);
    return name ? *std::move(name) : segment;
}

/// Finds the provisioner that the path names and lets `serve` answer; whatever comes of it.
template <class Serve>
http::Response at_provisioner(const http::Request& request, const State& state, Reply& reply,
                              const Serve& serve) {
    const std::string name = provisioner_name(request);
    const provisioner::Provisioner* found = state.deps.provisioners.by_name(name);
    if (found == nullptr) {
        return no_such_provisioner(name);
    }
    if (!found->failure.empty() || !found->acme) {
        return to_response(not_for_acme(*found), reply);
    }
    const Place place{.request = request,
                      .provisioner = *found,
                      .settings = *found->acme,
                      .links = Links(host_of(request, state), found->name)};
    Answer answer = serve(place);
    return answer ? *std::move(answer) : to_response(answer.error(), reply);
}

/// The headers and log fields that handlers left, and a fresh nonce (RFC 8555 6.5).
http::Response finish(http::Response response, Reply reply, const http::Request& request,
                      const State& state, bool gives_nonce) {
    http::Headers headers;
    if (gives_nonce) {
        headers.emplace_back("Replay-Nonce", state.deps.nonces.make());
        headers.emplace_back("Cache-Control", "no-store");
        const Links links(host_of(request, state), provisioner_name(request));
        headers.emplace_back("Link", link_header(links.to("directory"), "index"));
    }
    if (reply.retry_after) {
        headers.emplace_back("Retry-After", std::to_string(reply.retry_after->count()));
    }
    headers.insert(headers.end(), std::make_move_iterator(reply.headers.begin()),
                   std::make_move_iterator(reply.headers.end()));
    response.headers.insert(response.headers.begin(), std::make_move_iterator(headers.begin()),
                            std::make_move_iterator(headers.end()));
    response.log.insert(response.log.begin(), std::make_move_iterator(reply.log.begin()),
                        std::make_move_iterator(reply.log.end()));
    return response;
}

http::Handler wrap(const PlainRow& row, std::shared_ptr<const State> state) {
    return [row, state = std::move(state)](const http::Request& request) {
        Reply reply;
        http::Response response = at_provisioner(
            request, *state, reply,
            [&](const Place& place) -> Answer { return row.handler(place, *state, reply); });
        return finish(std::move(response), std::move(reply), request, *state, row.gives_nonce);
    };
}

Answer serve_signed(const SignedRow& row, const Place& place, const State& state, Reply& reply) {
    if (place.request.body.size() > row.max_body) {
        return Error{
            .code = Code::kTooLarge,
            .detail = "request body is larger than " + std::to_string(row.max_body) + " bytes",
            .reason = kMalformed};
    }
    STEP_ASSIGN(
        const AcmeRequest request,
        admit(place, row.signer,
              {.service = state.deps.service, .nonces = state.deps.nonces, .keys = state.keys}));
    return row.handler(request, state, reply);
}

http::Handler wrap(const SignedRow& row, std::shared_ptr<const State> state) {
    return [row, state = std::move(state)](const http::Request& request) {
        Reply reply;
        http::Response response = at_provisioner(request, *state, reply, [&](const Place& place) {
            return serve_signed(row, place, *state, reply);
        });
        return finish(std::move(response), std::move(reply), request, *state, true);
    };
}

/// RFC 8555 6.3: what is asked for by POST alone, signed.
http::Handler refuse_get(std::shared_ptr<const State> state) {
    return [state = std::move(state)](const http::Request& request) {
        Reply reply;
        http::Response response =
            at_provisioner(request, *state, reply, [&](const Place&) -> Answer {
                reply.failure_status = 405;
                reply.headers.emplace_back("Allow", "POST");
                return malformed("this is asked for by POST, signed; as POST-as-GET to read it");
            });
        return finish(std::move(response), std::move(reply), request, *state, true);
    };
}

}  // namespace

State::State(const Deps& given)
    : deps(given), keys(kKeptKeys), new_accounts(kCounted), new_orders(kCounted) {
    for (const auto* certificates : {&deps.authority.chain, &deps.authority.roots}) {
        for (const x509::Certificate& one : *certificates) {
            issuers.emplace(encode_hex(crypto::sha256(one.der)), one.der);
        }
    }
}

const std::string& captured(const Place& place, std::size_t index) {
    return place.request.captures.at(index + 1);
}

Status check_post_as_get(const AcmeRequest& request) {
    return request.is_post_as_get() ? ok() : Status(malformed("expected POST-as-GET"));
}

Status check_rate(std::optional<std::chrono::seconds> wait, Reply& reply) {
    if (!wait) {
        return ok();
    }
    reply.retry_after = wait;
    return Error{.code = Code::kUnavailable,
                 .detail = "try again in " + std::to_string(wait->count()) + " s",
                 .reason = kRateLimited};
}

void mount(http::Router& router, const Deps& deps) {
    const auto state = std::make_shared<const State>(deps);
    for (const std::string_view prefix : {"/acme/{}", "/2.0/acme/{}"}) {
        for (const PlainRow& row : kPlain) {
            router.add({.method = row.method,
                        .pattern = std::string(prefix).append(row.path),
                        .max_body = kNothing,
                        .handler = wrap(row, state)});
        }
        for (const SignedRow& row : kSigned) {
            // The server itself cuts off above twice the limit; up to it the client is told with a
            // problem document and a nonce.
            router.add({.method = row.method,
                        .pattern = std::string(prefix).append(row.path),
                        .max_body = 2 * row.max_body,
                        .handler = wrap(row, state)});
        }
    }
    // Behind the others, which are looked for far more often.
    for (const std::string_view prefix : {"/acme/{}", "/2.0/acme/{}"}) {
        for (const SignedRow& row : kSigned) {
            router.add({.method = "GET",
                        .pattern = std::string(prefix).append(row.path),
                        .max_body = kNothing,
                        .handler = refuse_get(state)});
        }
    }
}

}  // namespace step::acme
