#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace step::x509 {

/// A mail address (RFC 2821 4.1.2, Mailbox), quoting undone.
struct Mailbox {
    std::string local{}, domain{};
};

/// None unless `text` is an address that Go's x509 accepts: the local part an atom or a quoted
/// string, the domain as is_domain_name().
std::optional<Mailbox> parse_mailbox(std::string_view text);

}  // namespace step::x509
