#include "challenge/validator.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"
#include "challenge/identifier.h"
#include "challenge/outside_impl.h"

namespace step::challenge {
namespace {

/// RFC 8555 8.3: base64url, and nothing that could lead elsewhere in a URL.
bool is_token(std::string_view token) {
    return !token.empty() && token.size() <= 128 &&
           token.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               std::string_view::npos;
}

class OutsideValidator final : public Validator {
public:
    OutsideValidator(const Clock& clock, net::Resolver& resolver, net::AddressFilter filter,
                     const Settings& settings, http::TlsContextPtr tls, int stop_fd)
        : filter_(std::move(filter)),
          settings_(settings),
          tls_(std::move(tls)),
          parts_{clock, resolver, filter_, settings_, tls_, stop_fd} {}
    OutsideValidator(const OutsideValidator&) = delete;
    OutsideValidator& operator=(const OutsideValidator&) = delete;
    ~OutsideValidator() override { ::close(parts_.stop_fd); }

    Outcome validate(const Request& request) override {
        if (!is_token(request.token) || request.key_authorization.empty()) {
            return {.verdict = Outcome::Verdict::kInvalid,
                    .problem = "serverInternal",
                    .detail = "the challenge has no usable token"};
        }
        const bool ip = request.identifier_type == "ip";
        if (ip ? !net::Address::parse(request.value) : request.identifier_type != "dns") {
            return invalid("an identifier that cannot be validated");
        }
        if (!ip) {
            if (const Status named = check_dns_identifier(request.value); !named) {
                return invalid(named.error().detail);
            }
        }
        const Outside outside(parts_);
        switch (request.kind) {
            case Kind::kHttp01:
                return http01(request, outside);
            case Kind::kDns01:
                return ip ? invalid("an IP address has no TXT records") : dns01(request, outside);
            case Kind::kTlsAlpn01:
                return tls_alpn01(request, outside);
        }
        return invalid("an unknown kind of challenge");
    }

    void stop() override { ::eventfd_write(parts_.stop_fd, 1); }

private:
    const net::AddressFilter filter_;
    const Settings settings_;
    const http::TlsContextPtr tls_;
    const Outside::Parts parts_;
};

}  // namespace

Result<std::unique_ptr<Validator>> open_validator(const Clock& clock, net::Resolver& resolver,
                                                  net::AddressFilter filter,
                                                  const Settings& settings) {
    STEP_ASSIGN(http::TlsContextPtr tls, http::make_client_tls({.insecure_skip_verify = true}));
    const int stop_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_fd < 0) {
        return Error{.code = Code::kUnavailable, .detail = "eventfd: " + errno_text(errno)};
    }
    std::unique_ptr<Validator> made = std::make_unique<OutsideValidator>(
        clock, resolver, std::move(filter), settings, std::move(tls), stop_fd);
    return made;
}

}  // namespace step::challenge
