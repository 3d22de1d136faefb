#include "net/resolver.h"

#include <ares.h>
#include <netdb.h>
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
constexpr std::chrono::nanoseconds kNow{0}, kGrace = 2s;

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
        if (const auto address = address_of(*one->ai_addr)) {
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

/// Of a lookup that gave no address: whether the name has none.
bool is_absence(int status) {
    return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_SUCCESS;
}

/// IPv6 first, none twice, no more than there may be.
std::vector<Address> in_order(const std::vector<Address>& found) {
    std::vector<Address> all;
    for (const bool v4 : {false, true}) {
        for (const Address& one : found) {
            if (one.is_v4() == v4 && all.size() < kMostAddresses &&
                std::find(all.begin(), all.end(), one) == all.end()) {
                all.push_back(one);
            }
        }
    }
    return all;
}

class CaresResolver final : public Resolver {
public:
    CaresResolver(const Clock& clock, std::string server)
        : clock_(clock), server_(std::move(server)) {}

    Result<std::vector<Address>> addresses(const std::string& name, const Wait& wait) override {
        if (const auto literal = Address::parse(name)) {
            return std::vector<Address>{*literal};
        }
        STEP_ASSIGN(Question question, prepare(name, wait));
        STEP_ASSIGN(const std::vector<std::string> candidates, complete(question, wait));
        std::vector<Address> found = in_hosts_file(question);
        int status = ARES_SUCCESS;
        for (std::size_t i = 0; found.empty() && i < candidates.size(); ++i) {
            const auto [v6, v4] = ask_both(question, candidates[i], wait.stop_fd);
            found = v6.addresses;
            found.insert(found.end(), v4.addresses.begin(), v4.addresses.end());
            status = is_absence(v6.status) ? v4.status : v6.status;
            if (!is_absence(status)) {
                break;
            }
        }
        if (found.empty()) {
            return lookup_error(name, status == ARES_SUCCESS ? ARES_ENODATA : status);
        }
        return in_order(found);
    }

    Result<std::vector<Bytes>> txt(const std::string& name, const Wait& wait) override {
        STEP_ASSIGN(const Question question, prepare(name, wait));
        Answer answer;
        ares_search(question.channel.get(), question.host.c_str(), kClassIn, kTypeTxt, take_message,
                    &answer);
        drive(question, wait.stop_fd, [&] { return answer.done ? kNow : question.end; });
        int status = answer.status;
        std::vector<Bytes> records;
        if (status == ARES_SUCCESS) {
            records = read_txt_answer(answer.message, status);
        }
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
        std::string lookups = "b";  // The hosts file is asked by itself.
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

    /// A name that may be asked for, and what asks.
    struct Question {
        std::string host{};  ///< Without a dot at its end.
        bool absolute = false;
        std::chrono::nanoseconds end{};
        ChannelPtr channel;
    };

    Result<Question> prepare(const std::string& name, const Wait& wait) const {
        if (!can_be_asked(name)) {
            return lookup_error(name, ARES_EBADNAME);
        }
        const bool absolute = name.ends_with('.');
        STEP_ASSIGN(ChannelPtr channel, open(absolute, wait.time));
        return Question{.host = absolute ? name.substr(0, name.size() - 1) : name,
                        .absolute = absolute,
                        .end = clock_.monotonic() + wait.time,
                        .channel = std::move(channel)};
    }

    /// The names to ask for, one after the other: alone, and with the search domains of the system
    /// before or behind as its `ndots` says. Afterwards the channel completes none itself: it would
    /// do so for each kind of address, and mix those of different names.
    Result<std::vector<std::string>> complete(Question& question, const Wait& wait) const {
        std::vector<std::string> all{question.host};
        ares_options system{};
        int mask = 0;
        if (question.absolute ||
            ares_save_options(question.channel.get(), &system, &mask) != ARES_SUCCESS) {
            return all;
        }
        for (int i = 0; i < system.ndomains; ++i) {
            all.push_back(question.host + "." + system.domains[i]);
        }
        const auto dots = std::count(question.host.begin(), question.host.end(), '.');
        if (dots < system.ndots) {
            std::rotate(all.begin(), all.begin() + 1, all.end());
        }
        ares_destroy_options(&system);
        if (all.size() > 1) {
            STEP_ASSIGN(question.channel, open(/*absolute=*/true, wait.time));
        }
        return all;
    }

    static std::vector<Address> in_hosts_file(const Question& question) {
        std::vector<Address> found;
        for (const int family : {AF_INET6, AF_INET}) {
            hostent* host = nullptr;
            if (ares_gethostbyname_file(question.channel.get(), question.host.c_str(), family,
                                        &host) != ARES_SUCCESS) {
                continue;
            }
            for (char** one = host->h_addr_list; *one != nullptr; ++one) {
                const auto address =
                    Address::from_octets({*one, static_cast<std::size_t>(host->h_length)});
                if (address) {
                    found.push_back(*address);
                }
            }
            ares_free_hostent(host);
        }
        return found;
    }

    struct Both {
        Answer v6{}, v4{};
    };
    /// Asks for both kinds at once. Once there are addresses of one, the other has not long to
    /// come: some servers never answer for a kind that they do not know (RFC 8305 3).
    Both ask_both(const Question& question, const std::string& host, int stop_fd) const {
        Both both;
        const auto ask = [&](int family, Answer& into) {
            ares_addrinfo_hints hints{};
            hints.ai_family = family;
            hints.ai_flags = ARES_AI_NOSORT;  // It would open a socket for each address.
            ares_getaddrinfo(question.channel.get(), host.c_str(), nullptr, &hints, take_addresses,
                             &into);
        };
        ask(AF_INET6, both.v6);
        ask(AF_INET, both.v4);
        std::optional<std::chrono::nanoseconds> first;
        drive(question, stop_fd, [&] {
            if (both.v6.done && both.v4.done) {
                return kNow;
            }
            if (!first && !(both.v6.addresses.empty() && both.v4.addresses.empty())) {
                first = clock_.monotonic();
            }
            return first ? std::min(question.end, *first + kGrace) : question.end;
        });
        return both;
    }

    /// Works until the moment that `until` names each time, or until told to stop; then every
    /// callback has been called.
    template <class Until>
    void drive(const Question& question, int stop_fd, const Until& until) const {
        while (true) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(until() - clock_.monotonic());
            if (left <= 0ms || !step_once(question.channel.get(), left, stop_fd)) {
                ares_cancel(question.channel.get());
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
