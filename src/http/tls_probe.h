#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/tls.h"

namespace step::http {

struct Probe {
    std::string address{};      ///< "host:port"; brackets around an IPv6 address.
    std::string server_name{};  ///< Asked for and checked; empty: the host of `address`.
    std::chrono::milliseconds timeout{15'000};
    std::string protocol{};  ///< Offered by ALPN (RFC 7301); empty: http/1.1.
    int stop_fd = -1;        ///< Readable: give up, "context canceled". -1: none.
};

/// Error::reason where the server said that it has no protocol of those offered.
inline constexpr const char* kNoProtocol = "http.no_protocol";

struct Handshake {
    std::string protocol{};      ///< What the server chose; empty if it chose none.
    std::vector<Bytes> chain{};  ///< What it sent, DER, leaf first.
};

/// Shakes hands with a TLS server of any protocol, version 1.2 or later, and sends nothing else.
/// The server's certificate is verified unless `tls` was made with insecure_skip_verify. Fails with
/// kUnavailable and the words of Client::send.
Result<Handshake> shake_hands(const Probe& probe, const TlsContext& tls);

/// The chain of shake_hands().
Result<std::vector<Bytes>> fetch_peer_chain(const Probe& probe, const TlsContext& tls);

}  // namespace step::http
