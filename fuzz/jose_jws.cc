#include <cstdlib>

#include "fuzz/fuzz.h"
#include "jose/jws.h"
#include "jose/jwt.h"

FUZZ_TARGET(jose_jws) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto jws = step::jose::parse_jws(text);
    if (!jws) {
        return;
    }
    // An accepted header names an algorithm, and its canonical text parses to the same token.
    if (jws->algorithm.empty() || jws->algorithm == "none" || jws->header.as_object() == nullptr) {
        std::abort();
    }
    const auto again = step::jose::parse_jws(jws->signing_input + ".");
    if (!again || again->payload != jws->payload || again->header != jws->header) {
        std::abort();
    }
    const auto claims = step::jose::parse_claims(jws->payload);
    if (claims) {
        (void)step::jose::check_claims(*claims, "x", step::SysTime{});
    }
}
