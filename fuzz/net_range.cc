#include "base/check.h"
#include "fuzz/fuzz.h"
#include "net/address.h"

using step::net::Address;
using step::net::AddressFilter;
using step::net::Range;

// A range holds its own address, a filter that denies it refuses that address and one that allows
// it lets it pass; an address survives its text and its octets.
FUZZ_TARGET(net_range) {
    const std::string text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto address = Address::parse(text.substr(0, text.find('/')));
    if (address) {
        STEP_CHECK(Address::parse(address->to_text()) == address);
        STEP_CHECK(Address::from_octets(address->octets()) == address);
    }
    const auto range = Range::parse(text);
    if (!range) {
        STEP_CHECK(!AddressFilter::compile({.allow = {text}}));
        return;
    }
    STEP_CHECK(address && range->contains(*address));
    STEP_CHECK(AddressFilter::compile({.deny = {text}})->refusal(*address));
    STEP_CHECK(!AddressFilter::compile({.allow = {text}})->refusal(*address));
}
