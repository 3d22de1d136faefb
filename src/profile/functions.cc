#include "profile/functions.h"

#include "profile/functions_impl.h"

namespace step::profile {

std::shared_ptr<const tmpl::Functions> certificate_functions() {
    static const std::shared_ptr<const tmpl::Functions> functions = [] {
        tmpl::Functions all = *ssh_functions();
        all.add(tmpl::asn1_functions());
        return std::make_shared<const tmpl::Functions>(std::move(all));
    }();
    return functions;
}

std::shared_ptr<const tmpl::Functions> ssh_functions() {
    static const std::shared_ptr<const tmpl::Functions> functions = [] {
        tmpl::Functions all = tmpl::all_functions();
        all.add(key_functions());
        return std::make_shared<const tmpl::Functions>(std::move(all));
    }();
    return functions;
}

}  // namespace step::profile
