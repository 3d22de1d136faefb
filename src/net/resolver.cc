#include "net/resolver.h"

#include <ares.h>
#include <netinet/in.h>
#include <poll.h>

#include <cerrno>

#include "base/ip.h"
#include "base/text.h"
#include "net/dns_answer.h"

namespace step::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostAddresses = 32, kMostName = 255;
constexpr int kTries = 3;

using ChannelPtr = std::unique_ptr<ares_channeldata, void (*)(ares_channel)>;

/// What a callback of c-ares leaves behind.
struct Answer {
    bool done = false;
    int status = ARES_ECANCELLED;
    Bytes message{};
    std::vector<Address> addresses{};
};

std::optional<Address> address_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        return Address::from_octets(
            {reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr});
    }
    if (address.sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        return Address::from_octets(
            {reinterpret_cast<const char*>(&v6.sin6_addr), sizeof v6.sin6_addr});
    }
    return std::nullopt;
}

void take_addresses(void* into, int status, int /*timeouts*/, ares_addrinfo* found) {
    auto& answer = *static_cast<Answer*>(into);
    answer.done = true;
    answer.status = status;
    const ares_addrinfo_node* one = found != nullptr ? found->nodes : nullptr;
    for (; one != nullptr && answer.addresses.size() < kMostAddresses; one = one->ai_next) {
        const auto address = address_of(*one->ai_addr);
        if (address && std::find(answer.addresses.begin(), answer.addresses.end(), *address) ==
                           answer.addresses.end()) {
            answer.addresses.push_back(*address);
        }
    }
    ares_freeaddrinfo(found);
}

void take_message(void* into, int status, int /*timeouts*/, unsigned char* message, int size) {
    auto& answer = *static_cast<Answer*>(into);
    answer.done = true;
    answer.status = status;
    if (message != nullptr && size > 0) {
        answer.message.assign(reinterpret_cast<const char*>(message),
                              static_cast<std::size_t>(size));
    }
}

/// Letters, digits, '-', '_' and dots: nothing that c-ares or a hosts file reads in another way.
bool can_be_asked(std::string_view name) {
    return !name.empty() && name.size() <= kMostName && name != "." &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
           });
}

class CaresResolver final : public Resolver {
public:
    CaresResolver(const Clock& clock, std::string server)
        : clock_(clock), server_(std::move(server)) {}

    Result<std::vector<Address>> addresses(const std::string& name, const Wait& wait) override {
        if (const auto literal = Address::parse(name)) {
            return std::vector<Address>{*literal};
        }
        STEP_ASSIGN(Answer answer,
                    ask(name, wait, [](ares_channel channel, const char* host, Answer& into) {
                        ares_addrinfo_hints hints{};
                        hints.ai_family = AF_UNSPEC;
                        hints.ai_flags =
                            ARES_AI_NOSORT;  // It would open a socket for each address.
                        ares_getaddrinfo(channel, host, nullptr, &hints, take_addresses, &into);
                    }));
        if (answer.addresses.empty()) {
            return lookup_error(name, ARES_ENODATA);
        }
        std::stable_partition(answer.addresses.begin(), answer.addresses.end(),
                              [](const Address& address) { return !address.is_v4(); });
        return std::move(answer.addresses);
    }

    Result<std::vector<Bytes>> txt(const std::string& name, const Wait& wait) override {
        STEP_ASSIGN(const Answer answer,
                    ask(name, wait, [](ares_channel channel, const char* host, Answer& into) {
                        ares_search(channel, host, kClassIn, kTypeTxt, take_message, &into);
                    }));
        int status = ARES_SUCCESS;
        std::vector<Bytes> records = read_txt_answer(answer.message, status);
        if (status == ARES_SUCCESS && records.empty()) {
            status = ARES_ENODATA;
        }
        if (status != ARES_SUCCESS) {
            return lookup_error(name, status);
        }
        return records;
    }

private:
    static constexpr int kClassIn = 1, kTypeTxt = 16;

    /// A channel holds the configuration of the system and sockets of its own, so that a lookup
    /// shares neither source port nor query numbers with another.
    Result<ChannelPtr> open(bool absolute, std::chrono::milliseconds time) const {
        static const int library = ares_library_init(ARES_LIB_INIT_ALL);
        std::string lookups = "fb";  // Files before DNS, as Go does it.
        ares_options options{};
        options.flags = ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
        options.ednspsz = 1232;
        options.timeout = static_cast<int>(std::clamp<long>(time.count() / 4, 50, 2'500));
        options.tries = kTries;
        options.lookups = lookups.data();
        options.ndots = 0;
        int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                   ARES_OPT_LOOKUPS;
        mask |= absolute ? ARES_OPT_DOMAINS | ARES_OPT_NDOTS : 0;
        ares_channel raw = nullptr;
        int status = library;
        if (status == ARES_SUCCESS) {
            status = ares_init_options(&raw, &options, mask);
        }
        ChannelPtr channel(status == ARES_SUCCESS ? raw : nullptr, ares_destroy);
        if (status == ARES_SUCCESS && !server_.empty()) {
            status = ares_set_servers_ports_csv(channel.get(), server_.c_str());
        }
        if (status != ARES_SUCCESS) {
            return Error{.code = Code::kUnavailable,
                         .detail = std::string("cannot set up DNS: ") + ares_strerror(status),
                         .reason = kDnsServer};
        }
        return channel;
    }

    template <class Start>
    Result<Answer> ask(const std::string& name, const Wait& wait, Start start) const {
        if (!can_be_asked(name)) {
            return lookup_error(name, ARES_EBADNAME);
        }
        const bool absolute = name.ends_with('.');
        const std::string host = absolute ? name.substr(0, name.size() - 1) : name;
        STEP_ASSIGN(const ChannelPtr channel, open(absolute, wait.time));
        Answer answer;
        start(channel.get(), host.c_str(), answer);
        drive(channel.get(), answer, wait);
        if (answer.status != ARES_SUCCESS) {
            return lookup_error(name, answer.status);
        }
        return answer;
    }

    /// Until there is an answer or no time left; then every callback has been called.
    void drive(ares_channel channel, const Answer& answer, const Wait& wait) const {
        const auto end = clock_.monotonic() + wait.time;
        while (!answer.done) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(end - clock_.monotonic());
            if (left <= 0ms || !step_once(channel, left, wait.stop_fd)) {
                ares_cancel(channel);
                return;
            }
        }
    }

    /// One wait for the sockets of `channel`. False: it is to stop.
    static bool step_once(ares_channel channel, std::chrono::milliseconds left, int stop_fd) {
        ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
        const auto mask =
            static_cast<unsigned>(ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM));
        std::vector<pollfd> polled{{stop_fd, POLLIN, 0}};
        for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
            const int events = (ARES_GETSOCK_READABLE(mask, i) != 0U ? POLLIN : 0) |
                               (ARES_GETSOCK_WRITABLE(mask, i) != 0U ? POLLOUT : 0);
            if (events != 0) {
                polled.push_back({sockets[i], static_cast<short>(events), 0});
            }
        }
        timeval most{.tv_sec = left.count() / 1000, .tv_usec = left.count() % 1000 * 1000};
        timeval next{};
        const timeval* const pause = ares_timeout(channel, &most, &next);
        const auto milliseconds =
            static_cast<int>(pause->tv_sec * 1000 + pause->tv_usec / 1000 + 1);
        if (::poll(polled.data(), polled.size(), milliseconds) < 0 && errno != EINTR) {
            return false;
        }
        if (polled[0].revents != 0) {
            return false;
        }
        for (std::size_t i = 1; i < polled.size(); ++i) {
            const auto& [fd, events, happened] = polled[i];
            const bool failed = (happened & (POLLERR | POLLHUP)) != 0;
            ares_process_fd(channel, failed || (happened & POLLIN) != 0 ? fd : ARES_SOCKET_BAD,
                            (failed && (events & POLLOUT) != 0) || (happened & POLLOUT) != 0
                                ? fd
                                : ARES_SOCKET_BAD);
        }
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // What waited too long.
        return true;
    }

    static Error lookup_error(const std::string& name, int status) {
        const auto error = [&](Code code, const char* reason, const char* why) {
            return Error{.code = code,
                         .detail = "lookup " + printable(name.substr(0, kMostName)) + ": " + why,
                         .cause = std::string("c-ares: ") + ares_strerror(status),
                         .reason = reason};
        };
        switch (status) {
            case ARES_ENOTFOUND:
            case ARES_ENODATA:
                return error(Code::kNotFound, kNoSuchName, "no such host");
            case ARES_ETIMEOUT:
            case ARES_ECANCELLED:
                return error(Code::kUnavailable, kDnsTimeout, "i/o timeout");
            case ARES_EBADNAME:
                return error(Code::kInvalidArgument, kBadName, "invalid name");
            case ARES_EBADRESP:
                return error(Code::kUnavailable, kDnsAnswer, "cannot unmarshal DNS message");
            default:
                return error(Code::kUnavailable, kDnsServer, "server misbehaving");
        }
    }

    const Clock& clock_;
    std::string server_;  ///< "1.2.3.4:53", "[::1]:53" or empty.
};

std::unique_ptr<Resolver> make(const Clock& clock, std::string server) {
    return std::make_unique<CaresResolver>(clock, std::move(server));
}

}  // namespace

Result<std::unique_ptr<Resolver>> open_resolver(const Clock& clock,
                                                const ResolverOptions& options) {
    if (options.server.empty()) {
        return make(clock, "");
    }
    const auto bad = [&](const std::string& why) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "resolver " + quote(options.server) + ": " + why};
    };
    HostPort target{.host = options.server, .port = "53"};
    if (!Address::parse(options.server)) {
        target = split_host_port(options.server).value_or(target);
    }
    if (!parse_port(target.port)) {
        return bad("it is neither an address nor host:port");
    }
    const auto found = CaresResolver(clock, "").addresses(target.host, {});
    if (!found) {
        return bad(found.error().detail);
    }
    return make(clock, join_host_port(found->front().to_text(), target.port));
}

}  // namespace step::net
