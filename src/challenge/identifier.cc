#include "challenge/identifier.h"

#include "base/ip.h"
#include "base/text.h"

namespace step::challenge {
namespace {

constexpr std::size_t kMostName = 253, kMostLabel = 63;
constexpr std::string_view kDigits = "0123456789", kHexDigits = "0123456789abcdefABCDEF",
                           kLetters =
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

bool only(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

/// What inet_aton takes for a part of an address.
bool is_number(std::string_view label) {
    if (label.starts_with("0x") || label.starts_with("0X")) {
        return only(label.substr(2), kHexDigits);
    }
    return only(label, kDigits);
}

Error bad(std::string_view name, std::string_view why) {
    return {.code = Code::kInvalidArgument,
            .detail = fmt::format("{} is no DNS name: {}", quote(name.substr(0, kMostName)), why)};
}

}  // namespace

Status check_dns_identifier(std::string_view name) {
    if (name.empty()) {
        return bad(name, "it is empty");
    }
    if (name.size() > kMostName) {
        return bad(name, "it is longer than 253 characters");
    }
    if (parse_ip(name)) {
        return bad(name, "it is an IP address");
    }
    const std::vector<std::string> labels = split(name, '.');
    for (const std::string& label : labels) {
        if (label.empty()) {
            return bad(name, "a label is empty");
        }
        if (label.size() > kMostLabel) {
            return bad(name, "a label is longer than 63 characters");
        }
        if (!only(label, kLetters)) {
            return bad(name, "it has a character that is neither letter, digit, '-' nor '_'");
        }
    }
    if (is_number(labels.back())) {
        return bad(name, "its last label is a number");
    }
    return ok();
}

std::string reverse_name(std::string_view octets) {
    std::string name;
    const bool v4 = octets.size() == 4;
    for (std::size_t i = octets.size(); i-- > 0;) {
        const auto octet = static_cast<unsigned>(static_cast<unsigned char>(octets[i]));
        name +=
            v4 ? fmt::format("{}.", octet) : fmt::format("{:x}.{:x}.", octet & 15U, octet >> 4U);
    }
    return name + (v4 ? "in-addr.arpa" : "ip6.arpa");
}

}  // namespace step::challenge
