#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "net/address.h"

namespace step::net {

/// Error::reason of a lookup.
inline constexpr const char* kNoSuchName = "net.no_such_name";  ///< NXDOMAIN, or no such record.
inline constexpr const char* kDnsTimeout = "net.dns_timeout";   ///< No answer in time.
inline constexpr const char* kDnsServer = "net.dns_server";     ///< SERVFAIL, REFUSED, unreachable.
inline constexpr const char* kDnsAnswer = "net.dns_answer";     ///< An answer nobody can read.
inline constexpr const char* kBadName = "net.bad_name";  ///< Not a name that can be asked for.

/// Limits of one lookup.
struct Wait {
    std::chrono::milliseconds time{10'000};  ///< For all tries, servers and search domains.
    int stop_fd = -1;                        ///< Readable: give up as if time had run out.
};

/// Looks names up. Thread-safe: every call stands alone.
///
/// A name with a dot at its end is asked for as it is; any other may be completed with the search
/// domains of the system. Fails with kUnavailable (kNoSuchName: kNotFound, kBadName:
/// kInvalidArgument), one of the reasons above, and Go's words: "lookup x.test: no such host".
class Resolver {
public:
    virtual ~Resolver() = default;
    /// At least one and at most 32 addresses, IPv6 before IPv4, none twice. /etc/hosts counts
    /// before DNS. An IP address as text is its own answer.
    virtual Result<std::vector<Address>> addresses(const std::string& name, const Wait& wait) = 0;
    /// The strings of each TXT record joined (RFC 7208 3.3), at least one record, at most 256.
    virtual Result<std::vector<Bytes>> txt(const std::string& name, const Wait& wait) = 0;
};

struct ResolverOptions {
    /// "host:port" or a host alone (port 53) to ask instead of the servers of the system; a name is
    /// looked up once, when the resolver is opened. Empty: as /etc/resolv.conf says, read again for
    /// every lookup.
    std::string server{};
};

/// The resolver of the programs, by c-ares. Must not outlive `clock`. Fails with kInvalidArgument
/// if `server` is not an address or cannot be looked up.
Result<std::unique_ptr<Resolver>> open_resolver(const Clock& clock, const ResolverOptions& options);

}  // namespace step::net
