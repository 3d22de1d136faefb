#include <cassert>

#include "base/ip.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "setup/config.h"

// What is accepted can be served: nothing of a later capability slips through, and every
// refusal says which file is meant.
FUZZ_TARGET(setup_config) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto config = step::setup::parse_config(text, "fuzz.json");
    if (!config) {
        assert(config.error().detail.find("fuzz.json") != std::string::npos);
        return;
    }
    assert(step::split_host_port(config->address));
    assert(!config->roots.empty() && !config->certificate.empty() && !config->key.empty());
    assert(!config->dns_names.empty());
    assert(config->tls.min_version >= 1.2 && config->tls.min_version <= config->tls.max_version);
    assert(config->tls.max_version == 1.3 || !config->tls.cipher_list.empty());
    assert(config->authority.backdate.count() >= 0);
    for (const auto& provisioner : config->authority.provisioners) {
        assert(step::equal_fold(*provisioner.find("type")->as_string(), "JWK"));
    }
}
