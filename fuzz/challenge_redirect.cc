#include "base/check.h"
#include "base/ip.h"
#include "challenge/identifier.h"
#include "challenge/place.h"
#include "fuzz/fuzz.h"

using step::challenge::Place;

// Wherever a Location leads, it is the web, at a port of ours, in a form that a request can hold;
// and asking for that URL leads to the same place.
FUZZ_TARGET(challenge_redirect) {
    const std::string_view location(reinterpret_cast<const char*>(input.data()), input.size());
    constexpr std::uint16_t kPorts[] = {80, 443, 5002};
    const auto to = step::challenge::follow({.host = "a.test", .port = 5002, .target = "/b/c?d"},
                                            location, kPorts);
    if (!to) {
        return;
    }
    STEP_CHECK(to->port == 80 || to->port == 443 || to->port == 5002);
    STEP_CHECK(step::parse_ip(to->host) || step::challenge::check_dns_identifier(to->host));
    STEP_CHECK(to->target.starts_with('/'));
    STEP_CHECK(std::all_of(to->target.begin(), to->target.end(),
                           [](char c) { return c > ' ' && c < '\x7f'; }));
    if (to->url().size() <= 4096) {
        const auto again = step::challenge::follow(*to, to->url(), kPorts);
        STEP_CHECK(again && again->url() == to->url());
    }
}
