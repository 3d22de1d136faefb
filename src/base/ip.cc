#include "base/ip.h"

#include <arpa/inet.h>

#include "base/hex.h"

namespace step {
namespace {

constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

std::optional<Bytes> convert(int family, std::string_view text, std::size_t size) {
    const std::string terminated(text);
    Bytes octets(size, '\0');
    if (terminated.size() != text.size() || text.find('\0') != std::string_view::npos ||
        ::inet_pton(family, terminated.c_str(), octets.data()) != 1) {
        return std::nullopt;
    }
    return octets;
}

}  // namespace

std::optional<Bytes> parse_ip(std::string_view text) {
    if (text.size() > 64) {
        return std::nullopt;
    }
    if (text.find(':') == std::string_view::npos) {
        return convert(AF_INET, text, 4);
    }
    auto octets = convert(AF_INET6, text, 16);
    if (octets && octets->starts_with(kMapped)) {
        octets->erase(0, kMapped.size());
    }
    return octets;
}

std::string format_ip(ByteView octets) {
    if (octets.size() == 16 && octets.starts_with(kMapped)) {
        octets.remove_prefix(kMapped.size());
    }
    if (octets.size() == 4) {
        char text[INET_ADDRSTRLEN];
        return ::inet_ntop(AF_INET, octets.data(), text, sizeof text);
    }
    if (octets.size() != 16) {
        return octets.empty() ? "<nil>" : "?" + encode_hex(octets);
    }
    // Not inet_ntop: glibc writes ::1.2.3.4 where RFC 5952 and Go write groups.
    unsigned groups[8];
    for (std::size_t i = 0; i < 8; ++i) {
        groups[i] = static_cast<unsigned>(static_cast<unsigned char>(octets[2 * i])) << 8U |
                    static_cast<unsigned char>(octets[2 * i + 1]);
    }
    std::size_t best = 8;
    std::size_t best_length = 1;  // A single zero group is not shortened.
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0) {
            ++end;
        }
        if (end - i > best_length) {
            best = i;
            best_length = end - i;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            text += "::";
            i += best_length - 1;
            continue;
        }
        if (!text.empty() && !text.ends_with(':')) {
            text += ':';
        }
        constexpr std::string_view kDigits = "0123456789abcdef";
        bool started = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            const unsigned digit = groups[i] >> static_cast<unsigned>(shift) & 15U;
            started = started || digit != 0 || shift == 0;
            if (started) {
                text += kDigits[digit];
            }
        }
    }
    return text;
}

std::optional<HostPort> split_host_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) {
            return std::nullopt;
        }
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    if (host.find_first_of("[]") != std::string_view::npos ||
        port.find_first_of("[]") != std::string_view::npos) {
        return std::nullopt;
    }
    return HostPort{std::string(host), std::string(port)};
}

std::string join_host_port(std::string_view host, std::string_view port) {
    const bool brackets = host.find_first_of(":%") != std::string_view::npos;
    std::string text = brackets ? "[" : "";
    text.append(host).append(brackets ? "]:" : ":").append(port);
    return text;
}

}  // namespace step
