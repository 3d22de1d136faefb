#include "net/resolver.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>

#include <doctest/doctest.h>

#include "base/system.h"
#include "tests/support/dns_server.h"

namespace step::net {
namespace {

using namespace std::chrono_literals;
using test::dns_address;
using test::dns_name;
using test::dns_reply;
using test::dns_txt;
using test::DnsQuery;
using test::DnsServer;

constexpr unsigned kTruncated = 0x0200, kServfail = 2, kNxdomain = 3, kRefused = 5;

const SystemClock kClock;

std::unique_ptr<Resolver> resolver_of(const std::string& server) {
    auto made = open_resolver(kClock, {.server = server});
    REQUIRE(made);
    return *std::move(made);
}

/// Addresses with commas, or the reason of the error and its words.
std::string addresses(const DnsServer& server, const std::string& name, Wait wait = {}) {
    const auto found = resolver_of(server.address())->addresses(name, wait);
    if (!found) {
        return std::string(found.error().reason) + ": " + found.error().detail;
    }
    std::vector<std::string> texts;
    for (const Address& address : *found) {
        texts.push_back(address.to_text());
    }
    return join(texts, ",");
}

std::string txt(const DnsServer& server, const std::string& name, Wait wait = {}) {
    const auto found = resolver_of(server.address())->txt(name, wait);
    return found ? join(*found, ",")
                 : std::string(found.error().reason) + ": " + found.error().detail;
}

/// Answers every question with the records of its type.
DnsServer::Handler always(std::vector<test::DnsRecord> records) {
    return [records = std::move(records)](const DnsQuery& query) -> std::vector<Bytes> {
        std::vector<test::DnsRecord> fitting;
        for (const test::DnsRecord& record : records) {
            if (record.type == query.type || record.type == test::kCname) {
                fitting.push_back(record);
            }
        }
        return {dns_reply(query, fitting)};
    };
}

DnsServer::Handler fails_with(unsigned code) {
    return [code](const DnsQuery& query) -> std::vector<Bytes> {
        return {dns_reply(query, {}, code)};
    };
}

TEST_CASE("addresses come IPv6 first, none twice, mapped ones as what they are") {
    DnsServer server(always({dns_address("192.0.2.1"), dns_address("192.0.2.2"),
                             dns_address("192.0.2.1"), dns_address("2001:db8::1")}));
    CHECK(addresses(server, "a.test.") == "2001:db8::1,192.0.2.1,192.0.2.2");
    const auto asked = server.asked();
    CHECK(std::count(asked.begin(), asked.end(), "a.test A") == 1);
    CHECK(std::count(asked.begin(), asked.end(), "a.test AAAA") == 1);

    DnsServer mapped([](const DnsQuery& query) -> std::vector<Bytes> {
        if (query.type != test::kAaaa) {
            return {dns_reply(query, {})};
        }
        return {dns_reply(query,
                          {{test::kAaaa, Bytes(10, '\0') + "\xff\xff\x7f" + Bytes("\0\0\1", 3)}})};
    });
    CHECK(addresses(mapped, "a.test.") == "127.0.0.1");
}

TEST_CASE("an address is its own answer") {
    DnsServer server(fails_with(kServfail));
    CHECK(addresses(server, "192.0.2.1") == "192.0.2.1");
    CHECK(addresses(server, "2001:db8::1") == "2001:db8::1");
    CHECK(server.asked().empty());
}

TEST_CASE("aliases inside an answer are followed") {
    DnsServer server(always({{test::kCname, dns_name("b.test")},
                             dns_address("192.0.2.7", "b.test"),
                             dns_txt({"proof"}, "b.test")}));
    CHECK(addresses(server, "a.test.") == "192.0.2.7");
    CHECK(txt(server, "a.test.") == "proof");
}

TEST_CASE("an answer of aliases that lead nowhere or in a circle is no such name") {
    DnsServer server(
        always({{test::kCname, dns_name("b.test")}, {test::kCname, dns_name("a.test"), "b.test"}}));
    CHECK(addresses(server, "a.test.") == "net.no_such_name: lookup a.test.: no such host");
    CHECK(txt(server, "a.test.") == "net.no_such_name: lookup a.test.: no such host");
}

TEST_CASE("TXT records keep their order and their strings are joined") {
    DnsServer server(always({dns_txt({"one"}), dns_txt({"t", "w", "", "o"}), dns_txt({""}),
                             dns_txt({std::string(255, 'x'), "y"})}));
    CHECK(txt(server, "_acme-challenge.a.test.") == "one,two,," + std::string(255, 'x') + "y");
    CHECK(server.asked() == std::vector<std::string>{"_acme-challenge.a.test TXT"});
}

TEST_CASE("a truncated answer is asked for again by TCP") {
    DnsServer server([](const DnsQuery& query) -> std::vector<Bytes> {
        if (!query.tcp) {
            return {dns_reply(query, {}, 0, kTruncated)};
        }
        std::vector<test::DnsRecord> many(300, dns_txt({std::string(200, 'x')}));
        many.front() = dns_txt({"first"});
        return {dns_reply(query, many)};
    });
    const auto found = resolver_of(server.address())->txt("a.test.", {});
    REQUIRE(found);
    CHECK(found->size() == 256);  // Our limit.
    CHECK(found->front() == "first");
    CHECK(server.asked() == std::vector<std::string>{"a.test TXT", "a.test TXT tcp"});
}

TEST_CASE("no more than 32 addresses are taken") {
    std::vector<test::DnsRecord> many;
    for (int i = 0; i < 200; ++i) {
        many.push_back(dns_address(fmt::format("10.0.0.{}", i)));
    }
    DnsServer server([&](const DnsQuery& query) -> std::vector<Bytes> {
        return {dns_reply(query, query.type == test::kA ? many : std::vector<test::DnsRecord>{}, 0,
                          query.tcp ? 0 : kTruncated)};
    });
    const auto found = resolver_of(server.address())->addresses("a.test.", {});
    REQUIRE(found);
    CHECK(found->size() == 32);
}

TEST_CASE("what went wrong can be told apart") {
    DnsServer missing(fails_with(kNxdomain));
    CHECK(addresses(missing, "a.test.") == "net.no_such_name: lookup a.test.: no such host");
    CHECK(txt(missing, "a.test.") == "net.no_such_name: lookup a.test.: no such host");
    DnsServer empty(always({}));
    CHECK(addresses(empty, "a.test.") == "net.no_such_name: lookup a.test.: no such host");
    CHECK(txt(empty, "a.test.") == "net.no_such_name: lookup a.test.: no such host");
    DnsServer failing(fails_with(kServfail));
    CHECK(addresses(failing, "a.test.") == "net.dns_server: lookup a.test.: server misbehaving");
    CHECK(txt(failing, "a.test.") == "net.dns_server: lookup a.test.: server misbehaving");
    DnsServer refusing(fails_with(kRefused));
    CHECK(txt(refusing, "a.test.") == "net.dns_server: lookup a.test.: server misbehaving");
}

TEST_CASE("silence ends when the time is up") {
    DnsServer server([](const DnsQuery&) -> std::vector<Bytes> { return {}; });
    const auto begin = kClock.monotonic();
    CHECK(txt(server, "a.test.", {.time = 300ms}) ==
          "net.dns_timeout: lookup a.test.: i/o timeout");
    CHECK(addresses(server, "a.test.", {.time = 300ms}) ==
          "net.dns_timeout: lookup a.test.: i/o timeout");
    CHECK(kClock.monotonic() - begin < 15s);
}

TEST_CASE("addresses of one kind are enough if the other cannot be had") {
    for (const bool silent : {false, true}) {
        CAPTURE(silent);
        DnsServer server([silent](const DnsQuery& query) -> std::vector<Bytes> {
            if (query.type == test::kA) {
                return {dns_reply(query, {dns_address("192.0.2.1")})};
            }
            return silent ? std::vector<Bytes>{}
                          : std::vector<Bytes>{dns_reply(query, {}, kServfail)};
        });
        CHECK(addresses(server, "a.test.", {.time = 3s}) == "192.0.2.1");
    }
}

TEST_CASE("a kind of address whose servers never answer does not hold up the other") {
    for (const unsigned silent : {test::kAaaa, test::kA}) {
        DnsServer server([silent](const DnsQuery& query) -> std::vector<Bytes> {
            if (query.type == silent) {
                return {};
            }
            return {
                dns_reply(query, {dns_address(silent == test::kA ? "2001:db8::1" : "192.0.2.1")})};
        });
        CHECK(addresses(server, "a.test.") == (silent == test::kA ? "2001:db8::1" : "192.0.2.1"));
        // The third time would be after 7.5 s.
        const auto asked = server.asked();
        const std::string again = silent == test::kA ? "a.test A" : "a.test AAAA";
        CHECK(std::count(asked.begin(), asked.end(), again) < 3);
    }
}

TEST_CASE("a name is completed with search domains, and all of its addresses are of one name") {
    const std::vector<std::pair<std::string, std::string>> zone = {
        {"web.one.test", "192.0.2.1"},
        {"web.two.test", "2001:db8::2"},
        {"web.sub", "192.0.2.3"},
        {"web.sub.one.test", "2001:db8::4"},
        {"other.sub.two.test", "192.0.2.5"}};
    DnsServer server([&](const DnsQuery& query) -> std::vector<Bytes> {
        std::vector<test::DnsRecord> records;
        bool exists = false;
        for (const auto& [name, text] : zone) {
            const test::DnsRecord record = dns_address(text);
            exists = exists || name == query.name;
            if (name == query.name && record.type == query.type) {
                records.push_back(record);
            }
        }
        return {dns_reply(query, records, exists ? 0 : kNxdomain)};
    });
    ::setenv("LOCALDOMAIN", "one.test two.test", 1);
    CHECK(addresses(server, "web") == "192.0.2.1");
    CHECK(addresses(server, "web.sub") == "192.0.2.3");
    CHECK(addresses(server, "other.sub") == "192.0.2.5");
    CHECK(addresses(server, "other.sub.") == "net.no_such_name: lookup other.sub.: no such host");
    ::unsetenv("LOCALDOMAIN");
}

TEST_CASE("a lookup gives up when told to") {
    DnsServer server([](const DnsQuery&) -> std::vector<Bytes> { return {}; });
    const int stop = ::eventfd(1, EFD_CLOEXEC);
    const auto begin = kClock.monotonic();
    CHECK(txt(server, "a.test.", {.time = 20s, .stop_fd = stop}) ==
          "net.dns_timeout: lookup a.test.: i/o timeout");
    CHECK(kClock.monotonic() - begin < 15s);
    ::close(stop);
}

TEST_CASE("answers with a wrong number or another question are not taken") {
    DnsServer server([](const DnsQuery& query) -> std::vector<Bytes> {
        DnsQuery other = query;
        other.message[0] = static_cast<char>(~other.message[0]);
        Bytes renamed = dns_reply(query, {dns_txt({"forged"})});
        renamed[13] = renamed[13] == 'x' ? 'y' : 'x';
        return {dns_reply(other, {dns_txt({"forged"})}), renamed,
                dns_reply(query, {dns_txt({"true"})})};
    });
    CHECK(txt(server, "a.test.", {.time = 30s}) == "true");
}

TEST_CASE("garbage is an error, never a record") {
    const auto broken = [](const std::function<void(Bytes&)>& change) {
        return [change](const DnsQuery& query) -> std::vector<Bytes> {
            Bytes reply = dns_reply(query, {dns_txt({"value"})});
            change(reply);
            return {reply};
        };
    };
    const std::function<void(Bytes&)> kChanges[] = {
        [](Bytes& reply) { reply.resize(reply.size() - 3); },    // cut off
        [](Bytes& reply) { reply[reply.size() - 6] = '\xff'; },  // string beyond its record
        [](Bytes& reply) { reply[7] = '\x09'; },                 // more answers than there are
        [](Bytes& reply) {
            reply[reply.find("\xc0\x0c") + 1] = '\xff';
        },  // a pointer behind the end
    };
    for (std::size_t i = 0; i < std::size(kChanges); ++i) {
        CAPTURE(i);
        DnsServer server(broken(kChanges[i]));
        const std::string got = txt(server, "a.test.", {.time = 2s});
        CHECK(got.starts_with("net."));
    }
    DnsServer looping([](const DnsQuery& query) -> std::vector<Bytes> {
        Bytes reply = dns_reply(query, {{test::kCname, Bytes("\xc0\x00", 2)}});
        reply[reply.size() - 1] = static_cast<char>(reply.size() - 2);  // points at itself
        return {reply};
    });
    CHECK(addresses(looping, "a.test.", {.time = 2s}).starts_with("net."));
    DnsServer noise([](const DnsQuery& query) -> std::vector<Bytes> {
        return {Bytes(3, 'x'), query.message.substr(0, 2) + Bytes(200, '\xff')};
    });
    CHECK(txt(noise, "a.test.", {.time = 500ms}).starts_with("net."));
}

TEST_CASE("what is no name is never asked for") {
    DnsServer server(always({dns_txt({"x"})}));
    for (const std::string& name :
         {std::string(), std::string("."), std::string("a b"), std::string("a\0b", 3),
          std::string("a\\.b"), std::string("a..test."), std::string("b\xc3\xbc.test"),
          std::string(64, 'a') + ".test.", std::string(300, 'a')}) {
        CAPTURE(name);
        CHECK(txt(server, name).starts_with("net.bad_name: lookup "));
        CHECK(addresses(server, name).starts_with("net.bad_name: lookup "));
    }
    CHECK(server.asked().empty());
}

TEST_CASE("the server is an address with or without a port, or a name that is looked up") {
    DnsServer server(always({dns_txt({"x"})}));
    const std::string port = server.address().substr(server.address().find(':'));
    CHECK(resolver_of("localhost" + port)->txt("a.test.", {}).operator bool());
    CHECK(open_resolver(kClock, {.server = "127.0.0.1"}));
    CHECK(open_resolver(kClock, {.server = "::1"}));
    CHECK(open_resolver(kClock, {.server = "[::1]:53"}));
    for (const std::string server_text : {"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:dns",
                                          "127.0.0.1:123456", "a b:53", "[::1", ":53"}) {
        CAPTURE(server_text);
        CHECK_FALSE(open_resolver(kClock, {.server = server_text}));
    }
}

TEST_CASE("the hosts file counts before DNS") {
    DnsServer server(always({dns_address("192.0.2.1")}));
    const auto found = resolver_of(server.address())->addresses("localhost", {});
    REQUIRE(found);
    CHECK(std::all_of(found->begin(), found->end(), [](const Address& address) {
        return address.to_text() == "127.0.0.1" || address.to_text() == "::1";
    }));
}

TEST_CASE("a resolver answers several threads at once") {
    DnsServer server(always({dns_txt({"x"}), dns_address("192.0.2.1")}));
    const auto resolver = resolver_of(server.address());
    std::atomic<int> right = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 20; ++j) {
                const auto records = resolver->txt("a.test.", {});
                const auto found = resolver->addresses("a.test.", {});
                right += records && records->front() == "x" && found && found->size() == 1 ? 1 : 0;
            }
        });
    }
    threads.clear();
    CHECK(right == 160);
}

}  // namespace
}  // namespace step::net
