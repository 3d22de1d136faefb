#include <cassert>
#include <string_view>

#include "acme/api/binding_impl.h"
#include "fuzz/fuzz.h"
#include "json/parse.h"

using namespace step;

FUZZ_TARGET(acme_binding) {
    const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
    const auto value = json::parse(text);
    if (!value) {
        return;
    }
    const auto binding = acme::read_binding(*value, "https://ca.test/acme/acme/new-account");
    if (!binding) {
        assert(binding.error().code == Code::kInvalidArgument);
        return;
    }
    assert(!binding->key_id.empty() && binding->message.signatures.size() == 1);
    // What the answer shows is the binding.
    const auto again =
        acme::read_binding(*json::parse(binding->json), "https://ca.test/acme/acme/new-account");
    assert(again && again->key_id == binding->key_id && again->json == binding->json);
}
