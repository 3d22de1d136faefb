#include "policy/x509_policy.h"

#include "policy/engine_impl.h"

namespace step::policy {

Status X509Policy::check(std::string_view common_name, const x509::AltNames& names) const {
    if (engine_ == nullptr) {
        return ok();
    }
    STEP_TRY(engine_->check(
        {.dns = names.dns, .ips = names.ips, .emails = names.emails, .uris = names.uris}));
    return engine_->check_common_name(std::string(common_name));
}

Status X509Policy::check(std::string_view common_name, const x509::ParsedAltNames& names) const {
    STEP_TRY(check(common_name, names.names));
    if (engine_ != nullptr && !names.others.empty()) {
        return engine_->check_other("subject alternative name of another kind");
    }
    return ok();
}

}  // namespace step::policy
