#include "acme/identifiers.h"

#include <algorithm>

#include "acme/problem_types.h"
#include "base/ip.h"
#include "base/text.h"
#include "policy/idna.h"

namespace step::acme {
namespace {

constexpr std::size_t kMaxName = 253, kMaxLabel = 63;

Error failed(const char* reason, std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail), .reason = reason};
}

/// True for what browsers would take for an address though it is no address: a name ends in a
/// label that is not all digits.
bool ends_in_number(std::string_view name) {
    const std::string_view last = name.substr(name.rfind('.') + 1);
    return !last.empty() && std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

/// Why this is no domain name in A-labels and lower case; "" if it is one.
std::string name_fault(std::string_view name) {
    if (name.empty() || name.size() > kMaxName) {
        return "a domain name has 1 to 253 characters";
    }
    if (parse_ip(name) || ends_in_number(name)) {
        return "an address is an identifier of type ip";
    }
    for (const std::string& label : split(name, '.')) {
        if (label.empty() || label.size() > kMaxLabel) {
            return "each label of a domain name has 1 to 63 characters";
        }
    }
    const auto ascii = policy::to_ascii(name);
    if (!ascii) {
        return "it is no domain name: " + ascii.error().detail;
    }
    return *ascii == name ? "" : "a domain name is given in A-labels: " + *ascii;
}

/// Lower case, without the dot of a fully qualified name.
std::string plain_name(std::string_view name) {
    if (name.size() > 1 && name.ends_with('.')) {
        name.remove_suffix(1);
    }
    return to_lower(name);
}

/// One identifier in our form, or the part of a problem.
struct Read {
    Identifier identifier{};
    Problem::Part fault{};
};

Read read_name(const Identifier& given) {
    Identifier identifier{.type = "dns", .value = plain_name(given.value)};
    std::string_view name = identifier.value;
    const bool wildcard = name.starts_with("*.");
    name.remove_prefix(wildcard ? 2 : 0);
    const std::string fault = name_fault(name);
    if (!fault.empty()) {
        return {.fault = {.type = "rejectedIdentifier",
                          .detail = quote(given.value) + ": " + fault,
                          .identifier = given}};
    }
    return {.identifier = std::move(identifier)};
}

Read read_identifier(const Identifier& given) {
    if (given.type == "dns") {
        return read_name(given);
    }
    if (given.type == "ip") {
        const auto address = parse_ip(given.value);
        if (!address) {
            return {.fault = {.type = "rejectedIdentifier",
                              .detail = quote(given.value) + " is no IP address",
                              .identifier = given}};
        }
        return {.identifier = {.type = "ip", .value = format_ip(*address)}};
    }
    return {.fault = {.type = "unsupportedIdentifier",
                      .detail = "identifiers of type " + quote(given.type) + " are not issued here",
                      .identifier = given}};
}

std::vector<std::string> values_of(const std::vector<Identifier>& identifiers,
                                   std::string_view type) {
    std::vector<std::string> values;
    for (const Identifier& identifier : identifiers) {
        if (identifier.type == type) {
            values.push_back(identifier.value);
        }
    }
    return values;
}

/// Each value once, sorted.
std::vector<std::string> as_set(const std::vector<std::string>& values) {
    const std::set<std::string> all(values.begin(), values.end());
    return {all.begin(), all.end()};
}

}  // namespace

std::set<Identifier> identifiers_of(const x509::Certificate& certificate) {
    std::set<Identifier> all;
    for (const std::string& name : certificate.names.dns) {
        all.insert({.type = "dns", .value = to_lower(name)});
    }
    for (const Bytes& address : certificate.names.ips) {
        all.insert({.type = "ip", .value = format_ip(address)});
    }
    return all;
}

Result<std::vector<Identifier>> canonical(const std::vector<Identifier>& identifiers,
                                          std::vector<Problem::Part>& refused) {
    if (identifiers.empty()) {
        return failed(kMalformed, "identifiers list cannot be empty");
    }
    if (identifiers.size() > kMaxIdentifiers) {
        return failed(kMalformed, "an order can have at most 100 identifiers");
    }
    std::vector<Identifier> all;
    const char* reason = nullptr;
    for (const Identifier& given : identifiers) {
        Read read = read_identifier(given);
        if (!read.fault.type.empty()) {
            reason = read.fault.type == "unsupportedIdentifier" ? kUnsupportedIdentifier
                                                                : kRejectedIdentifier;
            refused.push_back(std::move(read.fault));
        } else if (std::ranges::find(all, read.identifier) == all.end()) {
            all.push_back(std::move(read.identifier));
        }
    }
    if (!refused.empty()) {
        return failed(refused.size() == 1 ? reason : kRejectedIdentifier, refused.front().detail);
    }
    return all;
}

Result<x509::Csr> match_request(x509::Csr csr, const std::vector<Identifier>& identifiers) {
    if (!csr.names.emails.empty() || !csr.names.uris.empty() || !csr.other_names.empty()) {
        return failed(kBadCsr, "Only DNS names and IP addresses are allowed");
    }
    std::vector<std::string> names, addresses;
    for (const std::string& name : csr.names.dns) {
        names.push_back(plain_name(name));
    }
    for (const Bytes& address : csr.names.ips) {
        addresses.push_back(format_ip(address));
    }
    if (const std::string common_name = csr.subject.common_name(); !common_name.empty()) {
        if (const auto address = parse_ip(common_name)) {
            addresses.push_back(format_ip(*address));
        } else {
            names.push_back(plain_name(common_name));
        }
    }
    const std::vector<std::string> wanted_names = as_set(values_of(identifiers, "dns"));
    const std::vector<std::string> wanted_addresses = as_set(values_of(identifiers, "ip"));
    names = as_set(names);
    addresses = as_set(addresses);
    const auto differ = [](std::string_view kind, const std::vector<std::string>& got,
                           const std::vector<std::string>& want) {
        return failed(kBadCsr, "CSR " + std::string(kind) +
                                   " do not match identifiers exactly: CSR " + std::string(kind) +
                                   " = " + format_list(got) + ", Order " + std::string(kind) +
                                   " = " + format_list(want));
    };
    if (names != wanted_names) {
        return differ("names", names, wanted_names);
    }
    if (addresses != wanted_addresses) {
        return differ("IPs", addresses, wanted_addresses);
    }
    // In the order in which the client wrote them into the order.
    csr.names.dns = values_of(identifiers, "dns");
    csr.names.ips.clear();
    for (const std::string& address : values_of(identifiers, "ip")) {
        csr.names.ips.push_back(parse_ip(address).value_or(Bytes()));
    }
    return csr;
}

}  // namespace step::acme
