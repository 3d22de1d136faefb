#include "policy/ssh_policy.h"

#include "base/ip.h"
#include "base/text.h"
#include "policy/engine_impl.h"

namespace step::policy {
namespace {

using impl::Engine;
using impl::Kind;

Error wrong_kind(std::string detail, std::string cause) {
    return {.code = Code::kInternal,
            .detail = std::move(detail),
            .cause = std::move(cause),
            .reason = kWrongKind};
}

struct Sorted {
    std::vector<std::string> plain{}, emails{}, uris{};
    std::vector<Bytes> ips{};
};

/// Empty principals are left out, as in the original.
Sorted sort(const std::vector<std::string>& principals) {
    Sorted out;
    for (const std::string& principal : principals) {
        if (principal.empty()) {
            continue;
        }
        impl::Sorted name = impl::sort_name(principal);
        switch (name.kind) {
            case Kind::kIp:
                out.ips.push_back(std::move(name.text));
                break;
            case Kind::kUri:
                out.uris.push_back(std::move(name.text));
                break;
            case Kind::kEmail:
                out.emails.push_back(std::move(name.text));
                break;
            default:
                out.plain.push_back(std::move(name.text));
        }
    }
    return out;
}

Error unexpected(std::string_view what, const std::vector<std::string>& names,
                 std::string_view kind) {
    return wrong_kind(fmt::format("{} principals {} not expected in SSH {} certificate", what,
                                  format_list(names), kind),
                      "a policy for such certificates cannot judge them");
}

/// Why there is nothing to ask: no rules at all, or only rules for the other kind.
Status check_cross(const std::shared_ptr<const Engine>& other, const std::string& path,
                   std::string_view kind, std::string_view other_kind) {
    if (other == nullptr) {
        return ok();
    }
    return wrong_kind(fmt::format("SSH {} certificate not authorized", kind),
                      fmt::format("{} has rules for {} certificates only", path, other_kind));
}

}  // namespace

Status SshPolicy::check_user(const std::vector<std::string>& principals) const {
    if (user_ == nullptr) {
        return check_cross(host_, path_, "user", "host");
    }
    const Sorted names = sort(principals);
    if (!names.uris.empty()) {
        return unexpected("URL", names.uris, "user");
    }
    if (!names.ips.empty()) {
        std::vector<std::string> shown;
        std::ranges::transform(names.ips, std::back_inserter(shown), format_ip);
        return unexpected("IP", shown, "user");
    }
    return user_->check({.emails = names.emails, .principals = names.plain});
}

Status SshPolicy::check_host(const std::vector<std::string>& principals) const {
    if (host_ == nullptr) {
        return check_cross(user_, path_, "host", "user");
    }
    const Sorted names = sort(principals);
    if (!names.uris.empty()) {
        return unexpected("URL", names.uris, "host");
    }
    return host_->check({.dns = names.plain, .ips = names.ips, .emails = names.emails});
}

}  // namespace step::policy
