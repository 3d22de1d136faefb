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
};

/// Shakes hands with a TLS server of any protocol and gives the certificates it sent, DER,
/// leaf first. Sends nothing else. The server's certificate is verified unless `tls` was made
/// with insecure_skip_verify. Fails with kUnavailable and the words of Client::send.
Result<std::vector<Bytes>> fetch_peer_chain(const Probe& probe, const TlsContext& tls);

}  // namespace step::http
