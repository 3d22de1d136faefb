#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acme/api/links_impl.h"
#include "acme/service.h"
#include "acme/types.h"
#include "provisioner/acme.h"

namespace step::acme {

// Bodies of answers: members in the original's order, ours behind them, one newline at the end.

std::string encode_directory(const provisioner::AcmeSettings& settings, const Links& links);
/// `binding` is JSON, or empty.
std::string encode_account(const Account& account, std::string_view binding, const Links& links);
std::string encode_order(const Service::OrderView& view, const Links& links);
/// A bare array of URLs.
std::string encode_orders(const std::vector<std::string>& ids, const Links& links);
std::string encode_authorization(const Service::AuthorizationView& view, const Links& links);
std::string encode_challenge(const Challenge& challenge, const Authorization& authorization,
                             const Links& links);
/// RFC 9773 4.2.
std::string encode_renewal_info(const Service::RenewalInfo& info);

}  // namespace step::acme
