#include "app/acme.h"

#include "acme/api/nonces.h"
#include "acme/api/routes.h"
#include "acme/service.h"
#include "acme/validation.h"
#include "app/app.h"
#include "base/base64.h"
#include "base/ip.h"
#include "challenge/validator.h"
#include "http/router.h"
#include "net/resolver.h"
#include "provisioner/set.h"

namespace step::app {
namespace {

class Outside final : public AcmeOutside {
public:
    std::unique_ptr<net::Resolver> resolver{};
    std::unique_ptr<challenge::Validator> validator{};
};

challenge::Kind kind_of(acme::ChallengeType type) {
    switch (type) {
        case acme::ChallengeType::kDns01:
            return challenge::Kind::kDns01;
        case acme::ChallengeType::kTlsAlpn01:
            return challenge::Kind::kTlsAlpn01;
        case acme::ChallengeType::kHttp01:
            break;
    }
    return challenge::Kind::kHttp01;
}

acme::Try::Verdict verdict_of(challenge::Outcome::Verdict verdict) {
    switch (verdict) {
        case challenge::Outcome::Verdict::kValid:
            return acme::Try::Verdict::kValid;
        case challenge::Outcome::Verdict::kInvalid:
            return acme::Try::Verdict::kInvalid;
        case challenge::Outcome::Verdict::kRetry:
            break;
    }
    return acme::Try::Verdict::kRetry;
}

class ValidatorAttempter final : public acme::Attempter {
public:
    explicit ValidatorAttempter(challenge::Validator& validator) : validator_(validator) {}

    acme::Try attempt(const acme::Authorization& authorization, acme::ChallengeType type,
                      const acme::Account& account) override {
        const std::string thumbprint = encode_base64(account.thumbprint, Base64::kRawUrl);
        const challenge::Outcome outcome =
            validator_.validate({.kind = kind_of(type),
                                 .identifier_type = authorization.identifier.type,
                                 .value = authorization.identifier.value,
                                 .token = authorization.token,
                                 .key_authorization = authorization.token + "." + thumbprint});
        return {.verdict = verdict_of(outcome.verdict),
                .error = {.type = outcome.problem, .detail = outcome.detail}};
    }
    void stop() override { validator_.stop(); }

private:
    challenge::Validator& validator_;
};

/// What links say where a request does not: the CA's first name and its port.
std::string own_host(const setup::Config& config) {
    const auto address = split_host_port(config.address);
    const std::string& name = config.dns_names.front();
    return !address || address->port == "443" || address->port.empty()
               ? name
               : join_host_port(name, address->port);
}

class Server final : public AcmeServer {
public:
    Server(const AcmeParts& parts, Outside& outside, http::Router& router)
        : attempter_(*outside.validator),
          validation_(parts.runtime.clock, parts.database, parts.runtime.log, attempter_, {}),
          service_({.clock = parts.runtime.clock,
                    .random = parts.runtime.random,
                    .database = parts.database,
                    .issuer = parts.issuer,
                    .ledger = parts.ledger,
                    .revocations = parts.revocations,
                    .attempts = validation_}) {
        acme::mount(router, {.clock = parts.runtime.clock,
                             .service = service_,
                             .nonces = parts.nonces,
                             .authority = parts.issuer.authority(),
                             .provisioners = parts.provisioners,
                             .host = own_host(parts.config)});
    }
    Result<std::size_t> sweep(SysTime now, std::size_t limit) const override {
        return service_.sweep(now, limit);
    }

private:
    ValidatorAttempter attempter_;
    acme::Validation validation_;
    acme::Service service_;
};

class Factory final : public AcmeFactory {
public:
    Result<std::unique_ptr<AcmeOutside>> open_outside(const setup::AcmeConfig& config,
                                                      const Clock& clock) const override {
        auto outside = std::make_unique<Outside>();
        STEP_ASSIGN(net::AddressFilter filter, net::AddressFilter::compile(config.filter));
        STEP_ASSIGN(outside->resolver, net::open_resolver(clock, {.server = config.resolver}));
        STEP_ASSIGN(outside->validator,
                    challenge::open_validator(clock, *outside->resolver, std::move(filter),
                                              {.http_port = config.http_port,
                                               .tls_port = config.tls_port,
                                               .strict_fqdn = config.strict_fqdn}));
        return std::unique_ptr<AcmeOutside>(std::move(outside));
    }

    Result<std::shared_ptr<acme::Nonces>> open_nonces(storage::Database& database,
                                                      const Runtime& runtime) const override {
        STEP_ASSIGN(std::shared_ptr<acme::Nonces> nonces,
                    acme::Nonces::open(database, runtime.random, runtime.clock));
        STEP_TRY(acme::take_over_tries(database, runtime.clock.now()));
        return nonces;
    }

    std::unique_ptr<AcmeServer> make(const AcmeParts& parts, AcmeOutside& outside,
                                     http::Router& router) const override {
        // open_outside() makes no others.
        return std::make_unique<Server>(parts, static_cast<Outside&>(outside), router);
    }
};

}  // namespace

const AcmeFactory& acme_factory() {
    static const Factory factory;
    return factory;
}

}  // namespace step::app
