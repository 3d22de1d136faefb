#include <cstdlib>
#include <string_view>

#include "fuzz/fuzz.h"
#include "profile/plan.h"
#include "profile/show.h"
#include "profile/ssh_plan.h"

FUZZ_TARGET(profile_ssh) {
    const std::string_view json(reinterpret_cast<const char*>(input.data()), input.size());
    const auto plan = step::profile::decode_ssh_certificate(json);
    if (!plan) {
        if (!plan.error().has_reason(step::profile::kBadOutput) ||
            !plan.error().detail.starts_with("error unmarshaling certificate: ")) {
            std::abort();
        }
        return;
    }
    if (!step::profile::show_ssh_certificate(json)) {
        std::abort();
    }
}
