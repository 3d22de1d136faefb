#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/runtime.h"
#include "net/address.h"
#include "net/resolver.h"

namespace step::challenge {

enum class Kind : unsigned char {
    kHttp01,     ///< RFC 8555 8.3
    kDns01,      ///< RFC 8555 8.4
    kTlsAlpn01,  ///< RFC 8737; for addresses RFC 8738
};

struct Request {
    Kind kind = Kind::kHttp01;
    std::string identifier_type{};  ///< "dns" or "ip".
    std::string value{};            ///< A name in A-labels without "*.", or an address.
    std::string token{};
    std::string key_authorization{};  ///< RFC 8555 8.1: token, ".", thumbprint of the account key.
};

struct Outcome {
    enum class Verdict : unsigned char {
        kValid,
        kRetry,    ///< No answer, or one that may still change: try again later.
        kInvalid,  ///< A wrong answer, or a place we must not ask: trying again is no use.
    };
    Verdict verdict = Verdict::kRetry;
    /// The ACME problem without its prefix: "connection", "dns", "rejectedIdentifier",
    /// "serverInternal"; empty if valid.
    std::string problem{};
    /// What happened, safe to show to the client: no byte of what was fetched, printable. It
    /// follows the fixed text of the problem type: "...: <detail>".
    std::string detail{};
};

struct Settings {
    std::uint16_t http_port = 80, tls_port = 443;
    bool strict_fqdn = false;                 ///< No search domains: a dot ends every name.
    std::chrono::milliseconds total{30'000};  ///< For one call.
};

/// Tests whether the holder of an account controls a name. Blocks for up to Settings::total.
/// Thread-safe. Writes nothing anywhere; schedules and retries are the caller's.
class Validator {
public:
    virtual ~Validator() = default;
    virtual Outcome validate(const Request& request) = 0;
    /// All calls, running and to come, end at once with kRetry. For a program that is to end.
    virtual void stop() = 0;
};

/// `clock` and `resolver` must outlive the validator. Fails if TLS cannot be set up.
Result<std::unique_ptr<Validator>> open_validator(const Clock& clock, net::Resolver& resolver,
                                                  net::AddressFilter filter,
                                                  const Settings& settings);

}  // namespace step::challenge
