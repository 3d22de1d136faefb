#include <cassert>
#include <string_view>

#include "acme/api/links_impl.h"
#include "acme/renewal_id.h"
#include "fuzz/fuzz.h"

using namespace step;

FUZZ_TARGET(acme_names) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    if (const auto id = acme::parse_renewal_id(text)) {
        const auto again = acme::parse_renewal_id(acme::encode_renewal_id(*id));
        assert(again && again->key_id == id->key_id && again->serial == id->serial);
    }
    // Whatever a provisioner is called, its addresses are its own and a request to them is.
    const acme::Links links("ca.test", text);
    assert(links.is_account(links.account("1"), "1"));
    assert(!links.is_account(links.account("1"), "2"));
    const std::string url = links.to("new-order"), path = url.substr(url.find('/', 8));
    assert(acme::is_request_url(url, "ca.test", path, ""));
    assert(!acme::is_request_url(links.to("new-account"), "ca.test", path, ""));
    (void)acme::is_request_url(text, "ca.test", path, "");
}
